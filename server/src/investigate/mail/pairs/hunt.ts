import { z } from 'zod'

import type { Microsoft } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'

/**
 * Advanced hunting of Defender XDR: KQL over tables of mail and clicks, 30 days back. A tenant may ask at least 45 times a
 * minute, and gets at most {@link HUNT_ROWS_MAX} rows for one question.
 * @see https://learn.microsoft.com/graph/api/security-security-runhuntingquery
 */
export const HUNT_ROWS_MAX = 100_000
export const HUNT_REACH_MS = 30 * 86_400_000
/** Microsoft says "minutes"; mail is there after eight at most, as a rule. */
export const HUNT_DELAY_MS = 15 * 60_000

/** @throws AppError CONNECT_*; a tenant that lacks the tables because it lacks the license is told so. */
export async function hunt<T>(options: {
  microsoft: Microsoft
  query: string
  row: z.ZodType<T>
  /** First sentence of the error. */
  what: string
  signal?: AbortSignal | undefined
}): Promise<T[]> {
  const { microsoft, query, row, what, signal } = options
  const request = {
    api: 'graph',
    method: 'POST',
    path: '/v1.0/security/runHuntingQuery',
    body: { Query: query },
    // It only reads.
    repeatable: true,
    what,
    permission: 'ThreatHunting.Read.All',
    ...(signal && { signal }),
  } as const
  try {
    return (await microsoft.json(request, z.object({ results: z.array(row) }))).results
  } catch (error) {
    throw withLicense(error)
  }
}

/** `value` as a KQL string literal that ends where it should, whatever is in it. */
export function kqlString(value: string): string {
  return JSON.stringify(value.toWellFormed()).replaceAll(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** What is asked is always the same KQL, so a tenant where it cannot be read has no such tables. */
function withLicense(error: unknown): unknown {
  if (!(error instanceof AppError) || error.microsoft?.status !== 400) return error
  return new AppError({
    code: error.code,
    what: error.what,
    why: `Hunting could not carry out the query (${error.microsoft.code}: ${error.microsoft.message}).`,
    fix: 'Its tables of mail come with Microsoft Defender for Office 365 Plan 2: assign that license, or go without hunting.',
    microsoft: error.microsoft,
  })
}
