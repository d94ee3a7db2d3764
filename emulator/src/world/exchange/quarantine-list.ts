import { setImmediate } from 'node:timers/promises'

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

/**
 * Messages in quarantine as they are now, newest first; those whose time is over are gone. The first question about all
 * recipients looks at every mailbox once (some seconds for 50,000, in small steps).
 */
export async function quarantined(
  tenant: Tenant,
  criteria: QuarantineCriteria,
): Promise<Generator<QuarantinedMessage>> {
  const { recipients } = criteria
  const born = recipients
    ? [...new Set(recipients.map((each) => each.toLowerCase()))].flatMap((each) => bornFor(tenant.world, each))
    : await order(tenant.world)
  return standing(tenant, criteria, born)
}

function* standing(
  tenant: Tenant,
  { from, to, recipients }: QuarantineCriteria,
  born: readonly Place[],
): Generator<QuarantinedMessage> {
  const objects = tenant.objects(quarantinedMessages)
  const wanted = recipients && new Set(recipients.map((each) => each.toLowerCase()))
  const touched = [...objects.touched()]
  const known = touched.length === 0 ? undefined : new Set(born.map(({ identity }) => identity))
  const later = touched.filter(({ identity }) => !known?.has(identity))
  const all = later.length === 0 && !wanted ? born : [...born, ...later].sort(newestFirst)
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
const orders = new WeakMap<World, Promise<readonly Place[]>>()

function order(world: World): Promise<readonly Place[]> {
  if (!orders.has(world)) orders.set(world, sortAll(world))
  return orders.get(world)!
}

async function sortAll(world: World): Promise<readonly Place[]> {
  const places: Place[] = []
  let since = performance.now()
  for (let index = 0; index < world.directory.mailboxes; index++) {
    places.push(...bornAt(world, index))
    if (performance.now() - since > 10) {
      await setImmediate()
      since = performance.now()
    }
  }
  return places.sort(newestFirst)
}

const bornAt = (world: World, index: number): Place[] =>
  heldBackFrom(world, world.directory.at(index)).map(({ identity, receivedAt }) => ({ identity, receivedAt }))

const bornFor = (world: World, recipient: string): Place[] => {
  const person = world.directory.find(recipient)
  return person?.mail && person.index < world.directory.mailboxes ? bornAt(world, person.index).sort(newestFirst) : []
}

const newestFirst = (a: Place, b: Place) => b.receivedAt - a.receivedAt || (a.identity < b.identity ? -1 : 1)
