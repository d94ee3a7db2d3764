import { accessEvent } from '#world/audit/records/exchange.ts'
import { audited, foundRisky, heldAtRisk, recordId, signedIn, together } from '#scenarios/deeds.ts'
import { mailItem } from '#scenarios/letter.ts'
import type { Step } from '#scenarios/scenario.ts'
import type { World } from '#world/world.ts'

import { DENIED, KEY, MINUTE, session } from './session.ts'
import { MINUTES_TO_REGISTER, castOf, readItems } from './cast.ts'
import { MY_SIGN_INS, registered, registration } from './registration.ts'
import { noticed } from './alerts.ts'
import type { Phone } from './registration.ts'

const OUTLOOK_WEB = '9199bf20-a13f-4107-85dc-02114787ef48'

const EXCHANGE = '00000002-0000-0ff1-ce00-000000000000'

/** From the first prompt to the mail that is read. */
export function attack(world: World): Step[] {
  const { victim, ip, later, city, sessionId, laterSessionId, denied, approvedAt } = castOf(world)
  const abroad = { city, network: 64_507, device: 'unknown' } as const
  const here = { ip, sessionId }
  const approved = session(world, 'approved', victim, approvedAt, here)
  const registeredAt = approvedAt + MINUTES_TO_REGISTER
  const backAt = registeredAt + 50 * MINUTE
  const risk = { level: 'high', eventTypes: ['unfamiliarFeatures'] } as const
  const outlook = { applicationId: OUTLOOK_WEB, resourceId: EXCHANGE, ip: later, sessionId: laterSessionId }
  return [
    ...denied.map((at): Step => ({
      at,
      what: 'The password is right; the prompt on the phone is denied',
      attack: 'T1621',
      ...signedIn(world, session(world, 'denied', victim, at, { ...here, error: DENIED }), {
        ...abroad,
        mfa: 'denied',
      }),
    })),
    {
      at: approvedAt,
      what: 'A prompt is approved',
      attack: 'T1621',
      ...together(
        signedIn(world, approved, { ...abroad, mfa: 'approved', risk }),
        foundRisky(world, approved, { eventType: 'unfamiliarFeatures', level: 'high', city }),
        heldAtRisk(victim, approvedAt + 30_000, risk),
      ),
    },
    {
      at: registeredAt,
      what: 'A second phone is registered',
      attack: 'T1098.005',
      ...together(
        signedIn(world, session(world, 'my sign-ins', victim, registeredAt, { ...here, ...registration }), {
          ...abroad,
          applicationName: MY_SIGN_INS.applicationName,
          mfa: 'remembered',
        }),
        registered(world, victim, registeredAt, ip, attackersPhone(world)),
      ),
    },
    noticed(world, registeredAt + 12 * MINUTE),
    {
      at: backAt,
      what: 'The account is used from another address; the second phone answers',
      attack: 'T1078.004',
      ...signedIn(world, session(world, 'back', victim, backAt, outlook), { ...abroad, mfa: 'approved' }),
    },
    {
      at: backAt + 4 * MINUTE,
      what: 'Mail is read',
      attack: 'T1114.002',
      ...audited(
        'Audit.Exchange',
        backAt + 4 * MINUTE,
        accessEvent(
          world,
          {
            id: recordId(world, KEY, 'read'),
            at: backAt + 4 * MINUTE,
            owner: victim,
            ip: later,
            operation: 'MailItemsAccessed',
            clientInfo: 'Client=OWA;Action=ViaProxy',
            sessionId: laterSessionId,
          },
          readItems(world).map((item) => mailItem(world, victim, item, '\\Inbox')),
        ),
      ),
    },
  ]
}

const attackersPhone = (world: World): Phone => {
  const { methodId, telephone } = castOf(world)
  return { id: methodId, displayName: telephone }
}
