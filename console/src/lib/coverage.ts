import type { CoverageWindow } from '@cordon/api'

/** The ledger of one feed over a span, ready to be drawn. */
export interface FeedCoverage {
  feed: string
  windows: CoverageWindow[]
  gaps: CoverageWindow[]
  /** Windows by state. */
  complete: number
  inProgress: number
  /** Records kept over the span. */
  kept: number
}

/** The windows of one connection by feed, in the order of `feeds`; a feed without windows is there too, empty. */
export function coverageByFeed(
  windows: readonly CoverageWindow[],
  connectionId: string,
  feeds: readonly string[],
): FeedCoverage[] {
  return feeds.map((feed) => {
    const own = windows.filter((window) => window.connectionId === connectionId && window.feed === feed)
    const inState = (state: CoverageWindow['state']) => own.filter((window) => window.state === state)
    return {
      feed,
      windows: own,
      gaps: inState('gap'),
      complete: inState('complete').length,
      inProgress: inState('in-progress').length,
      kept: own.reduce((sum, window) => sum + window.counts.kept, 0),
    }
  })
}

/** Where a window lies in the span, in percent; clipped at both ends. */
export function placeOf(window: { from: string; to: string }, span: { from: string; to: string }) {
  const start = Date.parse(span.from)
  const length = Date.parse(span.to) - start
  const percent = (iso: string) => Math.min(100, Math.max(0, ((Date.parse(iso) - start) / length) * 100))
  const left = percent(window.from)
  return { left, width: Math.max(0, percent(window.to) - left) }
}
