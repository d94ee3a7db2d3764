import { accessEvent, itemEvent } from '#world/audit/records/exchange.ts'
import {
  alerted,
  audited,
  foundRisky,
  heldAtRisk,
  madeRule,
  mailboxBecame,
  passedOn,
  ran,
  recordId,
  signedIn,
  together,
} from '#scenarios/deeds.ts'
import { clicked } from '#scenarios/click.ts'
import { ipEvidence, mailboxConfigurationEvidence, urlEvidence, userEvidence } from '#world/security/evidence.ts'
import { mailFolders } from '#world/mail/folders.ts'
import { mailItem } from '#scenarios/letter.ts'
import { plant } from '#world/objects.ts'
import { PRODUCTS, incidentId } from '#world/security/alert.ts'
import { ruleKey } from '#world/mail/rules.ts'
import type { Item } from '#world/mail/item.ts'
import type { SignIn } from '#world/audit/records/entra.ts'
import type { Step } from '#scenarios/scenario.ts'
import type { World } from '#world/world.ts'

import { AGENT, EXCHANGE, MINUTE, OFFICE_HOME, OUTLOOK_WEB } from './session.ts'
import { castOf } from './cast.ts'
import { HIDDEN, lettersByName } from './letters.ts'
import { RULE, hidingRule } from './rule.ts'

