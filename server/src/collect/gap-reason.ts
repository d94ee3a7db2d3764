import type { LedgerWindow } from '#domain/coverage.ts'

/** How a gap's reason begins: for ever, or until it is read again. */
const LOST = 'Lost:'
const NOT_YET = 'Not yet:'

/** The reason of a gap that nothing can fill any more. */
export function lost(sentence: string): string {
  return `${LOST} ${sentence}`
}

/** The reason of a gap that a later pass tries to fill. */
export function notYet(sentence: string): string {
  return `${NOT_YET} ${sentence}`
}

/** The window's reason if it is for ever: it stays a gap whatever is listed later. */
export function lastingReason({ reason }: LedgerWindow): string | undefined {
  return reason?.startsWith(LOST) ? reason : undefined
}
