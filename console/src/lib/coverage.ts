import type { CoverageWindow } from '@cordon/api'

/** What became of records, over some windows. `late` are kept ones that showed up when their window was complete. */
export interface Tally {
  read: number
  kept: number
  duplicates: number
  late: number
  excluded: Record<string, number>
  dropped: Record<string, number>
  quarantined: Record<string, number>
}

/** The ledger of one feed over a span. */
export interface FeedCoverage {
  connectionId: string
  feed: string
  /** Oldest first. */
  windows: CoverageWindow[]
  gaps: Gap[]
  /** Windows by state. */
  complete: number
  inProgress: number
  tally: Tally
}

/** Windows that follow one another and are missing for one reason. */
export interface Gap {
  from: string
  to: string
  reason: string | undefined
}

interface Span {
  from: string
  to: string
}

/** The ledger feed by feed, in the order of `keys`; a feed without windows is there too, empty. */
export function coverageByFeed(
  windows: readonly CoverageWindow[],
  keys: readonly { connectionId: string; feed: string }[],
): FeedCoverage[] {
  const nameOf = ({ connectionId, feed }: { connectionId: string; feed: string }) => `${connectionId} ${feed}`
  const groups = Map.groupBy(windows, nameOf)
  return keys.map(({ connectionId, feed }) => {
    const own = (groups.get(nameOf({ connectionId, feed })) ?? []).toSorted((a, b) => a.from.localeCompare(b.from))
    const inState = (state: CoverageWindow['state']) => own.filter((window) => window.state === state)
    return {
      connectionId,
      feed,
      windows: own,
      gaps: gapsOf(inState('gap')),
      complete: inState('complete').length,
      inProgress: inState('in-progress').length,
      tally: tallyOf(own),
    }
  })
}

function gapsOf(windows: readonly CoverageWindow[]): Gap[] {
  const gaps: Gap[] = []
  for (const { from, to, reason } of windows) {
    const last = gaps.at(-1)
    if (last && last.to === from && last.reason === reason) last.to = to
    else gaps.push({ from, to, reason })
  }
  return gaps
}

export function tallyOf(windows: readonly CoverageWindow[]): Tally {
  const sum = (of: (window: CoverageWindow) => number) => windows.reduce((total, window) => total + of(window), 0)
  return {
    read: sum(({ counts }) => counts.read),
    kept: sum(({ counts }) => counts.kept),
    duplicates: sum(({ counts }) => counts.duplicates),
    late: sum(({ late }) => late),
    excluded: added(windows.map(({ counts }) => counts.excluded ?? {})),
    dropped: added(windows.map(({ counts }) => counts.dropped)),
    quarantined: added(windows.map(({ counts }) => counts.quarantined)),
  }
}

function added(counts: readonly Record<string, number>[]): Record<string, number> {
  const all: Record<string, number> = {}
  for (const [name, n] of counts.flatMap((each) => Object.entries(each))) all[name] = (all[name] ?? 0) + n
  return all
}

export const total = (counts: Record<string, number>) => Object.values(counts).reduce((sum, n) => sum + n, 0)

/** How a stretch of time is drawn; the first is the worst. */
export const LOOKS = ['gap', 'asked-again', 'in-progress', 'late', 'complete'] as const
export type Look = (typeof LOOKS)[number]

export function lookOf({ state, late, requestedAt, updatedAt }: CoverageWindow): Look {
  if (state === 'gap') return 'gap'
  if (requestedAt !== undefined && requestedAt > updatedAt) return 'asked-again'
  if (state === 'complete') return late > 0 ? 'late' : 'complete'
  return state
}

/** Windows drawn as one: as bad as the worst of them. */
export interface Cell {
  from: string
  to: string
  look: Look
  windows: CoverageWindow[]
}

/** More are thinner than a finger or a pixel. */
const MOST_CELLS = 168

/** The windows as cells of a picture of `span`: one each while there is room, several together where there is not. */
export function cellsOf(windows: readonly CoverageWindow[], span: Span): Cell[] {
  const start = Date.parse(span.from)
  const cellMs = (Date.parse(span.to) - start) / MOST_CELLS
  const groups = Map.groupBy(windows, ({ from }) => Math.floor((Date.parse(from) - start) / cellMs))
  return [...groups.values()].map((own) => ({
    from: own[0]!.from,
    to: own.at(-1)!.to,
    look: LOOKS.find((look) => own.some((window) => lookOf(window) === look)) ?? 'complete',
    windows: own,
  }))
}

/** Where a window lies in the span, in percent; clipped at both ends. */
export function placeOf(window: Span, span: Span) {
  const start = Date.parse(span.from)
  const length = Date.parse(span.to) - start
  const percent = (iso: string) => Math.min(100, Math.max(0, ((Date.parse(iso) - start) / length) * 100))
  const left = percent(window.from)
  return { left, width: Math.max(0, percent(window.to) - left) }
}

const HOUR = 3_600_000
/** What people count time in. */
const STEPS = [1, 2, 3, 4, 6, 12, 24, 48, 72, 120, 168].map((hours) => hours * HOUR)

/** Round moments to write along the span, at most `most`; days begin at midnight of `offsetMs` east of UTC. */
export function ticksOf(span: Span, most: number, offsetMs: number): string[] {
  const [from, to] = [Date.parse(span.from), Date.parse(span.to)]
  const step =
    STEPS.find((each) => (to - from) / each <= most) ?? Math.ceil((to - from) / most / (24 * HOUR)) * 24 * HOUR
  const first = Math.ceil((from + offsetMs) / step) * step - offsetMs
  const ticks = []
  for (let at = first; at < to; at += step) ticks.push(new Date(at).toISOString())
  return ticks
}
