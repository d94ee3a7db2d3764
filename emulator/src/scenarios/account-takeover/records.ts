import { accessEvent, cmdlet, itemEvent } from '#world/audit/records/exchange.ts'
import { directoryChange, signIn } from '#world/audit/records/entra.ts'
import { fileOperation } from '#world/audit/records/sharepoint.ts'
import { GLOBAL_ADMINISTRATOR } from '#world/roles.ts'
import { leave } from '#world/surface.ts'
import { mailboxBecame } from '#scenarios/deeds.ts'
import { random } from '#world/random.ts'
import { signIns } from '#world/entra/sign-ins.ts'
import { signInTrace } from '#world/entra/sign-in-record.ts'
import type { AuditRecord } from '#world/audit/records/record.ts'
import type { ContentType } from '#world/audit/content-types.ts'
import type { Deed } from '#scenarios/deeds.ts'
import type { SignIn } from '#world/audit/records/entra.ts'
import type { World } from '#world/world.ts'

import { ABROAD, MINUTE, consentGiven, gotIn, roleGiven, ruleMade } from './footholds.ts'
import { castOf } from './cast.ts'

interface Recorded {
  contentType: ContentType
  at: number
  record: AuditRecord
  tells: Told
}

/** What a record tells of, and what there is of it besides: other logs, and state. */
interface Told {
  what: string
  attack: string
  deed: Deed
}

const AGENT = 'Mozilla/5.0 (X11; Linux x64_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36'

const OUTLOOK_WEB = '00000002-0000-0ff1-ce00-000000000000'