/** From the lure to the money, oldest first. */
export function attack(world: World): Step[] {
  const { victim, proxy, replay, sessionId, drop, lureLink, partner, invoice, start } = castOf(world)
  const mail = lettersByName(world)
  const at = (minute: number) => start + minute * MINUTE
  const id = (what: string) => recordId(world, 'bec', what)
  const sign = (what: string, minute: number, ip: string, applicationId = OFFICE_HOME): SignIn => ({
    id: id(what),
    at: at(minute),
    person: victim,
    ip,
    userAgent: AGENT,
    applicationId,
    ...(applicationId === OUTLOOK_WEB ? { resourceId: EXCHANGE } : {}),
    sessionId,
  })
  const interrupted = { ...sign('interrupted', 14, proxy.ip), error: STRONG_AUTHENTICATION }
  const [relayed, replayed] = [sign('relayed', 15, proxy.ip), sign('replayed', 31, replay.ip)]
  const unknown = { device: 'unknown', mfa: 'remembered' } as const
  const event = (what: string, minute: number, operation: string) => ({
    id: id(what),
    at: at(minute),
    owner: victim,
    ip: replay.ip,
    sessionId,
    operation,
    clientInfo: 'Client=OWA;Action=ViaProxy',
  })
  const session = { person: victim, ip: replay.ip, sessionId }
  const sent = (what: string, minute: number, item: Item) =>
    audited(
      'Audit.Exchange',
      at(minute),
      itemEvent(world, event(what, minute, 'Send'), mailItem(world, victim, item, '\\Sent Items')),
    )
  const incident = incidentId(world, 'bec', at(56))
  const story = { incident, incidentName: 'Multi-stage incident involving Initial access & Collection' }
  const { id: ruleId, value: rule } = hidingRule(world)
  return [
    {
      at: start,
      what: 'A lure arrives that leads to a page between the victim and the sign-in page',
      attack: 'T1566.002',
    },
    {
      at: at(12),
      what: 'The victim clicks the link',
      attack: 'T1566.002',
      ...clicked(world, { key: 'bec', at: at(12), person: victim, item: mail.lure, url: lureLink }),
    },
    {
      at: at(14),
      what: 'The victim signs in through the page, which passes on password and second factor and keeps the session',
      attack: 'T1557',
      ...together(
        signedIn(world, interrupted, { ...proxy, device: 'unknown' }),
        signedIn(world, relayed, { ...proxy, device: 'unknown', mfa: 'approved', risk: found('attackerinTheMiddle') }),
        foundRisky(world, relayed, { ...high('attackerinTheMiddle'), city: proxy.city, delay: 90 * MINUTE }),
      ),
    },
    {
      at: at(31),
      what: 'The session is used from another network; the second factor counts as given',
      attack: 'T1550.004',
      ...together(
        signedIn(world, replayed, { ...replay, ...unknown, risk: found('anomalousToken') }),
        signedIn(world, sign('outlook', 32, replay.ip, OUTLOOK_WEB), { ...replay, ...unknown }),
        foundRisky(world, replayed, { ...high('anomalousToken'), city: replay.city, delay: 20 * MINUTE }),
        heldAtRisk(victim, at(51), { level: 'high', eventTypes: ['anomalousToken', 'attackerinTheMiddle'] }),
      ),
    },
    {
      at: at(40),
      what: 'The thread about the invoice is read',
      attack: 'T1114.002',
      ...audited(
        'Audit.Exchange',
        at(40),
        accessEvent(world, event('read', 40, 'MailItemsAccessed'), [
          mailItem(world, victim, mail.bill, '\\Inbox'),
          mailItem(world, victim, mail.thanks, '\\Sent Items'),
        ]),
      ),
    },
    {
      at: at(50),
      what: 'A rule puts mail about the invoice where nobody looks, and marks it as read',
      attack: 'T1564.008',
      ...together(
        madeRule(
          world,
          {
            ...session,
            id: id('rule'),
            at: at(50),
            parameters: {
              Name: RULE,
              SubjectOrBodyContainsWords: `${invoice};${partner.address.split('@')[1]!};bank`,
              MoveToFolder: 'RSS Feeds',
              MarkAsRead: 'True',
              StopProcessingRules: 'True',
            },
          },
          rule,
        ),
        { objects: [plant(mailFolders, `${victim.id}/${HIDDEN}`, at(50), FEEDS)] },
      ),
    },
    {
      at: at(56),
      what: 'Defender for Cloud Apps and Defender XDR raise alerts',
      ...together(
        alerted(world, {
          ...story,
          key: 'bec.rule',
          at: at(56),
          title: 'Suspicious inbox manipulation rule',
          description: `A rule of ${victim.displayName} moves mail to a folder that is seldom looked at.`,
          category: 'DefenseEvasion',
          severity: 'high',
          mitreTechniques: ['T1564.008'],
          product: PRODUCTS.cloudApps,
          firstActivityAt: at(50),
          lastActivityAt: at(50),
          evidence: [
            userEvidence(victim, { remediationStatus: 'active', roles: ['compromised'] }),
            ipEvidence(replay.ip, 'NG', { verdict: 'suspicious', remediationStatus: 'active' }),
            mailboxConfigurationEvidence(
              victim,
              { type: 'userInboxRule', id: ruleKey(victim, ruleId), name: RULE },
              { verdict: 'suspicious', remediationStatus: 'active' },
            ),
          ],
        }),
        alerted(world, {
          ...story,
          key: 'bec.session',
          at: at(56),
          title: 'Stolen session cookie was used',
          description: 'A session that began behind a page in the middle was used from another network.',
          category: 'CredentialAccess',
          severity: 'high',
          mitreTechniques: ['T1557', 'T1550.004'],
          product: PRODUCTS.xdr,
          firstActivityAt: at(12),
          lastActivityAt: at(31),
          evidence: [
            userEvidence(victim, { remediationStatus: 'active', roles: ['compromised'] }),
            ipEvidence(proxy.ip, 'LV', { verdict: 'malicious', remediationStatus: 'active' }),
            ipEvidence(replay.ip, 'NG', { verdict: 'malicious', remediationStatus: 'active', roles: ['attacker'] }),
            urlEvidence(lureLink, { verdict: 'malicious', remediationStatus: 'active' }),
          ],
        }),
      ),
    },
    {
      at: at(62),
      what: 'The mailbox forwards a copy of everything to the outside',
      attack: 'T1114.003',
      ...together(
        ran(world, {
          ...session,
          id: id('forwarding'),
          at: at(62),
          name: 'Set-Mailbox',
          objectId: victim.userPrincipalName,
          parameters: {
            Identity: victim.userPrincipalName,
            ForwardingSmtpAddress: `smtp:${drop}`,
            DeliverToMailboxAndForward: 'True',
          },
        }),
        mailboxBecame(world, victim, at(62), { forwardingSmtpAddress: drop, deliverToMailboxAndForward: true }),
      ),
    },
    {
      at: at(70),
      what: 'An alert policy of Office notices the forwarding',
      ...alerted(
        world,
        {
          ...story,
          key: 'bec.forwarding',
          at: at(70),
          title: 'Suspicious email forwarding activity',
          description: `Mail of ${victim.displayName} is forwarded to an address outside.`,
          category: 'Exfiltration',
          severity: 'high',
          mitreTechniques: ['T1114.003'],
          product: PRODUCTS.office365,
          firstActivityAt: at(62),
          lastActivityAt: at(62),
          evidence: [
            userEvidence(victim, { remediationStatus: 'active' }),
            mailboxConfigurationEvidence(
              victim,
              { type: 'mailForwardingRule', id: victim.id, name: `smtp:${drop}` },
              { verdict: 'suspicious', remediationStatus: 'active' },
            ),
          ],
        },
        { type: 'User', id: victim.userPrincipalName },
      ),
    },
    {
      at: at(95),
      what: 'The mailbox is kept open from there: a token is renewed',
      attack: 'T1550.004',
      ...signedIn(world, sign('renewed', 95, replay.ip, OUTLOOK_WEB), {
        ...replay,
        ...unknown,
        kind: 'nonInteractiveUser',
      }),
    },
    {
      at: at(150),
      what: 'The partner asks for the money: hidden by the rule, and forwarded',
      attack: 'T1564.008',
      ...passedOn(mail.reminder, drop),
    },
    { at: at(180), what: 'A look-alike domain answers in the thread with another bank account', attack: 'T1656' },
    {
      at: at(192),
      what: 'From the victim’s mailbox the approver is urged to pay',
      attack: 'T1534',
      ...sent('urged', 192, mail.urged),
    },
    {
      at: at(240),
      what: 'The approver asks back: hidden by the rule, and forwarded',
      attack: 'T1564.008',
      ...passedOn(mail.asked, drop),
    },
    {
      at: at(251),
      what: 'The approver is told to go ahead',
      attack: 'T1534',
      ...sent('assured', 251, mail.assured),
    },
    {
      at: at(300),
      what: 'The partner says that nothing has changed: hidden by the rule, and forwarded',
      attack: 'T1564.008',
      ...passedOn(mail.denied, drop),
    },
  ]
}

const STRONG_AUTHENTICATION = { number: 50_074, word: 'UserStrongAuthClientAuthNRequiredInterrupt' }

const FEEDS = { key: HIDDEN, displayName: 'RSS Feeds', parent: 'msgfolderroot', isHidden: false }

const high = (eventType: string) => ({ eventType, level: 'high' as const })

const found = (eventType: string) => ({ level: 'high' as const, eventTypes: [eventType] })
