import type { Command } from 'commander'
import { Problem, Session } from '@cordon/api'
import { type Dispatcher, request } from 'undici'
import { z } from 'zod'

import { VERSION } from '#app/version.ts'
import { CLI_AGENT } from '#http/auth/origin.ts'
import { AppError, ERROR_CODES, type ErrorCode } from '#domain/errors.ts'

import { writeNewFile } from './write-new-file.ts'

/** Options of every command that asks a running server. */
export const ClientOptions = z.object({ url: z.string().optional(), tenant: z.string().optional() })

/** Cordon's HTTP API as a command uses it. Paths are below `/api`. */
export interface Client {
  /** @throws AppError as the server said it; STORE_UNREACHABLE when none answers. */
  send<Schema extends z.ZodType>(method: Method, path: string, reply: Schema, body?: unknown): Promise<z.output<Schema>>
  /** Has the reply written to a file; the bytes written and the headers, names in lower case. @throws also REQUEST_INVALID for the file. */
  download(method: Method, path: string, file: string, body?: unknown): Promise<Downloaded>
  /** The path of the tenant chosen with `--tenant`, or of the only one there is. */
  tenantPath(path: string): Promise<string>
}

interface Downloaded {
  bytes: number
  headers: Record<string, string | string[] | undefined>
}

/** Evidence is read from Microsoft while it is sent, and Microsoft may have the server wait. */
const SILENCE_MAX_MS = 30 * 60_000

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** How a client proves itself: an API token, or a session's cookie while one is made. */
export type Proof = { token: string } | { cookie: string } | undefined

/** A client for the server named by `--url` or CORDON_URL, with the API token in CORDON_TOKEN. */
export function clientOf(command: Command): Client {
  const token = process.env['CORDON_TOKEN']
  if (!token) {
    throw new AppError({
      code: 'AUTH_SESSION_MISSING',
      what: 'The command needs an API token.',
      why: 'CORDON_TOKEN is not set.',
      fix: 'Make one with `npx cordon tokens create`, then `export CORDON_TOKEN=…`.',
    })
  }
  return createClient(command, { token })
}

export function createClient(command: Command, proof: Proof): Client {
  const { tenant } = ClientOptions.parse(command.optsWithGlobals())
  const url = serverUrl(command)

  async function send<Schema extends z.ZodType>(
    method: Method,
    path: string,
    schema: Schema,
    body?: unknown,
  ): Promise<z.output<Schema>> {
    return schema.parse((await ask(url, method, path, proof, body)).body)
  }

  return {
    send,
    async download(method, path, file, body) {
      let headers: Downloaded['headers'] = {}
      const bytes = await writeNewFile(file, async () => {
        const answer = await exchange(url, method, path, proof, body)
        headers = answer.headers
        return answer.body
      }).catch((error: unknown) => {
        throw error instanceof AppError ? error : unreachable(url, error)
      })
      return { bytes, headers }
    },
    async tenantPath(path) {
      const { tenants } = await send('GET', '/session', Session)
      const chosen = tenant === undefined ? tenants : tenants.filter(({ id, name }) => id === tenant || name === tenant)
      if (chosen.length === 1) return `/tenants/${chosen[0]!.id}${path}`
      throw new AppError({
        code: 'TENANT_NOT_FOUND',
        what: 'The command does not know which tenant is meant.',
        why: `The tenants are: ${tenants.map(({ id, name }) => `${id} (${name})`).join(', ') || 'none yet'}.`,
        fix: tenants.length === 0 ? 'Add a connection: `npx cordon connections add`.' : 'Name one with --tenant.',
      })
    },
  }
}

/** One request to the server; the body parsed, the cookies it set. @throws AppError as {@link Client.send}. */
export async function ask(
  url: string,
  method: Method,
  path: string,
  proof: Proof,
  body?: unknown,
): Promise<{ body: unknown; cookies: string[] }> {
  const answer = await exchange(url, method, path, proof, body)
  const text = await answer.body.text()
  const cookies = [answer.headers['set-cookie'] ?? []].flat()
  return { body: text === '' ? undefined : JSON.parse(text), cookies }
}

/** A reply that is no failure, its body not yet read. */
async function exchange(
  url: string,
  method: Method,
  path: string,
  proof: Proof,
  body: unknown,
): Promise<Dispatcher.ResponseData> {
  const answer = await request(`${url}/api${path}`, {
    method,
    bodyTimeout: SILENCE_MAX_MS,
    headers: {
      'user-agent': `${CLI_AGENT}/${VERSION}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      // With a cookie the server wants to know that no other site is behind it.
      ...(proof &&
        ('token' in proof ? { authorization: `Bearer ${proof.token}` } : { cookie: proof.cookie, origin: url })),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    throw unreachable(url, error)
  })
  if (answer.statusCode >= 400) throw failure(url, answer.statusCode, await answer.body.text())
  return answer
}

export function serverUrl(command: Command): string {
  const { url } = ClientOptions.parse(command.optsWithGlobals())
  return (url ?? process.env['CORDON_URL'] ?? 'http://127.0.0.1:8420').replace(/\/+$/, '')
}

function failure(url: string, status: number, text: string): AppError {
  const problem = Problem.safeParse(parse(text)).data
  if (!problem) return unreachable(url, new Error(`It answered ${status} in another language than Cordon's.`))
  const { code, title, why, fix, microsoft } = problem
  return new AppError({
    // A newer server may know codes that this command line does not.
    code: code in ERROR_CODES ? (code as ErrorCode) : 'INTERNAL_FAULT',
    what: title,
    why,
    fix,
    ...(microsoft && {
      microsoft: {
        service: microsoft.service,
        status: microsoft.status,
        code: microsoft.code,
        message: microsoft.message,
        ...(microsoft.requestId !== undefined && { requestId: microsoft.requestId }),
      },
    }),
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function unreachable(url: string, error: unknown): AppError {
  return new AppError({
    code: 'APP_UNREACHABLE',
    what: `Could not ask Cordon at ${url}.`,
    why: error instanceof Error ? error.message || String((error as NodeJS.ErrnoException).code) : String(error),
    fix: 'Start it with `npx cordon up`, or name its address with --url or CORDON_URL.',
    cause: error,
  })
}
