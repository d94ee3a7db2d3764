import { homeIp } from '#world/audit/records/record.ts'
import { madeRule, recordId, signedIn } from '#scenarios/deeds.ts'
import type { Person } from '#world/directory.ts'
import type { SignIn } from '#world/audit/records/entra.ts'
import type { Step } from '#scenarios/scenario.ts'
import type { World } from '#world/world.ts'

import { AGENT, EXCHANGE, MINUTE, OUTLOOK_WEB } from './session.ts'
import { castOf } from './cast.ts'

/** A rule that files mail, and a traveler whose session is seen from two countries: neither is anybody's business. */
export function lookAlikes(world: World): Step[] {
  const { tidy, traveler, partner, start } = castOf(world)
  const domain = partner.address.split('@')[1]!
  const sessionId = recordId(world, 'bec', 'traveler session')
  const outlook = (what: string, person: Person, at: number, ip: string): SignIn => ({
    id: recordId(world, 'bec', what),
    at,
    person,
    ip,
    userAgent: AGENT,
    applicationId: OUTLOOK_WEB,
    resourceId: EXCHANGE,
    sessionId,
  })
  const [morning, abroad] = [start + 20 * MINUTE, start + 75 * MINUTE]
  return [
    {
      at: morning,
      what: 'A colleague signs in on a known computer',
      ...signedIn(world, outlook('at home', traveler, morning, homeIp(world, traveler)), { mfa: 'approved' }),
    },
    {
      at: abroad,
      what: 'The same session, on the same computer, comes through the VPN of a hotel abroad',
      ...signedIn(world, outlook('abroad', traveler, abroad, '203.0.113.220'), { city: 'Antwerp', network: 64_503 }),
    },
    {
      at: start + 45 * MINUTE,
      what: 'A colleague files mail of the same partner by a rule',
      ...madeRule(
        world,
        {
          id: recordId(world, 'bec', 'tidy rule'),
          at: start + 45 * MINUTE,
          person: tidy,
          ip: homeIp(world, tidy),
          parameters: { Name: partner.name, FromAddressContainsWords: domain, MoveToFolder: 'Invoices' },
        },
        {
          displayName: partner.name,
          conditions: { senderContains: [domain] },
          actions: { moveToFolder: 'user:Invoices' },
        },
      ),
    },
  ]
}
