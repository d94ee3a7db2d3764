/**
 * The span a page looks at. In the address it stays as the person chose it (`now-24h`…`now`), so that a link sent to a
 * colleague means "the last 24 hours" tomorrow too; {@link resolve} makes the ISO span that the server is asked for.
 */
export interface TimeRange {
  from: string
  to: string
}

export const DEFAULT_RANGE: TimeRange = { from: 'now-24h', to: 'now' }

export const QUICK_RANGES: { range: TimeRange; label: string }[] = [
  { range: { from: 'now-15m', to: 'now' }, label: 'Last 15 minutes' },
  { range: { from: 'now-1h', to: 'now' }, label: 'Last hour' },
  { range: { from: 'now-4h', to: 'now' }, label: 'Last 4 hours' },
  { range: DEFAULT_RANGE, label: 'Last 24 hours' },
  { range: { from: 'now-7d', to: 'now' }, label: 'Last 7 days' },
  { range: { from: 'now-30d', to: 'now' }, label: 'Last 30 days' },
  { range: { from: 'now-90d', to: 'now' }, label: 'Last 90 days' },
  { range: { from: 'now-365d', to: 'now' }, label: 'Last year' },
]

const UNIT_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** The moment `expression` means (`now`, `now-15m`, or ISO) in ms; undefined when it means nothing. */
export function momentOf(expression: string, now: number): number | undefined {
  if (expression === 'now') return now
  const relative = /^now-(\d{1,6})([smhd])$/.exec(expression)
  if (relative) return now - Number(relative[1]) * UNIT_MS[relative[2]!]!
  const absolute = /^\d{4}-\d{2}-\d{2}T/.test(expression) ? Date.parse(expression) : Number.NaN
  return Number.isNaN(absolute) ? undefined : absolute
}

/** A range out of an address: what is no time, or is empty or backwards, becomes the default. */
export function parseRange(from: unknown, to: unknown, now: number = Date.now()): TimeRange {
  const range = { from: String(from ?? DEFAULT_RANGE.from), to: String(to ?? DEFAULT_RANGE.to) }
  const start = momentOf(range.from, now)
  const end = momentOf(range.to, now)
  return start === undefined || end === undefined || start >= end ? DEFAULT_RANGE : range
}

/** The ISO span (UTC) that the range means at `now`. */
export function resolve(range: TimeRange, now: number): TimeRange {
  const start = momentOf(range.from, now)
  const end = momentOf(range.to, now)
  if (start === undefined || end === undefined) return resolve(DEFAULT_RANGE, now)
  return { from: new Date(start).toISOString(), to: new Date(end).toISOString() }
}

/** Whether the range moves with time. */
export function isRelative(range: TimeRange): boolean {
  return range.to === 'now'
}

/** "Last 24 hours", or the two moments. */
export function rangeLabel(range: TimeRange, format: (iso: string) => string): string {
  const quick = QUICK_RANGES.find((each) => each.range.from === range.from && each.range.to === range.to)
  if (quick) return quick.label
  const end = (expression: string) => (expression.startsWith('now') ? expression : format(expression))
  return `${end(range.from)} to ${end(range.to)}`
}
