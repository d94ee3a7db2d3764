import { DEPARTMENTS } from '#world/names.ts'
import { castOf as peopleOf } from '#scenarios/cast.ts'
import { once } from '#scenarios/once.ts'
import { random } from '#world/random.ts'
import { travels } from '#world/entra/risk.ts'

import { campaignOf } from './campaign.ts'

const MINUTE = 60_000

/** Who of the recipients did what, and whom the second message of the campaign was for. */
export const castOf = once((world) => {
  const { recipients, receivedAt } = campaignOf(world)
  const others = peopleOf(world, 'phish-campaign')
  const r = random(world.seed, 'phish-campaign', 'cast')
  // Whom Identity Protection knows already for something else would be at risk for two reasons.
  const known = new Set(travels(world).map(({ sign }) => sign.person.index))
  const [trusting, ...later] = recipients
    .slice(6, -1)
    .filter(({ index }, i) => i !== 5 && index >= DEPARTMENTS.length && !known.has(index))
  const at = (minute: number) => receivedAt + minute * MINUTE
  return {
    /** Each sends it on to colleagues. */
    forwards: [
      { by: recipients[2]!, to: others.slice(0, 2), at: at(r.between(11, 14)) },
      { by: recipients[3]!, to: others.slice(2, 3), at: at(r.between(16, 19)) },
    ],
    /** Answers the sender. */
    replier: recipients[4]!,
    repliedAt: at(r.between(21, 24)),
    /** Clicks, and enters the password. */
    trusting: trusting!,
    clicks: [
      { by: trusting!, at: at(r.between(3, 5)), blocked: false },
      { by: later[0]!, at: at(r.between(6, 9)), blocked: false },
      // By then Safe Links knows the page.
      { by: later[1]!, at: at(r.between(46, 50)), blocked: true },
    ],
    /** Where the password is tried. */
    thief: { ip: `203.0.113.${r.between(68, 69)}`, city: 'Lagos', network: 64_508 },
    triedAt: at(r.between(12, 15)),
    sessionId: r.guid(),
    second: {
      at: at(4),
      /** Held back when it came. */
      quarantined: others.slice(3, 6),
      /** Put into Junk Email when it came. */
      junked: others.slice(6, 7),
      /** Delivered, and taken out of the inbox once the link was known. */
      removed: others.slice(7, 10),
      removedAt: at(44),
    },
  }
})
