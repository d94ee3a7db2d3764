import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'

import { ClickHouseError, createClient } from '@clickhouse/client'
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client'
import { AppError } from '#domain/errors.ts'

/**
 * The one way to ClickHouse: its HTTP protocol, through its maker's client, for a server and the embedded engine alike.
 * Every statement may be repeated (reads change nothing, inserts carry a token, the schema says IF NOT EXISTS), so a
 * connection that breaks is simply tried again: a restart of the engine is a pause, not an error.
 */
export interface ClickHouse {
  /** Rows of a SELECT. Values reach the engine as bound parameters (`{name:Type}`) only. */
  rows<Row>(sql: string, params: Record<string, unknown>, settings?: ClickHouseSettings): Promise<Row[]>
  /** A statement without a result. */
  run(sql: string): Promise<void>
  insert(insert: Insert, settings: ClickHouseSettings): Promise<void>
  ping(): Promise<boolean>
  close(): Promise<void>
}

/** Rows on their way in. */
export interface Insert {
  /** `INSERT INTO table (columns)`. */
  into: string
  /** ClickHouse's name of the format in which `rows` are encoded already. */
  format: string
  rows: readonly Buffer[]
}

export interface ClickHouseEndpoint {
  /** `http(s)://[user[:password]@]host:port`. */
  url: string
  /** Overrides the one in `url`. */
  password?: string
  /** How long a broken connection is tried again before STORE_UNREACHABLE. */
  patienceMs?: number
  /**
   * A folder that an engine on this machine reads as well: rows then go through a file there instead of the connection.
   * The embedded engine reads rows from files anyway (see shim.ts), and this spares both processes moving them.
   */
  rowsFolder?: string
}

export function connect(endpoint: ClickHouseEndpoint): ClickHouse {
  const client = createClient({
    url: endpoint.url,
    ...(endpoint.password === undefined ? {} : { password: endpoint.password }),
    application: 'cordon',
    request_timeout: 120_000,
    max_open_connections: 8,
    // Large values (thousands of event ids) do not fit a URL.
    use_multipart_params_auto: true,
    // Where a table has a projection, ClickHouse 26.7 counts granules that lie in the asked range twice with it: once exactly,
    // and once in the projection.
    clickhouse_settings: { optimize_use_implicit_projections: 0 },
    log: { level: 127 },
  })
  const patienceMs = endpoint.patienceMs ?? 20_000
  const attempt = <T>(request: () => Promise<T>, passing = BUSY): Promise<T> => repeat(request, patienceMs, passing)
  return {
    rows: <Row>(sql: string, params: Record<string, unknown>, settings?: ClickHouseSettings) =>
      attempt(async () => {
        const result = await client.query({
          query: sql,
          query_params: params,
          format: 'JSONEachRow',
          // Without it a failure halfway arrives behind rows already sent.
          clickhouse_settings: { wait_end_of_query: 1, ...settings },
        })
        return await result.json<Row>()
      }),
    run: (sql) => attempt(async () => void (await client.command({ query: sql }))),
    insert: (insert, settings) => {
      const folder = endpoint.rowsFolder
      const once = () =>
        folder === undefined ? send(client, insert, settings) : handOver(client, insert, settings, folder)
      return attempt(once, BUSY_FOR_INSERTS)
    },
    ping: async () => (await client.ping()).success,
    close: () => client.close(),
  }
}

/** `exec`, as `insert` takes objects and would serialize them row by row. */
async function send(
  client: ClickHouseClient,
  { into, format, rows }: Insert,
  settings: ClickHouseSettings,
): Promise<void> {
  const { stream } = await client.exec({
    query: `${into} FORMAT ${format}`,
    values: Readable.from(rows, { objectMode: false }),
    clickhouse_settings: { wait_end_of_query: 1, ...settings },
  })
  await buffer(stream)
}

