import { alerted, together } from '#scenarios/deeds.ts'
import {
  analyzedMessageEvidence,
  ipEvidence,
  userEvidence,
  oauthApplicationEvidence,
} from '#world/security/evidence.ts'
import { PRODUCTS, incidentId } from '#world/security/alert.ts'
import type { Step } from '#scenarios/scenario.ts'
import type { World } from '#world/world.ts'

import { castOf } from './cast.ts'
import { KEY, MINUTE } from './session.ts'
import { lettersByName } from './letters.ts'

/** Two products raise alerts about the application and the mail, which make one incident. */
export function noticed(world: World): Step[] {
  const { victim, application, server, start } = castOf(world)
  const { lure } = lettersByName(world)
  const at = start + 40 * MINUTE
  const incident = incidentId(world, KEY, at)
  const user = userEvidence(victim, { remediationStatus: 'active', roles: ['compromised'] })
  const story = {
    incident,
    incidentName: 'Consent phishing incident involving one user',
    at,
    severity: 'high',
  } as const
  return [
    {
      at,
      what: 'App governance and Defender for Office 365 raise alerts',
      ...together(
        alerted(world, {
          ...story,
          key: 'consent.application',
          title: 'Malicious OAuth app consent',
          description: `${application.displayName} of an unverified publisher may read and send the mail of a user.`,
          category: 'CredentialAccess',
          mitreTechniques: ['T1528'],
          product: PRODUCTS.appGovernance,
          firstActivityAt: start + 11 * MINUTE,
          lastActivityAt: start + 16 * MINUTE,
          evidence: [
            user,
            oauthApplicationEvidence(
              {
                appId: application.appId,
                objectId: application.id,
                name: application.displayName,
                publisher: application.publisher!,
              },
              { verdict: 'malicious', remediationStatus: 'active' },
            ),
            ipEvidence(server.ip, null, { verdict: 'suspicious', remediationStatus: 'active' }),
          ],
        }),
        alerted(
          world,
          {
            ...story,
            key: 'consent.mail',
            title: 'A potentially malicious URL click was detected',
            alertPolicyId: 'a74bb32a-541b-47fb-adfd-f8c62ce3d59b',
            mitreTechniques: ['T1566.002'],
            product: PRODUCTS.office365,
            firstActivityAt: start + 9 * MINUTE,
            lastActivityAt: start + 21 * MINUTE,
            evidence: [
              user,
              analyzedMessageEvidence(lure, victim.userPrincipalName, { threats: ['Phish'] }, { verdict: 'malicious' }),
            ],
          },
          { type: 'User', id: victim.userPrincipalName },
        ),
      ),
    },
  ]
}
