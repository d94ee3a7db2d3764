import { AppError } from '#domain/errors.ts'

export const NOT_PLANNED = 'The action was not planned.'

/** The refusal of a plan that asks for what cannot be. */
export function invalid(why: string, fix: string): AppError {
  return new AppError({ code: 'REQUEST_INVALID', what: NOT_PLANNED, why, fix })
}
