import { accessEvent, cmdlet, itemEvent } from '#world/audit/records/exchange.ts'
import { directoryChange, signIn } from '#world/audit/records/entra.ts'
import { fileOperation } from '#world/audit/records/sharepoint.ts'
import { random } from '#world/random.ts'
import type { AuditRecord } from '#world/audit/records/record.ts'
import type { ContentType } from '#world/audit/content-types.ts'
import type { Scenario } from '#scenarios/scenario.ts'
import type { World } from '#world/world.ts'

import { victimOf } from './victim.ts'

/**
 * A stolen account, from guessing to theft. Every record shares the attacker's address and, once inside, the session.
 * The story begins six hours before the epoch.
 */
export const accountTakeover: Scenario = {
  id: 'account-takeover',
  title: 'Stolen account: rule, forwarding, mail read, consent, role, mass download',
  attack: ['T1110.003', 'T1078.004', 'T1564.008', 'T1114.003', 'T1528', 'T1098.003', 'T1530'],
  mail: () => [],
  steps: (world) =>
    records(world).map(({ contentType, at, record }) => ({
      at,
      what: String(record['Operation']),
      audit: [{ contentType, publishedAt: at + 300_000, record }],
    })),
  truth: (world) => {
    const { victim, ip, sessionId, drop, application } = castOf(world)
    return {
      userId: victim.id,
      userPrincipalName: victim.userPrincipalName,
      ip,
      sessionId,
      forwardsTo: drop,
      application,
      records: records(world).map(({ contentType, record }) => ({
        contentType,
        id: record.Id,
        operation: record['Operation'],
      })),
    }
  },
}

interface Recorded {
  contentType: ContentType
  at: number
  record: AuditRecord
}

const AGENT = 'Mozilla/5.0 (X11; Linux x64_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36'
const OUTLOOK_WEB = '00000002-0000-0ff1-ce00-000000000000'
const GLOBAL_ADMINISTRATOR = '62e90394-69f5-4237-9190-012177145e10'
const MINUTE = 60_000

/** Who and what takes part. */
function castOf(world: World) {
  const r = random(world.seed, 'account-takeover')
  // The first draw is the victim's.
  r.next()
  return {
    victim: victimOf(world),
    ip: `203.0.113.${r.between(10, 60)}`,
    sessionId: r.guid(),
    drop: 'collector@mailvault.example',
    application: { name: 'Mail Backup Pro', id: r.guid() },
  }
}

function records(world: World): Recorded[] {
  const { victim, ip, sessionId, drop, application } = castOf(world)
  const start = Math.floor((world.epoch - 6 * 3_600_000) / 1000) * 1000
  const list: Recorded[] = []
  const add = (contentType: ContentType, minute: number, make: (id: string, at: number) => AuditRecord) => {
    const at = start + minute * MINUTE
    list.push({ contentType, at, record: make(random(world.seed, 'account-takeover', list.length).guid(), at) })
  }
  const logOn = (error?: { number: number; word: string }) => (id: string, at: number) =>
    signIn(world, {
      id,
      at,
      person: victim,
      ip,
      userAgent: AGENT,
      applicationId: OUTLOOK_WEB,
      sessionId,
      ...(error ? { error } : {}),
    })
  const wrong = { number: 50_126, word: 'InvalidUserNameOrPassword' }
  for (let attempt = 0; attempt < 7; attempt++) add('Audit.AzureActiveDirectory', attempt, logOn(wrong))
  add('Audit.AzureActiveDirectory', 9, logOn())
  add('Audit.Exchange', 14, (id, at) =>
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
  )
  add('Audit.Exchange', 17, (id, at) =>
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
  )
  const event = { owner: victim, ip, sessionId, clientInfo: 'Client=OWA;Action=ViaProxy' }
  const mail = (name: string, path: string) => {
    const r = random(world.seed, 'account-takeover', 'mail', name)
    const internetMessageId = `<${r.hex(24).toUpperCase()}@${world.domain}>`
    return { id: `RgAAAA${r.hex(40)}`, subject: name, internetMessageId, path, size: r.between(8000, 60_000) }
  }
  add('Audit.Exchange', 25, (id, at) =>
    accessEvent(world, { ...event, id, at, operation: 'MailItemsAccessed' }, [
      mail('Invoice approval for Gantry', '\\Inbox'),
      mail('Bank details of suppliers', '\\Inbox'),
      mail('Payment run', '\\Sent Items'),
    ]),
  )
  add('Audit.Exchange', 40, (id, at) =>
    itemEvent(world, { ...event, id, at, operation: 'Send' }, mail('Updated bank details', '\\Sent Items')),
  )
  const change = { actor: victim, ip }
  add('Audit.AzureActiveDirectory', 55, (id, at) =>
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
  )
  add('Audit.AzureActiveDirectory', 70, (id, at) =>
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
  )
  for (let i = 0; i < DOWNLOADS; i++)
    add('Audit.SharePoint', 80 + i / 6, (id, at) =>
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
    )
  return list
}

const DOWNLOADS = 60
