import { timingSafeEqual } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { Session } from 'chdb'
import { createSessions, quoted } from './sessions.ts'

/**
 * ClickHouse's HTTP protocol, as much of it as its client speaks: settings and `param_…` in the URL or in a multipart form,
 * the statement in `query` or in the body, an error as text with its code in a header.
 *
 * Each request has a session to itself while it runs, as a `SET` stays with the session it was said in.
 */
export interface ShimOptions {
  openSession: () => Session
  password: string
  /** An empty folder, for rows on their way into the engine. */
  incoming: string
}

export function createShim({ openSession, password, incoming }: ShimOptions): Server {
  const inTurn = queue()
  const sessions = createSessions(openSession)
  let files = 0
  return createServer((request, response) => {
    answer(request)
      .catch(failure)
      .then(({ status, headers, body }) => response.writeHead(status, headers).end(body))
      .catch(() => response.destroy())
  })

  async function answer(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (url.pathname === '/ping') return { status: 200, headers: {}, body: 'Ok.\n' }
    if (!isAllowed(request, password)) return refusal(516, 'AUTHENTICATION_FAILED', 'the password is wrong')
    const insert = INSERT.exec(url.searchParams.get('query') ?? '')?.groups
    if (insert !== undefined) return await inTurn(() => insertRows(request, url.searchParams, insert))
    const statement = await readStatement(url.searchParams, request)
    return INSERT_FILE.test(statement.sql) ? await inTurn(() => run(statement)) : await run(statement)
  }

  /**
   * Rows go through a file: what chDB offers for rows in memory makes them part of the statement's text, which costs the
   * engine almost three times as much (measured: 81 against 34 µs a row of 5 KB), and copies of them in memory.
   */
  async function insertRows(
    request: IncomingMessage,
    url: URLSearchParams,
    { into = '', format = '' }: Record<string, string>,
  ): Promise<Answer> {
    files += 1
    const file = join(incoming, String(files))
    try {
      await pipeline(request, createWriteStream(file))
      return await run({ sql: `${into} FROM INFILE ${quoted(file)} FORMAT ${format}`, settings: settingsOf([...url]) })
    } finally {
      await rm(file, { force: true })
    }
  }

  async function run({ sql, settings }: Statement): Promise<Answer> {
    const body = await sessions.use(settings, async (session) => {
      const result = await session.queryAsync(sql, { format: 'TabSeparated' })
      return result.bytes()
    })
    return { status: 200, headers: {}, body }
  }
}

/**
 * One INSERT at a time, before its rows are read from the connection: an INSERT takes several times the memory of its
 * rows, and nothing may grow with the number of writers. The other cores encode and merge meanwhile.
 */
function queue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const result = last.then(work, work)
    last = result
    return result
  }
}

interface Answer {
  status: number
  headers: Record<string, string>
  body: string | Uint8Array
}

interface Statement {
  sql: string
  /** Settings, and parameters as `param_<name>`. */
  settings: [name: string, value: string][]
}

/** With its rows in a file of this machine. */
const INSERT_FILE = /^\s*INSERT\s+INTO\s.+\sFROM\s+INFILE\s/is
/** With its rows in the body. */
const INSERT = /^\s*(?<into>INSERT\s+INTO\s.+)\sFORMAT\s+(?<format>\w+)\s*$/is

async function readStatement(url: URLSearchParams, request: IncomingMessage): Promise<Statement> {
  const body = await buffer(request)
  const type = request.headers['content-type'] ?? ''
  const form = type.startsWith('multipart/form-data')
    ? [...(await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData())].map(
        ([name, value]): [string, string] => [name, String(value)],
      )
    : []
  const given = [...url, ...form]
  return { sql: given.find(([name]) => name === 'query')?.[1] ?? body.toString(), settings: settingsOf(given) }
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

function settingsOf(given: readonly [string, string][]): [string, string][] {
  return given.filter(([name]) => !NOT_SETTINGS.has(name))
}

function failure(error: unknown): Answer {
  const { message, code } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') return refusal(243, 'NOT_ENOUGH_SPACE', message)
  const number = /Code: (\d+)/.exec(message)?.[1] ?? '1002'
  return { status: 500, headers: { 'X-ClickHouse-Exception-Code': number }, body: message }
}

function refusal(code: number, name: string, why: string): Answer {
  return {
    status: 500,
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
