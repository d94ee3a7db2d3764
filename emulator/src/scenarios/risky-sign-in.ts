import { PRODUCTS } from '#world/security/alert.ts'
import { alertOf } from '#world/security/alerts.ts'
import { ipEvidence, userEvidence } from '#world/security/evidence.ts'
import { leave } from '#world/surface.ts'
import { placeOf } from '#world/entra/places.ts'
import { plant } from '#world/objects.ts'
import { riskDetectionTrace, riskDetections, riskyUser, riskyUsers } from '#world/entra/risk.ts'
import type { SignIn } from '#world/audit/records/entra.ts'
import type { SignInDetail } from '#world/entra/sign-in-record.ts'
import type { World } from '#world/world.ts'

import { signedIn, together } from './deeds.ts'
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
  const eventTypes = [eventType]
  const detection = riskDetectionTrace(world, sign, { eventType, level, city })
  const alert = alertOf(world, {
    key: `risk.${sign.id}`,
    at: detection.at + 60_000,
    publishedAt: detection.publishedAt,
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
  })
  return together(signedIn(world, sign, { ...detail, city, risk: { level, eventTypes } }), {
    traces: [leave(riskDetections, detection), alert],
    objects: [plant(riskyUsers, person.id, detection.at, riskyUser(person, detection.at, { level, eventTypes }))],
  })
}
