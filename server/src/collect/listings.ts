import type { Span, Windowing } from './feed.ts'
import type { Plan, Visit } from './windows.ts'

/** Windows next to each other that are listed in one request. */
export interface Listing {
  span: Span
  /** In the order in which to store what is listed. */
  visits: Visit[]
  /** Whether it is the newest there is, which every pass collects before anything else. */
  isEdge: boolean
}

const RECENT_MS = 24 * 60 * 60_000

/**
 * What a pass lists, in order: the live edge, what else is of the last day from new to old, then the back-fill from old to
 * new, since the oldest is the next that Microsoft throws away, and at last what could not be collected before.
 */
export function planListings(
  { windowMs, listMs = windowMs, overlapMs }: Windowing,
  { visits, until }: Plan,
): Listing[] {
  const isEdge = ({ window }: Visit): boolean => window.to > until - overlapMs
  const newestFirst = visits.toReversed()
  const behind = newestFirst.filter((visit) => !isEdge(visit))
  const [recent, rest] = split(
    behind.filter((visit) => !wasMissed(visit)),
    ({ window }) => window.from >= until - RECENT_MS,
  )
  return [
    ...together(newestFirst.filter(isEdge), listMs).map((each) => ({ ...each, isEdge: true })),
    ...[
      ...together(recent, listMs),
      ...together(rest.toReversed(), listMs),
      ...together(behind.filter(wasMissed), listMs),
    ].map((each) => ({ ...each, isEdge: false })),
  ]
}

function wasMissed({ previous }: Visit): boolean {
  return previous?.state === 'gap'
}

/** Neighbors together. A window that could not be collected stays alone, so that it holds up no other. */
function together(visits: readonly Visit[], listMs: number): Omit<Listing, 'isEdge'>[] {
  const listings: Omit<Listing, 'isEdge'>[] = []
  for (const visit of visits) {
    const last = listings.at(-1)
    const span = last && joined(last.span, visit.listed)
    const isAlone = wasMissed(visit) || last?.visits.some(wasMissed)
    if (last && span && span.to - span.from <= listMs && !isAlone) {
      last.span = span
      last.visits.push(visit)
    } else listings.push({ span: visit.listed, visits: [visit] })
  }
  return listings
}

function split<T>(all: readonly T[], isFirst: (each: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter((each) => !isFirst(each))]
}

function joined(a: Span, b: Span): Span | undefined {
  if (a.to === b.from) return { from: a.from, to: b.to }
  if (b.to === a.from) return { from: b.from, to: a.to }
  return undefined
}
