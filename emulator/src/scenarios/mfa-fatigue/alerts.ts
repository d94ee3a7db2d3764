import { alerted, together } from '#scenarios/deeds.ts'
import { ipEvidence, userEvidence } from '#world/security/evidence.ts'
import { placeOf } from '#world/entra/places.ts'
import { PRODUCTS, incidentId } from '#world/security/alert.ts'
import type { Step } from '#scenarios/scenario.ts'
import type { World } from '#world/world.ts'

import { castOf } from './cast.ts'
import { KEY } from './session.ts'

/** Two alerts that make one incident. */
export function noticed(world: World, at: number): Step {
  const { victim, ip, city, denied, approvedAt } = castOf(world)
  const incident = incidentId(world, KEY, at)
  const story = {
    incident,
    incidentName: 'Credential access incident involving one user',
    at,
    severity: 'high',
  } as const
  const evidence = [
    userEvidence(victim, { remediationStatus: 'active', roles: ['compromised'] }),
    ipEvidence(ip, placeOf(city).countryOrRegion, {
      verdict: 'malicious',
      remediationStatus: 'active',
      roles: ['attacker'],
    }),
  ]
  return {
    at,
    what: 'Identity Protection and a custom detection raise alerts',
    ...together(
      alerted(world, {
        ...story,
        key: `${KEY}.sign-in`,
        title: 'Unfamiliar sign-in properties',
        description: 'A sign-in was not like the earlier ones of this user.',
        mitreTechniques: ['T1078.004'],
        product: PRODUCTS.identityProtection,
        firstActivityAt: approvedAt,
        lastActivityAt: approvedAt,
        evidence,
      }),
      alerted(world, {
        ...story,
        key: `${KEY}.prompts`,
        title: 'Many denied prompts, then one that was approved',
        description: `${denied.length} prompts for a second factor were denied before one was approved.`,
        category: 'CredentialAccess',
        mitreTechniques: ['T1621'],
        product: PRODUCTS.customDetection,
        firstActivityAt: denied[0]!,
        lastActivityAt: approvedAt,
        evidence,
      }),
    ),
  }
}
