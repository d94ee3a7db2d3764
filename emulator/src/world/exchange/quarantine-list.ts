import { heldBackFrom, quarantinedMessages } from '#world/mail/quarantine.ts'
import type { QuarantinedMessage } from '#world/mail/quarantine.ts'
import type { Tenant } from '#cloud.ts'
import type { World } from '#world/world.ts'

/** Which messages in quarantine: received in [from, to], for one of these recipients if any are named. */
export interface QuarantineCriteria {
  from: number
  to: number
  recipients?: readonly string[]
}

/** Messages in quarantine as they are now, newest first; those whose time is over are gone. */
export function* quarantined(
  tenant: Tenant,
  { from, to, recipients }: QuarantineCriteria,
): Generator<QuarantinedMessage> {
  const objects = tenant.objects(quarantinedMessages)
  const wanted = recipients && new Set(recipients.map((each) => each.toLowerCase()))
  const born = wanted ? [...wanted].flatMap((each) => bornFor(tenant.world, each)) : order(tenant.world)
  const known = new Set(born.map(({ identity }) => identity))
  const later = [...objects.touched()].filter(({ identity }) => !known.has(identity))
  const all = later.length === 0 ? born : [...born, ...later].sort(newestFirst)
  for (const { identity, receivedAt } of all) {
    if (receivedAt < from || receivedAt > to) continue
    const message = objects.find(identity)
    if (!message || message.expiresAt <= tenant.now || message.receivedAt > tenant.now) continue
    if (!wanted || wanted.has(message.recipient.toLowerCase())) yield message
  }
}

interface Place {
  identity: string
  receivedAt: number
}

/** Where everything of birth stands in time: kept, since a client reads page after page. */
const orders = new WeakMap<World, readonly Place[]>()

function order(world: World): readonly Place[] {
  let found = orders.get(world)
  if (!found) {
    const places: Place[] = []
    for (let index = 0; index < world.directory.mailboxes; index++) places.push(...bornAt(world, index))
    orders.set(world, (found = places.sort(newestFirst)))
  }
  return found
}

const bornAt = (world: World, index: number): Place[] =>
  heldBackFrom(world, world.directory.at(index)).map(({ identity, receivedAt }) => ({ identity, receivedAt }))

const bornFor = (world: World, recipient: string): Place[] => {
  const person = world.directory.find(recipient)
  return person?.mail && person.index < world.directory.mailboxes ? bornAt(world, person.index).sort(newestFirst) : []
}

const newestFirst = (a: Place, b: Place) => b.receivedAt - a.receivedAt || (a.identity < b.identity ? -1 : 1)
