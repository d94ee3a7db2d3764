import { castOf as peopleOf } from '#scenarios/cast.ts'
import { correspondence } from '#world/mail/correspondence.ts'
import { once } from '#scenarios/once.ts'
import { random } from '#world/random.ts'

const MINUTE = 60_000

/** Who and what takes part, all drawn from the seed. */
export const castOf = once((world) => {
  const [victim, clumsy, renewer] = peopleOf(world, 'mfa-fatigue')
  const r = random(world.seed, 'mfa-fatigue')
  // In the night, when one wants to sleep: thirteen hours before the epoch.
  const start = world.epoch - 13 * 3_600_000 + r.between(0, 1800) * 1000
  let at = start
  const denied = Array.from({ length: r.between(8, 14) }, () => (at += r.between(60, 200) * 1000))
  return {
    /** Approves in the end. */
    victim: victim!,
    /** Denies one prompt by mistake. */
    clumsy: clumsy!,
    /** Has a new telephone. */
    renewer: renewer!,
    ip: `203.0.113.${r.between(240, 244)}`,
    later: `203.0.113.${r.between(245, 249)}`,
    city: r.pick(['Singapore', 'Lagos']),
    sessionId: r.guid(),
    laterSessionId: r.guid(),
    start,
    /** Of the prompts that were denied; milliseconds. */
    denied,
    approvedAt: at + 95_000,
    /** Within the victim's. */
    methodId: r.guid(),
    telephone: r.pick(['SM-A156B', 'Pixel 7a', 'moto g54 5G']),
    honestMethodId: r.guid(),
  }
})

export const MINUTES_TO_REGISTER = 6 * MINUTE

/** What is read in the victim's inbox. */
export const readItems = once((world) => {
  const { victim, start } = castOf(world)
  return correspondence(world, victim)
    .filter(({ folder, receivedAt }) => folder === 'inbox' && receivedAt < start)
    .slice(0, 4)
})
