import { PRODUCTS } from '#world/security/alert.ts'
import { ipEvidence, userEvidence } from '#world/security/evidence.ts'
import { placeOf } from '#world/entra/places.ts'
import type { AlertFacts } from '#world/security/alert.ts'
import type { SignIn } from '#world/audit/records/entra.ts'
import type { SignInDetail } from '#world/entra/sign-in-record.ts'
import type { World } from '#world/world.ts'

import { alerted, foundRisky, heldAtRisk, signedIn, together } from './deeds.ts'
import type { Deed } from './deeds.ts'

/** What Identity Protection made of a sign-in. */
export interface Risk {
  eventType: string
  level: 'low' | 'medium' | 'high'
  /** What the alert is called. */
  title: string
}

/**
 * A sign-in that Identity Protection finds suspicious: the sign-in in both logs, the detection that points at it, the user
 * at risk, and an alert.
 */
export function riskySignIn(
  world: World,
  sign: SignIn,
  { city, ...detail }: SignInDetail & { city: string },
  { eventType, level, title }: Risk,
): Deed {
  const { person } = sign
  const risk = { level, eventTypes: [eventType] }
  const found = sign.at + UNTIL_FOUND
  const alert: AlertFacts = {
    key: `risk.${sign.id}`,
    at: found + 60_000,
    publishedAt: found + 120_000,
    title,
    description: 'A sign-in was not like the earlier ones of this user.',
    severity: level,
    mitreTechniques: ['T1078.004'],
    product: PRODUCTS.identityProtection,
    firstActivityAt: sign.at,
    lastActivityAt: sign.at,
    evidence: [
      userEvidence(person, { verdict: 'suspicious', remediationStatus: 'active', roles: ['compromised'] }),
      ipEvidence(sign.ip, placeOf(city).countryOrRegion, { verdict: 'suspicious', roles: ['attacker'] }),
    ],
  }
  return together(
    signedIn(world, sign, { ...detail, city, risk }),
    foundRisky(world, sign, { eventType, level, city, delay: UNTIL_FOUND }),
    heldAtRisk(person, found, risk),
    alerted(world, alert),
  )
}

/** Milliseconds. */
const UNTIL_FOUND = 30_000
