import { once } from '#scenarios/once.ts'
import { random } from '#world/random.ts'

import { victimOf } from './victim.ts'

/** Who and what takes part, all drawn from the seed. */
export const castOf = once((world) => {
  const r = random(world.seed, 'account-takeover')
  // The first draw is the victim's.
  r.next()
  return {
    victim: victimOf(world),
    ip: `203.0.113.${r.between(10, 60)}`,
    sessionId: r.guid(),
    drop: 'collector@mailvault.example',
    application: { name: 'Mail Backup Pro', id: r.guid() },
    /** Six hours before the epoch. */
    start: Math.floor((world.epoch - 6 * 3_600_000) / 1000) * 1000,
  }
})
