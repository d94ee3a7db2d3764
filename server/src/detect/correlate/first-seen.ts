import type { Aggregate, Entry } from './entry.ts'

/**
 * Whether nothing of the group is in the window before its last moment. Events of that moment are all the first, in whatever order
 * they come: their number is what it comes to.
 */
export function firstSeen(): Aggregate {
  let before = -Infinity
  let now = -Infinity
  let count = 0
  return {
    add({ seen: { time } }) {
      if (time > now) [before, now, count] = [now, time, 0]
      count++
    },
    drop: () => {},
    result: (from) => (before < from ? count : undefined),
  }
}

/**
 * Whether an entry may be forgotten, between its neighbors: nothing is said at it, and whatever comes late and is not the first
 * because of it is not the first because of one of them. So a group keeps its first event and one or two for each timespan.
 */
export function isSpare(
  entry: Entry<unknown>,
  { before, after, spanMs }: { before: Entry<unknown> | undefined; after: Entry<unknown> | undefined; spanMs: number },
): boolean {
  if (entry.holds !== undefined || before === undefined || after === undefined) return false
  return after.seen.time <= before.seen.time + spanMs
}
