import { EXCHANGE_RECIPIENT_ADMINISTRATOR, assignment, itStaff, roleAssignments } from '#world/roles.ts'
import { PRODUCTS } from '#world/security/alert.ts'
import { accessEvent, sendAsEvent } from '#world/audit/records/exchange.ts'
import { alertOf } from '#world/security/alerts.ts'
import { audited, changed, mailboxBecame, ran, recordId, signedIn } from '#scenarios/deeds.ts'
import { homeIp } from '#world/audit/records/record.ts'
import { ipEvidence, mailboxConfigurationEvidence, userEvidence } from '#world/security/evidence.ts'
import { lettersOf, mailItem } from '#scenarios/letter.ts'
import { mailboxStates } from '#world/mail/mailbox-state.ts'
import { plant } from '#world/objects.ts'
import { placeOf } from '#world/entra/places.ts'
import { riskySignIn } from '#scenarios/risky-sign-in.ts'
import { userChanges } from '#world/users.ts'
import type { Deed } from '#scenarios/deeds.ts'
import type { Item } from '#world/mail/item.ts'
import type { MailboxState } from '#world/mail/mailbox-state.ts'
import type { Person } from '#world/directory.ts'
import type { Scenario, Step } from '#scenarios/scenario.ts'
import type { World } from '#world/world.ts'

import { SENT, letters, lettersOfTakeover } from './letters.ts'
import { takeoverOf } from './takeover.ts'

/**
 * A help-desk account is taken over. With it the attacker sets a colleague's password anew, and lets that colleague's account
 * open somebody's mailbox and send as them. On the same day a head of department's assistant is let in for good reasons.
 */
export const mailboxDelegation: Scenario = {
  id: 'mailbox-delegation',
  title: 'Help desk taken over: a mailbox opened and sent from by another account',
  attack: ['T1078.004', 'T1098.002', 'T1114.002', 'T1534'],
  rules: ['Mailbox Opened To Somebody Else'],
  mail: lettersOf(letters),
  steps,
  truth: (world) => {
    const { admin, target, delegate, payer, ip, sessions, honest } = takeoverOf(world)
    const { read, sent } = lettersOfTakeover(world)
    return {
      administrator: admin.userPrincipalName,
      administratorId: admin.id,
      mailbox: target.userPrincipalName,
      mailboxId: target.id,
      delegate: delegate.userPrincipalName,
      delegateId: delegate.id,
      ip,
      sessions,
      read: read.map(({ internetMessageId }) => internetMessageId),
      sent: { internetMessageId: sent.internetMessageId, to: payer.userPrincipalName },
      lookAlikes: [
        {
          what: 'assistant of a head of department',
          mailbox: honest.head.userPrincipalName,
          delegate: honest.assistant.userPrincipalName,
        },
      ],
    }
  },
}

const MINUTE = 60_000
const DAY = 86_400_000
const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36'
const EXCHANGE = '00000002-0000-0ff1-ce00-000000000000'
const OUTLOOK_WEB = '9199bf20-a13f-4107-85dc-02114787ef48'

const born = (world: World, person: Person): MailboxState => mailboxStates.born(world).find(person.id)!

