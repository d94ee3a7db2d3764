import { PASSWORD_HEADER, Problem, ROWS_HEADER } from '@cordon/api'

/**
 * The one door to the server. Every reply is parsed with the wire schema it must have; every failure becomes an
 * {@link ApiError} that says what, why and fix, so that pages never handle a status code.
 */

/** A request that did not work, in the words a person is shown. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.title)
    this.problem = problem
  }
}

/** `error` as a problem; what is not an {@link ApiError} is a fault of the console itself. */
export function toProblem(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem
  return fault('CONSOLE_FAULT', 0, {
    title: 'The console made a mistake.',
    why: error instanceof Error ? error.message : String(error),
    fix: 'Reload the page. If it comes back, report it with this text.',
  })
}

function fault(code: string, status: number, words: { title: string; why: string; fix: string }): Problem {
  return { type: 'about:blank', code, status, ...words }
}

/** Where in a query the fault is that `error` tells of; undefined when it tells of something else. */
export function queryFault(
  error: unknown,
): (NonNullable<Problem['problems']>[number] & { position: number }) | undefined {
  const found = toProblem(error).problems?.find(({ position }) => position !== undefined)
  return found?.position === undefined ? undefined : { ...found, position: found.position }
}

/** What a wire schema can do; zod itself stays behind `@cordon/api`. */
export interface Schema<T> {
  parse(value: unknown): T
}

let whenSignedOut: () => void = () => {}

/** Says where to go when the session is over; the router sets it once. */
export function onSignedOut(handler: () => void): void {
  whenSignedOut = handler
}

type Query = Record<string, string | number | undefined>

interface Call {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  query?: Query
  body?: unknown
  signal?: AbortSignal
}

export function address(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]))
  return given.length === 0 ? `/api${path}` : `/api${path}?${search}`
}

async function send(path: string, { method = 'GET', query, body, signal }: Call): Promise<Response> {
  try {
    return await fetch(address(path, query), {
      method,
      credentials: 'same-origin',
      ...(signal && { signal }),
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new ApiError(
      fault('CONSOLE_SERVER_UNREACHABLE', 0, {
        title: 'Cordon did not answer.',
        why: error instanceof Error ? error.message : String(error),
        fix: 'See whether `npx cordon up` still runs on its machine, then try again.',
      }),
    )
  }
}

async function failure(response: Response): Promise<ApiError> {
  const text = await response.text()
  try {
    return new ApiError(Problem.parse(JSON.parse(text)))
  } catch {
    return new ApiError(
      fault('CONSOLE_REPLY_UNREADABLE', response.status, {
        title: `The server answered ${response.status} ${response.statusText}.`,
        why: text.slice(0, 300) || 'It gave no reason.',
        fix: 'Run `npx cordon doctor` on the server; a proxy in between may also be the cause.',
      }),
    )
  }
}

async function exchange(path: string, options: Call): Promise<Response> {
  const response = await send(path, options)
  if (response.ok) return response
  // A wrong password is also a 401, and that one belongs where it was typed.
  if (response.status === 401 && path !== '/session' && path !== '/session/password') whenSignedOut()
  throw await failure(response)
}

export async function call<T>(schema: Schema<T>, path: string, options: Call = {}): Promise<T> {
  const response = await exchange(path, options)
  const reply: unknown = await response.json().catch(() => undefined)
  try {
    return schema.parse(reply)
  } catch (error) {
    throw new ApiError(
      fault('CONSOLE_REPLY_UNREADABLE', response.status, {
        title: 'The server sent something this console does not understand.',
        why: `${path}: ${error instanceof Error ? error.message : String(error)}`.slice(0, 600),
        fix: 'Reload the page: console and server may be of different versions.',
      }),
    )
  }
}

/** For replies whose body does not matter. */
export async function command(path: string, options: Call): Promise<void> {
  await exchange(path, options)
}

/** A file that the server made, with the password it made up for it, if any. */
export interface FileReply {
  name: string
  bytes: Blob
  password?: string
}

export async function file(path: string, options: Call): Promise<FileReply> {
  const response = await exchange(path, options)
  const password = response.headers.get(PASSWORD_HEADER)
  return { name: nameOf(response), bytes: await response.blob(), ...(password !== null && { password }) }
}

const nameOf = (response: Response) =>
  /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'export'

/** A file that the server still makes while it is read. */
export interface FileStream {
  name: string
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>
  /** Events that it will hold, as far as known when it began. */
  rows: number
}

export async function stream(path: string, options: Call): Promise<FileStream> {
  const response = await exchange(path, options)
  const bytes = response.body ?? new ReadableStream({ start: (controller) => controller.close() })
  return { name: nameOf(response), bytes, rows: Number(response.headers.get(ROWS_HEADER) ?? 0) }
}
