import { random } from '#world/random.ts'
import { recipientsOf } from '#scenarios/phish-campaign/campaign.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

/** Whose account it is: a user whom the phish did not reach, so that the two stories stay apart. */
export function victimOf(world: World): Person {
  const r = random(world.seed, 'account-takeover')
  const phished = new Set(recipientsOf(world).map(({ index }) => index))
  let index = r.between(10, world.directory.users - 1)
  while (phished.has(index)) index = 10 + ((index - 9) % (world.directory.users - 10))
  return world.directory.at(index)
}
