import { PARTNERS } from '#world/names.ts'
import { castOf as peopleOf } from '#scenarios/cast.ts'
import { once } from '#scenarios/once.ts'
import { random } from '#world/random.ts'

/** Who and what takes part, all drawn from the seed. */
export const castOf = once((world) => {
  const [victim, approver, tidy, traveler, unimpressed] = peopleOf(world, 'business-email-compromise')
  const r = random(world.seed, 'business-email-compromise')
  const partner = r.pick(PARTNERS)
  return {
    /** Whose session was stolen. */
    victim: victim!,
    /** Who pays invoices. */
    approver: approver!,
    /** Files the partner's mail by a rule, and means no harm. */
    tidy: tidy!,
    /** Works through a network abroad. */
    traveler: traveler!,
    /** Got the lure, and did nothing. */
    unimpressed: unimpressed!,
    partner: { name: partner.name, address: `office@${partner.domain}` },
    lookAlike: { name: partner.name, address: `office@${oneLetterMore(partner.domain, r.between(3, 6))}` },
    lureLink: `https://login.sharefiles-notice.example/s/${r.hex(16)}`,
    invoice: String(r.between(10_000, 99_999)),
    /** Stands between the victim and the sign-in page. */
    proxy: { ip: `203.0.113.${r.between(210, 214)}`, city: 'Riga', network: 64_501 },
    /** Where the stolen session is used. */
    replay: { ip: `203.0.113.${r.between(215, 219)}`, city: 'Lagos', network: 64_502 },
    sessionId: r.guid(),
    drop: `ledger.copy${r.between(10, 99)}@postvault.example`,
    /** The lure arrives; whole seconds, nineteen hours before the epoch. */
    start: world.epoch - 19 * 3_600_000 + r.between(0, 1800) * 1000,
  }
})

/** `tidewaterfreight.example` as `tideewaterfreight.example` */
const oneLetterMore = (domain: string, at: number) => `${domain.slice(0, at)}${domain[at]}${domain.slice(at)}`
