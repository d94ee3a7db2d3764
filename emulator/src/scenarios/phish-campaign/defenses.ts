import { alerted, recordId } from '#scenarios/deeds.ts'
import {
  analyzedMessageEvidence,
  ipEvidence,
  mailClusterEvidence,
  mailboxEvidence,
  submissionMailEvidence,
  urlEvidence,
  userEvidence,
} from '#world/security/evidence.ts'
import { leave } from '#world/surface.ts'
import { postDeliveries } from '#world/security/post-delivery.ts'
import { PRODUCTS, incidentId } from '#world/security/alert.ts'
import type { AlertFacts } from '#world/security/alert.ts'
import type { Item } from '#world/mail/item.ts'
import type { Person } from '#world/directory.ts'
import type { Step } from '#scenarios/scenario.ts'
import type { World } from '#world/world.ts'

import { campaignOf, phishOf } from './campaign.ts'
import { castOf } from './cast.ts'
import { KEY, MINUTE } from './reactions.ts'
import { lettersByName } from './letters.ts'

/** What the services did and said: mail taken out of inboxes, and alerts that make one incident. */
export function defenses(world: World): Step[] {
  const { reporter, reportedAt, link, networkMessageId } = campaignOf(world)
  const { trusting, clicks, thief, triedAt, second } = castOf(world)
  const again = lettersByName(world).second
  const copy = phishOf(world, reporter)
  const incident = incidentId(world, KEY, triedAt)
  const story = { incident, incidentName: 'Phishing campaign involving multiple users' }
  const raised = (at: number, what: string, facts: Omit<AlertFacts, 'at'>, about?: string): Step => ({
    at,
    what,
    ...alerted(world, { ...story, at, ...facts }, about === undefined ? undefined : { type: 'MailMessage', id: about }),
  })
  const malicious = { verdict: 'malicious', remediationStatus: 'active' } as const
  return [
    {
      at: second.removedAt,
      what: 'The second message is taken out of the inboxes it had reached',
      traces: second.removed.map((person) => removed(world, person, again, second.removedAt)),
    },
    raised(triedAt + 3 * MINUTE, 'Identity Protection raises an alert about the sign-in', {
      key: `${KEY}.sign-in`,
      title: 'Unfamiliar sign-in properties',
      severity: 'medium',
      mitreTechniques: ['T1078.004'],
      product: PRODUCTS.identityProtection,
      firstActivityAt: triedAt,
      lastActivityAt: triedAt,
      evidence: [
        userEvidence(trusting, { remediationStatus: 'active', roles: ['compromised'] }),
        ipEvidence(thief.ip, 'NG', { verdict: 'suspicious', remediationStatus: 'active' }),
      ],
    }),
    raised(
      reportedAt + 2 * MINUTE,
      'The report raises an alert',
      {
        key: `${KEY}.report`,
        title: 'Email reported by user as malware or phish',
        description: 'This alert is triggered when any email message is reported as malware or phish by users.',
        severity: 'low',
        mitreTechniques: ['T1566.002'],
        product: PRODUCTS.office365,
        alertPolicyId: 'b26a5770-0c38-434a-9380-3a3c2c27bbb3',
        firstActivityAt: reportedAt,
        lastActivityAt: reportedAt,
        investigationState: 'running',
        evidence: [
          analyzedMessageEvidence(copy, reporter.userPrincipalName),
          mailboxEvidence(reporter),
          submissionMailEvidence(copy, {
            id: recordId(world, KEY, 'submission'),
            at: reportedAt,
            by: reporter,
            type: 'Phish',
          }),
        ],
      },
      networkMessageId,
    ),
    raised(
      second.removedAt + 3 * MINUTE,
      'An alert tells that mail was taken out of inboxes',
      {
        key: `${KEY}.removed`,
        title: 'Email messages containing malicious URL removed after delivery',
        description:
          'Messages with a malicious link were delivered, and removed when the link was known for what it is.',
        severity: 'informational',
        mitreTechniques: ['T1566.002'],
        product: PRODUCTS.office365,
        alertPolicyId: '8e6ba277-ef39-404e-aaf1-294f6d9a2b88',
        firstActivityAt: second.at,
        lastActivityAt: second.removedAt,
        investigationState: 'running',
        evidence: [
          ...second.removed.map((person) =>
            analyzedMessageEvidence(
              again,
              person.userPrincipalName,
              { threats: ['Phish'] },
              { ...malicious, remediationStatus: 'remediated' },
            ),
          ),
          mailClusterEvidence(
            { by: 'SenderIp', value: String(again.senderIp), networkMessageIds: [again.networkMessageId] },
            malicious,
          ),
        ],
      },
      again.networkMessageId,
    ),
    raised(
      clicks.at(-1)!.at + 4 * MINUTE,
      'An alert tells that people have clicked',
      {
        key: `${KEY}.clicks`,
        title: 'A potentially malicious URL click was detected',
        description: 'People clicked a link that was found to be malicious later.',
        severity: 'high',
        mitreTechniques: ['T1566.002', 'T1204.001'],
        product: PRODUCTS.office365,
        alertPolicyId: 'a74bb32a-541b-47fb-adfd-f8c62ce3d59b',
        firstActivityAt: clicks[0]!.at,
        lastActivityAt: clicks.at(-1)!.at,
        evidence: [
          urlEvidence(link, malicious),
          ...clicks.flatMap(({ by }) => [
            userEvidence(by, { remediationStatus: 'active' }),
            analyzedMessageEvidence(copy, by.userPrincipalName, { threats: ['Phish'] }, malicious),
          ]),
        ],
      },
      networkMessageId,
    ),
  ]
}

/** Zero-hour auto purge of one copy. */
const removed = (world: World, person: Person, item: Item, at: number) =>
  leave(postDeliveries, {
    id: recordId(world, KEY, 'removed', person.index),
    at,
    publishedAt: at + 3 * MINUTE,
    record: {
      networkMessageId: item.networkMessageId,
      internetMessageId: item.internetMessageId,
      recipient: person.userPrincipalName,
      sender: item.from.address,
      direction: 'Inbound',
      action: 'Moved to junk folder',
      actionType: 'Phish ZAP',
      actionTrigger: 'SpecialAction',
      actionResult: 'Success',
      location: 'Junk folder',
      threats: ['Phish'],
    },
  })