function steps(world: World): Step[] {
  const { admin, target, delegate, ip, city, sessions, start } = takeoverOf(world)
  const { read, sent } = lettersOfTakeover(world)
  const id = (name: string | number) => recordId(world, 'mailbox-delegation', name)
  const minute = (after: number) => start + after * MINUTE
  const from = { ip, userAgent: CHROME, applicationId: EXCHANGE }
  const role = assignment(world.seed, admin.id, EXCHANGE_RECIPIENT_ADMINISTRATOR)
  const state = born(world, target)
  const fullAccess = [...state.fullAccess, delegate.id]
  const grant = (name: string, at: number, parameters: Record<string, string>): Deed =>
    ran(world, {
      id: id(name),
      at,
      person: admin,
      ip,
      sessionId: sessions.admin,
      name,
      objectId: target.id,
      parameters: { Identity: target.userPrincipalName, ...parameters },
    })
  const event = { owner: target, delegate, ip, sessionId: sessions.delegate, clientInfo: 'Client=OWA;Action=ViaProxy' }
  return [
    {
      at: start - 40 * DAY,
      what: 'The service desk has long been allowed to change mailboxes',
      objects: [plant(roleAssignments, role.id, start - 40 * DAY, role)],
    },
    ...lookAlike(world),
    {
      at: start,
      what: 'Somebody signs in as an administrator of the help desk, from where nobody works',
      attack: 'T1078.004',
      ...riskySignIn(
        world,
        { ...from, id: id('admin sign-in'), at: start, person: admin, sessionId: sessions.admin },
        { city, device: 'unknown', mfa: 'approved', network: 64_507 },
        { eventType: 'unfamiliarFeatures', level: 'medium', title: 'Unfamiliar sign-in properties' },
      ),
    },
    {
      at: minute(7),
      what: 'The administrator gives a colleague a new password',
      attack: 'T1098',
      ...changed(world, {
        id: id('reset'),
        at: minute(7),
        activityDisplayName: 'Reset user password',
        category: 'UserManagement',
        operationType: 'Update',
        actor: admin,
        ip,
        targets: [
          {
            type: 'User',
            id: delegate.id,
            displayName: delegate.displayName,
            userPrincipalName: delegate.userPrincipalName,
            modified: [],
          },
        ],
      }),
      objects: [
        plant(userChanges, delegate.id, minute(7), {
          set: {},
          passwordChangedAt: minute(7),
          sessionsValidFrom: minute(7),
        }),
      ],
    },
    {
      at: minute(12),
      what: 'The administrator lets that colleague open a mailbox',
      attack: 'T1098.002',
      ...grant('Add-MailboxPermission', minute(12), {
        User: delegate.userPrincipalName,
        AccessRights: 'FullAccess',
        InheritanceType: 'All',
        AutoMapping: 'False',
      }),
      ...mailboxBecame(world, target, minute(12), { fullAccess }),
    },
    {
      at: minute(14),
      what: 'The administrator lets that colleague send as its owner',
      attack: 'T1098.002',
      ...grant('Add-RecipientPermission', minute(14), {
        Trustee: delegate.userPrincipalName,
        AccessRights: 'SendAs',
      }),
      ...mailboxBecame(world, target, minute(14), { fullAccess, sendAs: [...state.sendAs, delegate.id] }),
    },
    {
      at: minute(26),
      what: 'The colleague signs in from the same address as the administrator',
      attack: 'T1078.004',
      ...signedIn(
        world,
        {
          ...from,
          applicationId: OUTLOOK_WEB,
          resourceId: EXCHANGE,
          id: id('delegate sign-in'),
          at: minute(26),
          person: delegate,
          sessionId: sessions.delegate,
        },
        { city, device: 'unknown', mfa: 'not asked', network: 64_507 },
      ),
    },
    ...read.map((item, i): Step => {
      const at = minute(33 + 9 * i)
      return {
        at,
        what: 'The delegate reads a message in the mailbox',
        attack: 'T1114.002',
        ...audited('Audit.Exchange', at, accessed(world, { ...event, id: id(`read ${i}`), at }, target, item)),
      }
    }),
    {
      at: start + SENT,
      what: 'The delegate asks for a payment in the name of its owner',
      attack: 'T1534',
      ...audited(
        'Audit.Exchange',
        start + SENT,
        sendAsEvent(
          world,
          { ...event, id: id('send'), at: start + SENT, operation: 'SendAs' },
          mailItem(world, target, sent, '\\Sent Items'),
        ),
      ),
    },
    {
      at: minute(100),
      what: 'A rule of the security team takes notice',
      traces: [
        alertOf(world, {
          key: 'mailbox-delegation',
          at: minute(100),
          title: 'Mailbox opened by an account whose password was just reset',
          description: `${delegate.userPrincipalName} got rights to the mailbox of ${target.userPrincipalName} and used them within the hour.`,
          severity: 'medium',
          category: 'Persistence',
          mitreTechniques: ['T1098.002', 'T1114.002'],
          product: PRODUCTS.customDetection,
          firstActivityAt: minute(7),
          lastActivityAt: start + SENT,
          evidence: [
            mailboxConfigurationEvidence(
              target,
              { type: 'mailDelegation', id: id('Add-MailboxPermission'), name: `FullAccess: ${delegate.displayName}` },
              { verdict: 'suspicious', remediationStatus: 'active' },
            ),
            userEvidence(delegate, { verdict: 'suspicious', remediationStatus: 'active', roles: ['attacker'] }),
            userEvidence(admin, { verdict: 'suspicious', remediationStatus: 'active', roles: ['compromised'] }),
            ipEvidence(ip, placeOf(city).countryOrRegion, { verdict: 'suspicious' }),
          ],
        }),
      ],
    },
  ]
}

const accessed = (
  world: World,
  event: Omit<Parameters<typeof accessEvent>[1], 'operation'>,
  owner: Person,
  item: Item,
) => accessEvent(world, { ...event, operation: 'MailItemsAccessed' }, [mailItem(world, owner, item, '\\Inbox')])

/** By day and from the office, the Exchange administrator lets an assistant into the mailbox of a head of department. */
function lookAlike(world: World): Step[] {
  const { start, honest } = takeoverOf(world)
  const { head, assistant } = honest
  const [, admin] = itStaff(world.directory, 2) as [Person, Person]
  const at = start - 190 * MINUTE
  const readAt = at + 50 * MINUTE
  const id = (name: string) => recordId(world, 'mailbox-delegation', 'honest', name)
  return [
    {
      at,
      what: 'A head of department asked for it: their assistant may open the mailbox',
      ...ran(world, {
        id: id('grant'),
        at,
        person: admin,
        ip: homeIp(world, admin),
        name: 'Add-MailboxPermission',
        objectId: head.id,
        parameters: {
          Identity: head.userPrincipalName,
          User: assistant.userPrincipalName,
          AccessRights: 'FullAccess',
          InheritanceType: 'All',
        },
      }),
      ...mailboxBecame(world, head, at, { fullAccess: [...born(world, head).fullAccess, assistant.id] }),
    },
    {
      at: readAt,
      what: 'The assistant reads an appointment in it',
      ...audited(
        'Audit.Exchange',
        readAt,
        accessed(
          world,
          {
            id: id('read'),
            at: readAt,
            owner: head,
            delegate: assistant,
            ip: homeIp(world, assistant),
            clientInfo: 'Client=MSExchangeRPC',
          },
          head,
          lettersOfTakeover(world).honest,
        ),
      ),
    },
  ]
}
