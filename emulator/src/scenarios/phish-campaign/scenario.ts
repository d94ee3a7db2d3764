import { PRODUCTS, incidentId } from '#world/security/alert.ts'
import { alerted, audited, foundRisky, heldAtRisk, recordId } from '#scenarios/deeds.ts'
import { analyzedMessageEvidence, ipEvidence, mailClusterEvidence } from '#world/security/evidence.ts'
import { clicked } from '#scenarios/click.ts'
import { homeIp } from '#world/audit/records/record.ts'
import { itemEvent } from '#world/audit/records/exchange.ts'
import { leave } from '#world/surface.ts'
import { lettersOf, mailItem } from '#scenarios/letter.ts'
import { mailboxEvidence, submissionMailEvidence, urlEvidence, userEvidence } from '#world/security/evidence.ts'
import { plant } from '#world/objects.ts'
import { postDeliveries } from '#world/security/post-delivery.ts'
import { quarantinedMessages } from '#world/mail/quarantine.ts'
import { random } from '#world/random.ts'
import { signedIn, together } from '#scenarios/deeds.ts'
import { threatMail } from '#world/audit/records/threats.ts'
import { userSubmission } from '#world/audit/records/general.ts'
import type { AlertFacts } from '#world/security/alert.ts'
import type { Deed } from '#scenarios/deeds.ts'
import type { Item } from '#world/mail/item.ts'
import type { Person } from '#world/directory.ts'
import type { Scenario, Step } from '#scenarios/scenario.ts'
import type { SignIn } from '#world/audit/records/entra.ts'
import type { World } from '#world/world.ts'

import { campaignOf, phishOf } from './campaign.ts'
import { castOf } from './cast.ts'
import { held, letters, lettersByName } from './letters.ts'
import { lookAlikes } from './look-alikes.ts'

const correspondence = lettersOf(letters)

/**
 * A phish that reached 23 mailboxes before one recipient reported it. Two sent it on, one answered, three clicked and one
 * of them entered the password. A second message of the campaign was mostly caught: held back, put into Junk Email, or
 * taken out of the inbox later.
 */
export const phishCampaign: Scenario = {
  id: 'phish-campaign',
  title: 'Payroll phish in 23 mailboxes, reported by one recipient',
  attack: ['T1566.002', 'T1204.001', 'T1078.004'],
  mail: (world, person) => {
    const delivered = campaignOf(world).recipients.some(({ index }) => index === person.index)
    return [
      ...(delivered ? [phishOf(world, person)] : []),
      ...correspondence(world, person),
      ...lookAlikes(world, person),
    ]
  },
  steps: (world) => [...arrivals(world), ...reactions(world), ...defenses(world)].sort((a, b) => a.at - b.at),
  truth: (world) => {
    const { internetMessageId, networkMessageId, sender, subject, recipients, reporter, link } = campaignOf(world)
    const { forwards, replier, trusting, clicks, thief, second } = castOf(world)
    const mail = lettersByName(world)
    const ids = (item: Item) => ({
      internetMessageId: item.internetMessageId,
      networkMessageId: item.networkMessageId,
    })
    return {
      internetMessageId,
      networkMessageId,
      sender: sender.address,
      subject,
      link,
      recipients: names(recipients),
      reporter: reporter.userPrincipalName,
      forwards: forwards.map(({ by, to }, i) => ({
        ...ids(mail.forwards[i]!),
        from: by.userPrincipalName,
        to: names(to),
      })),
      reply: { ...ids(mail.reply), from: replier.userPrincipalName },
      clicked: names(clicks.map(({ by }) => by)),
      enteredPassword: trusting.userPrincipalName,
      thiefIp: thief.ip,
      secondMessage: {
        ...ids(mail.second),
        sender: mail.second.from.address,
        quarantined: names(second.quarantined),
        junked: names(second.junked),
        removed: names(second.removed),
      },
    }
  },
}

const KEY = 'phish-campaign'
const MINUTE = 60_000
const OFFICE_HOME = '4765445b-32c6-49b0-83e6-1d93765276ca'
const AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36'

const names = (list: readonly Person[]) => list.map(({ userPrincipalName }) => userPrincipalName)

