import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

/** How far into the directory is looked for people of IT: they are one in sixteen. */
const FAR = 300
const MANY = 4

const kept = new WeakMap<World, readonly Person[]>()

/** The people of IT who look after Azure, the head of IT first. */
export function administratorsOf(world: World): readonly Person[] {
  const known = kept.get(world)
  if (known) return known
  const found: Person[] = []
  for (let index = 0; index < Math.min(FAR, world.directory.users) && found.length < MANY; index++) {
    const person = world.directory.at(index)
    if (person.department === 'IT') found.push(person)
  }
  kept.set(world, found)
  return found
}
