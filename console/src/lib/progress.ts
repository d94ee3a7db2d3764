export interface Progress {
  /** 0 to 1. */
  fraction: number
  /** Per second, over the whole run so far; undefined before anything is done. */
  ratePerSecond: number | undefined
  /** Undefined while nothing is known, 0 when done. */
  remainingMs: number | undefined
}

/** How far `done` of `total` is, how fast it goes and when it will end at that rate. */
export function progressOf(run: { done: number; total: number; startedAt: string | undefined }, now: number): Progress {
  const { done, total } = run
  const fraction = total === 0 ? 0 : Math.min(1, done / total)
  const elapsedMs = run.startedAt === undefined ? 0 : now - Date.parse(run.startedAt)
  if (done === 0 || !(elapsedMs > 0)) return { fraction, ratePerSecond: undefined, remainingMs: undefined }
  const ratePerSecond = done / (elapsedMs / 1000)
  return { fraction, ratePerSecond, remainingMs: (Math.max(0, total - done) / ratePerSecond) * 1000 }
}
