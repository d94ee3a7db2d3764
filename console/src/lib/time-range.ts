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
  { range: { from: 'now-3650d', to: 'now' }, label: 'Ten years' },
]

const UNIT_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Units of a relative span, the way people say them. */
export const UNIT_WORDS: Record<string, string> = { m: 'minutes', h: 'hours', d: 'days', s: 'seconds' }

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
  return isoSpan(start, end)
}

/** The span before or after it, of the same length; a span in the future is none. */
export function shifted(range: TimeRange, direction: 'earlier' | 'later', now: number): TimeRange {
  const { start, end } = moments(range, now)
  const step = (end - start) * (direction === 'earlier' ? -1 : 1)
  const until = Math.min(end + step, now)
  return isoSpan(until - (end - start), until)
}

/** Twice as long around the same middle, but not into the future. */
export function zoomedOut(range: TimeRange, now: number): TimeRange {
  const { start, end } = moments(range, now)
  const half = (end - start) / 2
  if (isRelative(range)) return { from: relativeOf(2 * (end - start)), to: 'now' }
  const until = Math.min(end + half, now)
  return isoSpan(until - 4 * half, until)
}

/** So much before and after a moment. */
export function around(at: string, ms: number): TimeRange {
  const moment = Date.parse(at)
  return isoSpan(moment - ms, moment + ms)
}

/** `now-36h` for a length. */
function relativeOf(ms: number): string {
  const [unit, size] = Object.entries(UNIT_MS).findLast(([, each]) => ms >= each && ms % each === 0) ?? ['s', 1000]
  return `now-${Math.max(1, Math.round(ms / size))}${unit}`
}

function moments(range: TimeRange, now: number): { start: number; end: number } {
  const { from, to } = resolve(range, now)
  return { start: Date.parse(from), end: Date.parse(to) }
}

const isoSpan = (start: number, end: number): TimeRange => ({
  from: new Date(start).toISOString(),
  to: new Date(end).toISOString(),
})

/** Whether the range moves with time. */
export function isRelative(range: TimeRange): boolean {
  return range.to === 'now'
}

/** "Last 24 hours", or the two moments. */
export function rangeLabel(range: TimeRange, format: (iso: string) => string): string {
  const quick = QUICK_RANGES.find((each) => each.range.from === range.from && each.range.to === range.to)
  if (quick) return quick.label
  const [, amount, unit] = /^now-(\d+)([smhd])$/.exec(range.from) ?? []
  if (amount !== undefined && range.to === 'now') return `Last ${amount} ${UNIT_WORDS[unit!]}`
  const end = (expression: string) => (expression.startsWith('now') ? expression : format(expression))
  return `${end(range.from)} to ${end(range.to)}`
}
