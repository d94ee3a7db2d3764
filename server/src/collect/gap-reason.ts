import type { LedgerWindow } from '#domain/coverage.ts'

/** How a gap's reason begins: for ever, or until it is read again. What is both has a line of each. */
const LOST = 'Lost:'
const NOT_YET = 'Not yet:'

/** The reason of a gap that nothing can fill any more. */
export function lost(sentence: string): string {
  return `${LOST} ${sentence}`
}

/** The reason of a gap that a later pass tries to fill; `lasting` is why some of it will stay. */
export function notYet(sentence: string, lasting?: string): string {
  const line = `${NOT_YET} ${sentence}`
  return lasting === undefined ? line : `${line}\n${lasting}`
}

/** Why the window stays a gap whatever is listed later. */
export function lastingReason({ reason }: LedgerWindow): string | undefined {
  return reason?.split('\n').find((line) => line.startsWith(LOST))
}

/** Whether a later pass may still add to a window: something of it was not listed or not stored, and may still be had. */
export function isUnfinished({ state, reason }: LedgerWindow): boolean {
  return state === 'in-progress' || (state === 'gap' && !reason?.startsWith(LOST))
}
