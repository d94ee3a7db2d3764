/**
 * How much is opened for one mail: archives within archives and messages within messages share one budget, so that a bomb
 * costs no more than a large mail does. What exceeds it is reported as not opened.
 */
export interface Budget {
  /** Bytes that may still be unpacked. */
  bytes: number
  /** Files that may still be listed. */
  files: number
}

/** Archives and attached messages within one another. */
export const DEEPEST = 8

export const freshBudget = (): Budget => ({ bytes: 64 * 2 ** 20, files: 1000 })