/** What the audit feed tells, in order; ids depend on the place in this list. */
export function records(world: World): Recorded[] {
  const { victim, ip, sessionId, drop, application, start } = castOf(world)
  const list: Recorded[] = []
  const add = (
    contentType: ContentType,
    minute: number,
    make: (id: string, at: number) => AuditRecord,
    tell: (id: string, at: number) => Told,
  ) => {
    const at = start + minute * MINUTE
    const id = random(world.seed, 'account-takeover', list.length).guid()
    list.push({ contentType, at, record: make(id, at), tells: tell(id, at) })
  }
  const wrong = { number: 50_126, word: 'InvalidUserNameOrPassword' }
  for (let attempt = 0; attempt < 7; attempt++) {
    const guess = (id: string, at: number) => ({ ...logOn(world, id, at), error: wrong })
    add(
      'Audit.AzureActiveDirectory',
      attempt,
      (id, at) => signIn(world, guess(id, at)),
      (id, at) => ({
        what: 'A password is guessed',
        attack: 'T1110.003',
        deed: { traces: [leave(signIns, signInTrace(world, guess(id, at), ABROAD))] },
      }),
    )
  }
  add(
    'Audit.AzureActiveDirectory',
    9,
    (id, at) => signIn(world, logOn(world, id, at)),
    (id, at) => ({ what: 'A guess is right', attack: 'T1078.004', deed: gotIn(world, logOn(world, id, at)) }),
  )
  add(
    'Audit.Exchange',
    14,
    (id, at) =>
      cmdlet(world, {
        id,
        at,
        person: victim,
        ip,
        sessionId,
        name: 'New-InboxRule',
        objectId: `${world.initialDomain}\\${victim.id}\\.`,
        parameters: {
          Name: '.',
          SubjectOrBodyContainsWords: 'invoice;payment;security',
          ForwardTo: drop,
          DeleteMessage: 'True',
        },
      }),
    (_, at) => ({
      what: 'A rule forwards mail about money to the outside, and deletes it',
      attack: 'T1564.008',
      deed: ruleMade(world, at),
    }),
  )
  add(
    'Audit.Exchange',
    17,
    (id, at) =>
      cmdlet(world, {
        id,
        at,
        person: victim,
        ip,
        sessionId,
        name: 'Set-Mailbox',
        objectId: victim.userPrincipalName,
        parameters: {
          Identity: victim.userPrincipalName,
          ForwardingSmtpAddress: `smtp:${drop}`,
          DeliverToMailboxAndForward: 'True',
        },
      }),
    (_, at) => ({
      what: 'The mailbox forwards a copy of everything',
      attack: 'T1114.003',
      deed: mailboxBecame(world, victim, at, { forwardingSmtpAddress: drop, deliverToMailboxAndForward: true }),
    }),
  )
  const event = { owner: victim, ip, sessionId, clientInfo: 'Client=OWA;Action=ViaProxy' }
  const mail = (name: string, path: string) => {
    const r = random(world.seed, 'account-takeover', 'mail', name)
    const internetMessageId = `<${r.hex(24).toUpperCase()}@${world.domain}>`
    return { id: `RgAAAA${r.hex(40)}`, subject: name, internetMessageId, path, size: r.between(8000, 60_000) }
  }
  add(
    'Audit.Exchange',
    25,
    (id, at) =>
      accessEvent(world, { ...event, id, at, operation: 'MailItemsAccessed' }, [
        mail('Invoice approval for Gantry', '\\Inbox'),
        mail('Bank details of suppliers', '\\Inbox'),
        mail('Payment run', '\\Sent Items'),
      ]),
    () => ({ what: 'Mail about invoices and bank details is read', attack: 'T1114.002', deed: {} }),
  )
  add(
    'Audit.Exchange',
    40,
    (id, at) => itemEvent(world, { ...event, id, at, operation: 'Send' }, mail('Updated bank details', '\\Sent Items')),
    () => ({ what: 'A partner is told of another bank account', attack: 'T1534', deed: {} }),
  )
  const change = { actor: victim, ip }
  add(
    'Audit.AzureActiveDirectory',
    55,
    (id, at) =>
      directoryChange(world, {
        ...change,
        id,
        at,
        operation: 'Consent to application.',
        objectId: application.id,
        target: [
          {
            ID: `ServicePrincipal_${application.id}`,
            Type: 2,
          },
          {
            ID: application.name,
            Type: 1,
          },
        ],
        modified: [
          {
            Name: 'ConsentContext.IsAdminConsent',
            NewValue: 'False',
            OldValue: '',
          },
          {
            Name: 'ConsentAction.Permissions',
            NewValue: '[[Scope: Mail.Read offline_access, ConsentType: Principal]]',
            OldValue: '',
          },
          {
            Name: 'TargetId.ServicePrincipalNames',
            NewValue: application.id,
            OldValue: '',
          },
        ],
      }),
    (id, at) => ({
      what: 'The victim consents to an application that reads mail',
      attack: 'T1528',
      deed: consentGiven(world, id, at),
    }),
  )
  add(
    'Audit.AzureActiveDirectory',
    70,
    (id, at) =>
      directoryChange(world, {
        ...change,
        id,
        at,
        operation: 'Add member to role.',
        objectId: victim.userPrincipalName,
        target: [
          {
            ID: `User_${victim.id}`,
            Type: 2,
          },
          {
            ID: victim.userPrincipalName,
            Type: 5,
          },
        ],
        modified: [
          {
            Name: 'Role.ObjectID',
            NewValue: `"${random(world.seed, 'role').guid()}"`,
            OldValue: '',
          },
          {
            Name: 'Role.DisplayName',
            NewValue: '"Global Administrator"',
            OldValue: '',
          },
          {
            Name: 'Role.TemplateId',
            NewValue: `"${GLOBAL_ADMINISTRATOR}"`,
            OldValue: '',
          },
        ],
      }),
    (id, at) => ({
      what: 'The account is given the role Global Administrator',
      attack: 'T1098.003',
      deed: roleGiven(world, id, at),
    }),
  )
  for (let i = 0; i < DOWNLOADS; i++)
    add(
      'Audit.SharePoint',
      80 + i / 6,
      (id, at) =>
        fileOperation(world, {
          id,
          at: Math.floor(at / 1000) * 1000,
          person: victim,
          ip,
          operation: 'FileDownloaded',
          userAgent: AGENT,
          site: 'finance',
          folder: 'Shared Documents/Contracts',
          file: `contract-${100 + i}.pdf`,
        }),
      () => ({ what: 'A contract is downloaded', attack: 'T1530', deed: {} }),
    )
  return list
}

const DOWNLOADS = 60

const logOn = (world: World, id: string, at: number): SignIn => {
  const { victim, ip, sessionId } = castOf(world)
  return { id, at, person: victim, ip, userAgent: AGENT, applicationId: OUTLOOK_WEB, sessionId }
}