function arrivals(world: World): Step[] {
  const { receivedAt, recipients } = campaignOf(world)
  const { second } = castOf(world)
  const heldBack = held(world).map((message): Deed => {
    const person = world.directory.find(message.recipient)!
    const event = { id: recordId(world, KEY, 'held back', person.index), at: second.at, person }
    return together(audited('Audit.General', second.at, threatMail(world, event, message)), {
      objects: [plant(quarantinedMessages, message.identity, second.at, message)],
    })
  })
  return [
    { at: receivedAt, what: `The mail arrives in ${recipients.length} mailboxes`, attack: 'T1566.002' },
    {
      at: second.at,
      what: 'A second message arrives: some are held back, one goes to Junk Email, some are delivered',
      attack: 'T1566.002',
      ...together(...heldBack),
    },
  ]
}

function reactions(world: World): Step[] {
  const { link, recipients } = campaignOf(world)
  const { forwards, replier, repliedAt, clicks } = castOf(world)
  const mail = lettersByName(world)
  const original = phishOf(world, recipients[0]!)
  return [
    ...forwards.map(({ by, at }, i) => ({
      at,
      what: 'A recipient sends it on to colleagues',
      ...sent(world, by, mail.forwards[i]!),
    })),
    { at: repliedAt, what: 'A recipient answers the sender', ...sent(world, replier, mail.reply) },
    ...clicks.map(({ by, at, blocked }) => ({
      at,
      what: blocked ? 'A recipient clicks the link, which Safe Links stops by now' : 'A recipient clicks the link',
      attack: 'T1204.001',
      ...clicked(world, { key: KEY, at, person: by, item: original, url: link, blocked }),
    })),
    passwordTried(world),
    reported(world),
  ]
}

/** The sender's own doing, as Exchange tells it. */
function sent(world: World, owner: Person, item: Item): Deed {
  const event = {
    id: recordId(world, KEY, 'sent', item.key),
    at: item.receivedAt,
    owner,
    ip: homeIp(world, owner),
    operation: 'Send',
    clientInfo: 'Client=OWA;Action=ViaProxy',
  }
  return audited('Audit.Exchange', event.at, itemEvent(world, event, mailItem(world, owner, item, '\\Sent Items')))
}

/** The password is right; without the second factor it is of no use. */
function passwordTried(world: World): Step {
  const { trusting, thief, triedAt, sessionId } = castOf(world)
  const sign: SignIn = {
    id: recordId(world, KEY, 'password tried'),
    at: triedAt,
    person: trusting,
    ip: thief.ip,
    userAgent: AGENT,
    applicationId: OFFICE_HOME,
    sessionId,
    error: { number: 50_074, word: 'UserStrongAuthClientAuthNRequiredInterrupt' },
  }
  const risk = { level: 'medium', eventTypes: ['unfamiliarFeatures'] } as const
  const { city, network } = thief
  return {
    at: triedAt,
    what: 'The password that a recipient entered is tried, and stopped by the second factor',
    attack: 'T1078.004',
    ...together(
      signedIn(world, sign, { city, network, device: 'unknown', risk }),
      foundRisky(world, sign, { eventType: 'unfamiliarFeatures', level: 'medium', city }),
      heldAtRisk(trusting, triedAt + 30_000, risk),
    ),
  }
}

function reported(world: World): Step {
  const campaign = campaignOf(world)
  const { reporter, sender, reportedAt: at } = campaign
  const id = random(world.seed, KEY, 'report').guid()
  const record = userSubmission(
    world,
    { id, at, person: reporter },
    {
      internetMessageId: campaign.internetMessageId,
      networkMessageId: campaign.networkMessageId,
      p1Sender: sender.address,
      p2Sender: sender.address,
      senderIp: campaign.senderIp,
      subject: campaign.subject,
      recipients: [reporter.userPrincipalName],
      receivedAt: campaign.receivedAt,
    },
  )
  return {
    at,
    what: 'A recipient reports the mail as phishing',
    audit: [{ contentType: 'Audit.General', publishedAt: at + 240_000, record }],
  }
}

/** What the services did and said: mail taken out of inboxes, and alerts that make one incident. */
function defenses(world: World): Step[] {
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
