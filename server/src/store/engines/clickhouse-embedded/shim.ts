import { timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { RawInsertFormat, Session } from 'chdb'

/**
 * ClickHouse's HTTP protocol, as much of it as its client speaks: settings and `param_…` in the URL or in a multipart form,
 * the statement in `query` or in the body, an error as text with its code in a header.
 *
 * Each request gets a session of its own, as a `SET` stays with the session it was said in.
 */
export function createShim(openSession: () => Session, password: string): Server {
  // Before its rows are read from the connection, so that memory does not grow with the number of writers.
  const inserts = new Turns(2)
  return createServer((request, response) => {
    answer(request)
      .then(({ status, headers, body }) => response.writeHead(status, headers).end(body))
      .catch((error: unknown) => response.writeHead(500).end(String(error)))
  })

  async function answer(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (url.pathname === '/ping') return { status: 200, headers: {}, body: 'Ok.\n' }
    if (!isAllowed(request, password)) return refusal(516, 'AUTHENTICATION_FAILED', 'the password is wrong')
    return url.searchParams.get('query')?.startsWith('INSERT')
      ? await inserts.take(() => answerStatement(request, url.searchParams))
      : await answerStatement(request, url.searchParams)
  }

  async function answerStatement(request: IncomingMessage, url: URLSearchParams): Promise<Answer> {
    const statement = await readStatement(url, request.headers['content-type'], await buffer(request))
    const session = openSession()
    try {
      return await run(session, statement)
    } catch (error) {
      return failure(error)
    } finally {
      session.close()
    }
  }
}

/** Lets `limit` do something at a time; the others wait, first come, first served. */
class Turns {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(limit: number) {
    this.#free = limit
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      // The rows were in buffers that the small heap of this process would not ask the collector for.
      globalThis.gc?.()
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free += 1
    }
  }
}

interface Answer {
  status: number
  headers: Record<string, string>
  body: string | Uint8Array
}

interface Statement {
  sql: string
  /** Rows of an INSERT. */
  data: Buffer | undefined
  /** Settings, and parameters as `param_<name>`. */
  settings: [string, string][]
}

/** What is in the URL and is not a setting. */
const NOT_SETTINGS = new Set([
  'query',
  'query_id',
  'database',
  'session_id',
  'role',
  'wait_end_of_query',
  'default_format',
])

async function readStatement(url: URLSearchParams, type: string | undefined, body: Buffer): Promise<Statement> {
  const form = type?.startsWith('multipart/form-data')
    ? [...(await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData())].map(
        ([name, value]): [string, string] => [name, String(value)],
      )
    : []
  const given = [...url, ...form]
  const query = given.find(([name]) => name === 'query')?.[1]
  return {
    sql: query ?? body.toString(),
    data: query === undefined || form.length > 0 ? undefined : body,
    settings: given.filter(([name]) => !NOT_SETTINGS.has(name)),
  }
}

const INSERT = /^\s*INSERT\s+INTO\s+(?<table>[\w.]+)\s*\((?<columns>[\w\s,]+)\)\s*FORMAT\s+(?<format>\w+)\s*$/i

async function run(session: Session, { sql, data, settings }: Statement): Promise<Answer> {
  if (settings.length > 0) {
    // A server takes parameters apart from the statement; here they are its text, which has a limit of 256 KB.
    await session.queryAsync('SET max_query_size = 1000000000')
    await session.queryAsync(`SET ${settings.map(([name, value]) => assignment(name, value)).join(', ')}`)
  }
  const insert = data && INSERT.exec(sql)?.groups
  if (data && insert) {
    const { table = '', columns = '', format } = insert
    await session.insert({
      table,
      columns: columns.split(',').map((column) => column.trim()),
      format: format as RawInsertFormat,
      values: data,
    })
    return { status: 200, headers: {}, body: '' }
  }
  const result = await session.queryAsync(data ? `${sql}\n${data.toString()}` : sql, { format: 'TabSeparated' })
  return { status: 200, headers: {}, body: result.bytes() }
}

function assignment(name: string, value: string): string {
  if (!/^\w+$/.test(name)) throw new Error(`Code: 115. \`${name}\` is not the name of a setting. (UNKNOWN_SETTING)`)
  return `${name} = '${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

function failure(error: unknown): Answer {
  const message = error instanceof Error ? error.message : String(error)
  const code = /Code: (\d+)/.exec(message)?.[1] ?? '1002'
  return { status: 500, headers: { 'X-ClickHouse-Exception-Code': code }, body: message }
}

function refusal(code: number, name: string, why: string): Answer {
  return {
    status: 403,
    headers: { 'X-ClickHouse-Exception-Code': String(code) },
    body: `Code: ${code}. DB::Exception: ${why}. (${name})`,
  }
}

function isAllowed(request: IncomingMessage, password: string): boolean {
  const [scheme, encoded] = (request.headers.authorization ?? '').split(' ')
  if (scheme !== 'Basic') return false
  const given = Buffer.from(
    Buffer.from(encoded ?? '', 'base64')
      .toString()
      .replace(/^[^:]*:/, ''),
  )
  const expected = Buffer.from(password)
  return given.length === expected.length && timingSafeEqual(given, expected)
}
