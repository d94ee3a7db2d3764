import { administratorOf, castOf } from '#scenarios/cast.ts'
import { once } from '#scenarios/once.ts'
import { random } from '#world/random.ts'
import type { Person } from '#world/directory.ts'

/** Who switches what off, for whom; all drawn from the seed. */
export interface Blinding {
  admin: Person
  /** What they do in mailboxes is no longer recorded. */
  bypassed: readonly Person[]
  /** Auditing of their mailbox is switched off, which Exchange pays no attention to. */
  unaudited: readonly Person[]
  ip: string
  city: string
  sessionId: string
  /** Milliseconds. */
  start: number
  honest: { switchedOn: Person; licensed: Person; at: number }
}

const MINUTE = 60_000

export const blindingOf = once((world): Blinding => {
  const r = random(world.seed, 'audit-disabled')
  const admin = administratorOf(world, 'audit-disabled')
  const [accomplice, first, second, third, switchedOn, licensed] = castOf(world, 'audit-disabled') as Person[]
  const start = Math.floor((world.epoch - r.between(7 * 60, 9 * 60) * MINUTE) / 1000) * 1000
  return {
    admin,
    bypassed: [admin, accomplice!],
    unaudited: [first!, second!, third!].slice(0, r.between(2, 3)),
    ip: `203.0.113.${r.between(220, 229)}`,
    city: r.pick(['Lagos', 'Riga', 'Singapore']),
    sessionId: r.guid(),
    start,
    honest: { switchedOn: switchedOn!, licensed: licensed!, at: start - 4 * 60 * MINUTE },
  }
})
