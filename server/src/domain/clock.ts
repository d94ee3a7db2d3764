/** Where time comes from. Nothing else in the server reads the clock, so that tests and windows decide what "now" is. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
}

/** The machine's own clock. */
export const systemClock: Clock = { now: () => Date.now() }

/** `ms` since the epoch as `2026-11-20T08:31:09.000Z`. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString()
}
