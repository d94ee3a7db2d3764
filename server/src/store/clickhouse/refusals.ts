import { AppError } from '#domain/errors.ts'

const MAX_VALUE_LENGTH = 4_096

/** @throws AppError QUERY_TOO_LARGE for a value that nobody means. */
export function limited(value: string): string {
  if (value.length > MAX_VALUE_LENGTH) throw tooLarge(`A value is longer than ${MAX_VALUE_LENGTH} characters.`)
  return value
}

export function tooLarge(why: string): AppError {
  return new AppError({
    code: 'QUERY_TOO_LARGE',
    what: 'The query is too large.',
    why,
    fix: 'Split it into several searches.',
  })
}

export function invalid(why: string): AppError {
  return new AppError({
    code: 'QUERY_SYNTAX_INVALID',
    what: 'The query cannot be searched.',
    why,
    fix: 'Correct that value in the query.',
  })
}
