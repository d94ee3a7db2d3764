import { isoTime } from '#domain/clock.ts'
import type { TenantId } from '#domain/ids.ts'
import type { TimeRange } from '#domain/query.ts'
import type { EventKey } from '#store/event-store.ts'

import { Params } from './params.ts'
import { type Found, moment, type Reader, type Scope } from './reader.ts'

/** Hashes that a look may hold in memory: some sixty megabytes. */
const MANY = 3_000_000
/** Events that a look hands over, and at most so many of one stretch. */
const HANDED_OVER = 1_000
const OF_ONE_STRETCH = 500
/** Each is a part of the next, so what is counted by one adds up to the others. */
const GRAINS_MS = [1_000, 10_000, 60_000, 600_000, 3_600_000, 86_400_000]
/** There are about so many stretches at most, but for spans of years. */
const MAX_LINES = 1_500

/** How time is cut into stretches of one length: where number 0 begins, and how long each is. */
export interface Cut {
  fromMs: number
  grainMs: number
}

/** A stretch of time in which events of a search lie. */
export interface Line {
  number: number
  /** How many there are, each once. */
  total: number
  /** The events themselves, copies included; none where there are many of them, or where enough lie in newer stretches. */
  found: readonly Found[]
}

/** The cut that all questions about a span have in common: one statement then answers the page, the total and the histogram. */
export function cutOf({ range }: Scope): Cut {
  const spanMs = moment(range.to) - moment(range.from)
  return { fromMs: 0, grainMs: GRAINS_MS.find((grainMs) => spanMs <= grainMs * MAX_LINES) ?? GRAINS_MS.at(-1)! }
}

/**
 * The one look of a search at all its events: in which stretches how many lie, the newest stretch first, and which the newest are.
 * Each counts once, by hashes of its time and id where those can be held in memory; FINAL, which is for more, looks at every
 * event between which a copy may lie, whether it fits or not.
 */
export async function findLines(
  reader: Reader,
  tenantId: TenantId,
  scope: Scope,
  { fromMs, grainMs } = cutOf(scope),
): Promise<readonly Line[]> {
  const number = (params: Params) =>
    `floor((toUnixTimestamp64Milli(time) - ${params.integer(fromMs)}) / ${params.integer(grainMs)}) AS number`
  const many = new Params()
  const rows = await reader.share<Line & { seen: number }>(
    `SELECT number, seen, total, if(newer <= ${HANDED_OVER} AND seen <= ${OF_ONE_STRETCH}, some, []) AS found FROM (
      SELECT number, toUInt32(count()) AS seen,
        toFloat64(uniqExact(bitXor(event_hash, intHash64(toUnixTimestamp64Milli(time))))) AS total,
        sum(count()) OVER (ORDER BY number DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS newer,
        arrayMap(e -> (toFloat64(toUnixTimestamp64Milli(e.1)), toString(e.2)),
          groupArray(${OF_ONE_STRETCH})((time, event_hash))) AS some
      FROM (
        SELECT ${number(many)}, time, event_hash FROM ${reader.events}
        WHERE ${reader.whereOf(tenantId, scope, many)} LIMIT ${many.integer(MANY + 1)}
      ) GROUP BY number
    ) ORDER BY number DESC`,
    many,
  )
  if (rows.reduce((sum, { seen }) => sum + seen, 0) <= MANY) return rows
  const params = new Params()
  return await reader.share<Line>(
    `SELECT number, toFloat64(count()) AS total, [] AS found
      FROM (${reader.each(number(params), reader.whereOf(tenantId, scope, params), params)})
      GROUP BY number ORDER BY number DESC`,
    params,
  )
}

/** The newest `most` events, and all others of the last one's moment; undefined where the look did not hand them all over. */
export function newestOf(lines: readonly Line[], most: number): Found[] | undefined {
  const newest = new Map<string, Found>()
  for (const { found } of lines) {
    if (newest.size >= most) break
    if (found.length === 0) return undefined
    for (const each of found) newest.set(each.join(' '), each)
  }
  const sorted = [...newest.values()].toSorted(([a], [b]) => b - a)
  const last = sorted[most - 1]
  return last ? sorted.filter(([timeMs]) => timeMs >= last[0]) : sorted
}

/** The part of a range that has the first `most` events behind a place, or all where there are fewer; undefined where none is. */
export function reachOf(
  lines: readonly Line[],
  { fromMs, grainMs }: Cut,
  range: TimeRange,
  { start, most, direction }: { start: EventKey | undefined; most: number; direction: 'asc' | 'desc' },
): TimeRange | undefined {
  const place = start && Math.floor((start.timeMs - fromMs) / grainMs)
  const isBehind = ({ number }: Line) =>
    place === undefined || (direction === 'desc' ? number <= place : number >= place)
  const reached: number[] = []
  let counted = 0
  for (const { number, total } of (direction === 'desc' ? lines : lines.toReversed()).filter(isBehind)) {
    if (counted >= most) break
    reached.push(number)
    // Of the stretch of the place itself nobody knows how many are behind it.
    if (number !== place) counted += total
  }
  if (reached.length === 0) return undefined
  const from = Math.max(moment(range.from), fromMs + Math.min(...reached) * grainMs)
  const to = Math.min(moment(range.to), fromMs + (Math.max(...reached) + 1) * grainMs)
  return { from: isoTime(from), to: isoTime(to) }
}
