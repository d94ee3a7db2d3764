import { Pool } from 'pg'

import { AppError } from '#domain/errors.ts'
import type { PostgresEngine } from '#store/postgres/engine.ts'

const OLDEST_VERSION = 15

/**
 * Connects to the PostgreSQL server at `url` (`postgres://user:password@host:5432/database`), 15 or newer, which several
 * processes may share.
 *
 * @throws AppError STORE_UNREACHABLE when it does not answer, or is older than PostgreSQL 15. Never with the URL, which holds a password.
 */
export async function connectPostgres(options: { url: string }): Promise<PostgresEngine> {
  const pool = new Pool({
    connectionString: options.url,
    application_name: 'cordon',
    max: 10,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  })
  // A server that restarts drops idle connections; without a listener that would end the process.
  pool.on('error', () => {})
  try {
    const { rows } = await pool.query<{ version: string }>('show server_version')
    const version = rows[0]!.version
    if (Number.parseInt(version, 10) < OLDEST_VERSION) throw new Error(`it is PostgreSQL ${version}`)
  } catch (error) {
    await pool.end()
    throw new AppError({
      code: 'STORE_UNREACHABLE',
      what: 'Could not use the PostgreSQL server.',
      why: `${explain(error)}.`,
      fix: `Check host, port, database, user and password in CORDON_POSTGRES_URL; the server must be PostgreSQL ${OLDEST_VERSION} or newer.`,
      retry: 'backoff',
    })
  }
  return { pool, stop: () => pool.end() }
}

/** Node gives one error an address tried, without a message of its own. */
function explain(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(explain).join('; ')
  return error instanceof Error ? error.message : String(error)
}