async function handOver(
  client: ClickHouseClient,
  { into, format, rows }: Insert,
  settings: ClickHouseSettings,
  folder: string,
): Promise<void> {
  const file = join(folder, randomUUID())
  try {
    await writeRows(file, rows)
    const query = `${into} FROM INFILE '${file.replaceAll(/[\\']/g, '\\$&')}' FORMAT ${format}`
    await client.command({ query, clickhouse_settings: { wait_end_of_query: 1, ...settings } })
  } finally {
    await rm(file, { force: true })
  }
}

async function writeRows(file: string, rows: readonly Buffer[]): Promise<void> {
  try {
    await writeFile(file, rows)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw code === 'ENOSPC' || code === 'EDQUOT' ? noSpace(message, error) : error
  }
}

/** TOO_MANY_SIMULTANEOUS_QUERIES: passes by itself. */
const BUSY: ReadonlySet<string> = new Set(['202'])
/**
 * For an INSERT also MEMORY_LIMIT_EXCEEDED, as others use the memory, TOO_MANY_PARTS, as merging catches up, and
 * FILE_DOESNT_EXIST, as an engine that starts again empties the folder of rows: each attempt writes them anew.
 */
const BUSY_FOR_INSERTS: ReadonlySet<string> = new Set([...BUSY, '241', '252', '107'])

async function repeat<T>(request: () => Promise<T>, patienceMs: number, passing: ReadonlySet<string>): Promise<T> {
  for (let waited = 0, waitMs = 50; ; waitMs = Math.min(waitMs * 2, 1_000)) {
    try {
      return await request()
    } catch (error) {
      if (error instanceof AppError) throw error
      if (error instanceof ClickHouseError && !passing.has(error.code)) throw refused(error)
      if (waited >= patienceMs) throw unreachable(error)
      await pause(waitMs)
      waited += waitMs
    }
  }
}

/** ClickHouse's codes: TIMEOUT_EXCEEDED, TOO_SLOW, MEMORY_LIMIT_EXCEEDED, TOO_MANY_ROWS_OR_BYTES, TOO_DEEP_RECURSION. */
const TOO_LARGE = new Set(['159', '160', '241', '396', '306'])
/** NOT_ENOUGH_SPACE, CANNOT_WRITE_TO_FILE_DESCRIPTOR. */
const NO_SPACE = new Set(['243', '75'])

function refused(error: ClickHouseError): AppError {
  const said = `ClickHouse says ${error.type ?? 'code'} (${error.code}): ${firstSentence(error.message)}`
  if (TOO_LARGE.has(error.code)) {
    return new AppError({
      code: 'QUERY_TOO_LARGE',
      what: 'The search was stopped.',
      why: `It needed more time or memory than a search may use. ${said}`,
      fix: 'Narrow the time range, or filter by a field such as `event.action` or `user.name`.',
      cause: error,
    })
  }
  if (NO_SPACE.has(error.code)) return noSpace(said, error)
  return new AppError({
    code: 'STORE_REQUEST_REFUSED',
    what: 'The event store refused a statement.',
    why: said,
    fix: 'Run `npx cordon doctor`; with your own ClickHouse server, check that it is 26.2 or newer and that the user in CORDON_CLICKHOUSE_URL may create and read the database `cordon`.',
    cause: error,
  })
}

function noSpace(why: string, cause: unknown): AppError {
  return new AppError({
    code: 'APP_DATA_UNWRITABLE',
    what: 'The event store could not write.',
    why,
    fix: 'Free space on the disk that holds the data folder (CORDON_DATA); storing goes on by itself.',
    retry: 'backoff',
    cause,
  })
}

function unreachable(error: unknown): AppError {
  return new AppError({
    code: 'STORE_UNREACHABLE',
    what: 'The event store did not answer.',
    why: error instanceof Error && error.message !== '' ? error.message : String(error),
    fix: 'Run `npx cordon doctor`; with your own ClickHouse server, check that CORDON_CLICKHOUSE_URL can be reached from here.',
    retry: 'backoff',
    cause: error,
  })
}

/** The engine repeats the statement behind its first sentence, and with it values that do not belong in a log. */
function firstSentence(message: string): string {
  return (message.split(/[.:] (?=In scope|While|\()|\n/i)[0] ?? '').slice(0, 300)
}
