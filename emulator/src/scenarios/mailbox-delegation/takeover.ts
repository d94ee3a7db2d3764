import { administratorOf, castOf, isCast } from '#scenarios/cast.ts'
import { once } from '#scenarios/once.ts'
import { random } from '#world/random.ts'
import type { Person } from '#world/directory.ts'

/** Who gives, gets and loses what; all drawn from the seed. */
export interface Takeover {
  /** Of the service desk, and taken over. */
  admin: Person
  /** Whose mailbox is opened. */
  target: Person
  /** An account that the attacker got by a new password. */
  delegate: Person
  /** Who is asked to pay. */
  payer: Person
  ip: string
  city: string
  sessions: { admin: string; delegate: string }
  /** Milliseconds. */
  start: number
  /** The honest counterpart: a head of a department and who works for them. */
  honest: { head: Person; assistant: Person }
}

const MINUTE = 60_000

export const takeoverOf = once((world): Takeover => {
  const [target, delegate, payer] = castOf(world, 'mailbox-delegation') as [Person, Person, Person]
  const r = random(world.seed, 'mailbox-delegation')
  const { directory } = world
  // Whoever writes on behalf of a head is eight places after them.
  const pairs = Array.from({ length: 7 }, (_, i) => ({ head: directory.at(i), assistant: directory.at(8 + i) }))
  return {
    admin: administratorOf(world, 'mailbox-delegation'),
    target,
    delegate,
    payer,
    ip: `203.0.113.${r.between(210, 219)}`,
    city: r.pick(['Riga', 'Singapore']),
    sessions: { admin: r.guid(), delegate: r.guid() },
    start: Math.floor((world.epoch - r.between(11 * 60, 13 * 60) * MINUTE) / 1000) * 1000,
    honest: pairs.find(({ head, assistant }) => !isCast(world, head) && !isCast(world, assistant)) ?? pairs[0]!,
  }
})
