import type { Entry, Seen } from './entry.ts'

/** Entries that are too old are cut off when they are this many, or more than those that are not: the others are copied. */
const CUT_AT = 256

/** Of entries by time, the position of the first that is not older than `time`. */
export function indexOf(entries: readonly Entry<unknown>[], time: number): number {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (entries[middle]!.seen.time < time) low = middle + 1
    else high = middle
  }
  return low
}

/** Where an event is among entries by time and id, or belongs. */
export function positionOf(entries: readonly Entry<unknown>[], { time, id }: Seen<unknown>): number {
  let at = indexOf(entries, time)
  while (entries[at]?.seen.time === time && entries[at]!.seen.id < id) at++
  return at
}

/** Both, ascending, each once. */
export function union(rules: readonly number[], more: readonly number[]): number[] {
  return [...new Set([...rules, ...more])].sort((a, b) => a - b)
}

/** How many of the oldest entries shall go, where those before a moment are too old and of the others at most so many are kept. */
export function excessOf(
  entries: readonly Entry<unknown>[],
  { before, most }: { before: number; most: number },
): { count: number; beyond: number } {
  const { length } = entries
  const old = indexOf(entries, before)
  const beyond = Math.max(0, length - old - most)
  const isWorthIt = beyond > 0 || old >= CUT_AT || old * 2 > length
  return { count: isWorthIt ? old + beyond : 0, beyond }
}
