import type { Kind } from '#world/objects.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

/** Objects that belong to people with mailboxes: ids are `<person id>/<key>`, and one person's are made without the others'. */
export function byPerson<T>(
  keyOf: (value: T) => string,
  make: (world: World, person: Person) => readonly T[],
): Kind<T>['born'] {
  return (world) => {
    const of = (owner: string): (readonly [string, T])[] => {
      const person = world.directory.find(owner)
      return person?.mail ? make(world, person).map((value) => [`${owner}/${keyOf(value)}`, value] as const) : []
    }
    return {
      of,
      find: (id) => of(id.slice(0, Math.max(0, id.indexOf('/')))).find(([known]) => known === id)?.[1],
      *all() {
        for (let index = 0; index < world.directory.mailboxes; index++) yield* of(world.directory.at(index).id)
      },
    }
  }
}
