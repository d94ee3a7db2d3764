import { alerted, passedOn, together } from '#scenarios/deeds.ts'
import {
  ipEvidence,
  mailboxConfigurationEvidence,
  userEvidence,
  oauthApplicationEvidence,
} from '#world/security/evidence.ts'
import { PRODUCTS, incidentId } from '#world/security/alert.ts'
import type { AlertFacts } from '#world/security/alert.ts'
import type { Step } from '#scenarios/scenario.ts'
import type { World } from '#world/world.ts'

import { castOf } from './cast.ts'
import { lettersByName } from './letters.ts'
import { MINUTE, RULE, deletingRule } from './footholds.ts'

/** What the mailbox passed on, and the alerts that came of it all. */
export function noticed(world: World): Step[] {
  const { victim, ip, drop, application, start } = castOf(world)
  const { reminder, forwarded } = lettersByName(world)
  const at = (minute: number) => start + minute * MINUTE
  const incident = incidentId(world, 'account-takeover', at(12))
  const story = {
    incident,
    incidentName: 'Multi-stage incident involving Initial access & Exfiltration',
    severity: 'high',
  } as const
  const user = userEvidence(victim, { remediationStatus: 'active', roles: ['compromised'] })
  const address = ipEvidence(ip, 'NG', { verdict: 'malicious', remediationStatus: 'active', roles: ['attacker'] })
  const raised = (minute: number, what: string, facts: Omit<AlertFacts, 'key' | 'at'>, about?: string): Step => ({
    at: at(minute),
    what,
    ...alerted(
      world,
      { ...story, key: `account-takeover.${minute}`, at: at(minute), ...facts },
      about === undefined ? undefined : { type: 'User', id: about },
    ),
  })
  return [
    raised(12, 'Identity Protection raises an alert about the sign-in', {
      title: 'Unfamiliar sign-in properties',
      mitreTechniques: ['T1078.004'],
      product: PRODUCTS.identityProtection,
      firstActivityAt: at(9),
      lastActivityAt: at(9),
      evidence: [user, address],
    }),
    raised(20, 'Defender for Cloud Apps raises an alert about the rule', {
      title: 'Suspicious inbox forwarding',
      category: 'Exfiltration',
      mitreTechniques: ['T1114.003', 'T1564.008'],
      product: PRODUCTS.cloudApps,
      firstActivityAt: at(14),
      lastActivityAt: at(14),
      evidence: [
        user,
        address,
        mailboxConfigurationEvidence(
          victim,
          { type: 'userInboxRule', id: deletingRule(world).id, name: RULE },
          { verdict: 'suspicious', remediationStatus: 'active' },
        ),
      ],
    }),
    raised(
      26,
      'An alert policy of Office notices the forwarding',
      {
        title: 'Suspicious email forwarding activity',
        category: 'Exfiltration',
        mitreTechniques: ['T1114.003'],
        product: PRODUCTS.office365,
        firstActivityAt: at(17),
        lastActivityAt: at(17),
        evidence: [
          user,
          mailboxConfigurationEvidence(
            victim,
            { type: 'mailForwardingRule', id: victim.id, name: `smtp:${drop}` },
            { verdict: 'suspicious', remediationStatus: 'active' },
          ),
        ],
      },
      victim.userPrincipalName,
    ),
    {
      at: reminder.receivedAt,
      what: 'A partner asks about the bank account: forwarded, and deleted by the rule',
      attack: 'T1564.008',
      ...together(passedOn(reminder, drop), passedOn(forwarded, drop)),
    },
    raised(62, 'App governance raises an alert about the application', {
      title: 'Unusual consent to an application that reads mail',
      category: 'CredentialAccess',
      mitreTechniques: ['T1528'],
      product: PRODUCTS.appGovernance,
      firstActivityAt: at(55),
      lastActivityAt: at(55),
      evidence: [
        user,
        oauthApplicationEvidence(
          { appId: application.id, objectId: application.id, name: application.name, publisher: application.name },
          { verdict: 'suspicious', remediationStatus: 'active' },
        ),
      ],
    }),
    raised(95, 'Defender for Cloud Apps raises an alert about the downloads', {
      title: 'Mass download by a single user',
      category: 'Exfiltration',
      mitreTechniques: ['T1530'],
      product: PRODUCTS.cloudApps,
      firstActivityAt: at(80),
      lastActivityAt: at(90),
      evidence: [user, address],
    }),
  ]
}
