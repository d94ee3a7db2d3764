import { AssertionError } from 'node:assert'

import { AppError, toAppError } from '#domain/errors.ts'

/** What PostgreSQL said of a refused statement, less everything that could quote a value: only this may be a cause. */
class PostgresFault extends Error {
  override readonly name = 'PostgresFault'
  /** SQLSTATE, five characters. @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
  readonly sqlState: string

  constructor(message: string, sqlState: string) {
    super(message)
    this.sqlState = sqlState
  }
}

export const UNIQUE_VIOLATION = '23505'

/** Classes of SQLSTATE that mean "not now": connection lost, resources short, shutting down. */
const NOT_NOW = new Set(['08', '53', '57', '58'])

/**
 * A failure of `pg` as an {@link AppError}: STORE_REQUEST_REFUSED where PostgreSQL answered, STORE_UNREACHABLE where it did not, INTERNAL_FAULT where it was never asked.
 * The driver's error is left behind, since its `detail` quotes rows and its message quotes malformed values.
 */
export function toStoreError(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (error instanceof TypeError || error instanceof AssertionError)
    return toAppError(error, 'Could not ask the record store.')
  const { code, message } = error instanceof Error ? (error as Error & { code?: string }) : { message: String(error) }
  const sqlState = code !== undefined && /^[0-9A-Z]{5}$/.test(code) ? code : undefined
  if (sqlState === undefined || NOT_NOW.has(sqlState.slice(0, 2)))
    return unreachable(`${message} (${code ?? 'no code'})`)
  const said = sqlState.startsWith('22') ? message.split(':', 1)[0]! : message
  return new AppError({
    code: 'STORE_REQUEST_REFUSED',
    what: 'Could not read or write the record store.',
    why: `PostgreSQL refused: ${said} (SQLSTATE ${sqlState}).`,
    fix: 'Run `npx cordon doctor`; if it finds nothing, report this with the SQLSTATE.',
    retry: sqlState.startsWith('40') ? 'backoff' : 'never',
    cause: new PostgresFault(said, sqlState),
  })
}

/** True when `error` is a refusal of PostgreSQL with this SQLSTATE. */
export function isRefusal(error: unknown, sqlState: string): boolean {
  return error instanceof AppError && error.cause instanceof PostgresFault && error.cause.sqlState === sqlState
}

function unreachable(why: string): AppError {
  return new AppError({
    code: 'STORE_UNREACHABLE',
    what: 'The record store did not answer.',
    why: `PostgreSQL: ${why}.`,
    fix: 'Check that PostgreSQL runs and that CORDON_POSTGRES_URL names it; Cordon tries again by itself.',
    retry: 'backoff',
  })
}
