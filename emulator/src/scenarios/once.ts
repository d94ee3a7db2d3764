import type { World } from '#world/world.ts'

/** The same for the same world, computed when first asked for: a story's mail is asked for mailbox by mailbox. */
export function once<T>(make: (world: World) => T): (world: World) => T {
  const made = new WeakMap<World, { value: T }>()
  return (world) => {
    let kept = made.get(world)
    if (!kept) made.set(world, (kept = { value: make(world) }))
    return kept.value
  }
}
