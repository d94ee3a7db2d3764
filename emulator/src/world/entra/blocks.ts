import type { LiveActivity } from '#world/audit/schedule.ts'
import type { Surface, Trace } from '#world/surface.ts'
import type { World } from '#world/world.ts'

type Everyday<T> = Surface<T>['everyday']

const BLOCK = 12 * 3_600_000
const KEPT = 4

/**
 * The same everyday records, computed half a day at a time and kept a while: to know what happened in a minute one has to
 * look through a day of the feed, and a client that asks every minute would have it looked through every minute.
 */
export function inBlocks<T>(make: Everyday<T>): Everyday<T> {
  const worlds = new WeakMap<World, Map<string, readonly Trace<T>[]>>()
  const blockOf = (world: World, start: number, live: LiveActivity) => {
    if (!worlds.has(world)) worlds.set(world, new Map())
    const kept = worlds.get(world)!
    const key = `${start} ${live}`
    const block = kept.get(key) ?? [...make(world, start, start + BLOCK, live)]
    kept.delete(key)
    kept.set(key, block)
    if (kept.size > KEPT) kept.delete(kept.keys().next().value!)
    return block
  }
  return function* (world, from, to, live) {
    for (let start = Math.floor(from / BLOCK) * BLOCK; start < to; start += BLOCK)
      yield* blockOf(world, start, live).filter(({ at }) => at >= from && at < to)
  }
}
