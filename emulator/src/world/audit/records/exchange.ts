import { random } from '#world/random.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

import { auditRecord, puidUser } from './record.ts'
import type { AuditRecord } from './record.ts'

/** Records of Exchange: cmdlets (1) and mailbox activity (2, 3, 50). */

export interface Cmdlet {
  id: string
  at: number
  /** Who ran it: a person, an application by its id, or Exchange itself. */
  person: Person | { appId: string } | { service: string }
  ip: string
  name: string
  objectId: string
  parameters: Readonly<Record<string, string>>
  sessionId?: string
}

export function cmdlet(world: World, run: Cmdlet): AuditRecord {
  const base = {
    id: run.id,
    at: run.at,
    operation: run.name,
    recordType: 1,
    workload: 'Exchange',
    resultStatus: 'True',
    clientIp: `${run.ip}:${random(run.id).between(20_000, 60_000)}`,
    objectId: run.objectId,
    ...runnerOf(world, run.person),
  }
  const appId = 'appId' in run.person ? run.person.appId : ''
  return auditRecord(world, base, {
    AppId: appId,
    ClientAppId: appId,
    ExternalAccess: false,
    OrganizationName: world.initialDomain,
    OriginatingServer: 'EMU0001 (15.20.9343.009)',
    Parameters: Object.entries(run.parameters).map(([Name, Value]) => ({ Name, Value })),
    ...(run.sessionId ? { SessionId: run.sessionId, AppAccessContext: { AADSessionId: run.sessionId } } : {}),
  })
}

/** Exchange's own runs bear the name of its process: `NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)`. */
function runnerOf(world: World, person: Cmdlet['person']) {
  if ('appId' in person) return { userId: person.appId, userKey: person.appId, userType: 5 }
  if ('service' in person) return { userId: person.service, userKey: person.service, userType: 3 }
  return puidUser(world, person)
}

export interface MailboxEvent {
  id: string
  at: number
  owner: Person
  ip: string
  operation: string
  clientInfo: string
  sessionId?: string
  /** Who acted in the owner's mailbox or name, with rights to it. */
  delegate?: Person
  /** The application that acted instead of the owner. */
  appId?: string
  /** The application through which the owner acted, or seemed to. */
  clientAppId?: string
}

export interface MailItem {
  id: string
  subject: string
  internetMessageId: string
  /** `\Inbox` */
  path: string
  size: number
}

/** Record type 2: one item. */
export function itemEvent(world: World, event: MailboxEvent, item: MailItem): AuditRecord {
  return mailboxRecord(world, event, 2, {
    Item: {
      Id: item.id,
      InternetMessageId: item.internetMessageId,
      IsRecord: false,
      SizeInBytes: item.size,
      Subject: item.subject,
      ParentFolder: folder(world, event, item.path),
    },
  })
}

/** Record type 2, `SendAs`: somebody with the right to sent a message in the name of the mailbox's owner. */
export function sendAsEvent(world: World, event: MailboxEvent & { delegate: Person }, item: MailItem): AuditRecord {
  const { owner } = event
  const record = itemEvent(world, { ...event, operation: 'SendAs' }, item)
  return { ...record, SendAsUserMailboxGuid: record['MailboxGuid'], SendAsUserSmtp: owner.userPrincipalName }
}

/** Record type 3: items moved or deleted together. */
export function groupEvent(world: World, event: MailboxEvent, items: readonly MailItem[], to: string): AuditRecord {
  const from = items[0]?.path ?? '\\Inbox'
  return mailboxRecord(world, event, 3, {
    AffectedItems: items.map((item) => ({
      Id: item.id,
      InternetMessageId: item.internetMessageId,
      Subject: item.subject,
      ParentFolder: folder(world, event, item.path),
    })),
    CrossMailboxOperation: false,
    DestFolder: folder(world, event, to),
    Folder: folder(world, event, from),
  })
}

/** Record type 50: `MailItemsAccessed`. Items that were bound, by folder. */
export function accessEvent(world: World, event: MailboxEvent, items: readonly MailItem[]): AuditRecord {
  const folders = [...new Set(items.map(({ path }) => path))].map((path) => ({
    ...folder(world, event, path),
    FolderItems: items
      .filter((item) => item.path === path)
      .map((item) => ({ Id: item.id, InternetMessageId: item.internetMessageId, SizeInBytes: item.size })),
  }))
  return access(world, event, 'Bind', items.length, folders)
}

/** Record type 50: `MailItemsAccessed`. Whole folders that a client took over: nobody knows which items. */
export const syncEvent = (world: World, event: MailboxEvent, paths: readonly string[]): AuditRecord =>
  access(
    world,
    event,
    'Sync',
    paths.length,
    paths.map((path) => folder(world, event, path)),
  )

const access = (world: World, event: MailboxEvent, type: 'Bind' | 'Sync', count: number, folders: readonly object[]) =>
  mailboxRecord(world, event, 50, {
    OperationProperties: [
      { Name: 'MailAccessType', Value: type },
      { Name: 'IsThrottled', Value: 'False' },
    ],
    OperationCount: count,
    Folders: folders,
  })

/** Record type 2, `UpdateInboxRules`: a rule made in Outlook, told by its actions and conditions. */
export function ruleEvent(
  world: World,
  event: MailboxEvent,
  properties: Readonly<Record<string, string>>,
): AuditRecord {
  return mailboxRecord(world, event, 2, {
    Item: { Id: 'RgAAAA', ParentFolder: folder(world, event, '\\Inbox') },
    OperationProperties: Object.entries(properties).map(([Name, Value]) => ({ Name, Value })),
  })
}

function mailboxRecord(world: World, event: MailboxEvent, recordType: number, own: Record<string, unknown>) {
  const { owner, appId, clientAppId: client = appId, delegate } = event
  const r = random(world.seed, 'mailbox event', owner.index)
  const base = {
    id: event.id,
    at: event.at,
    operation: event.operation,
    recordType,
    workload: 'Exchange',
    resultStatus: 'Succeeded',
    clientIp: event.ip,
    ...(appId
      ? {
          userId: appId,
          userKey: appId,
          userType: 5,
        }
      : puidUser(world, delegate ?? owner)),
  }
  return auditRecord(world, base, {
    ClientIPAddress: event.ip,
    ClientInfoString: event.clientInfo,
    ExternalAccess: false,
    InternalLogonType: 0,
    LogonType: appId ? 1 : delegate ? 2 : 0,
    LogonUserSid: `S-1-5-21-${r.between(1e8, 1e9)}-${(delegate ?? owner).index + 1000}`,
    ...(client
      ? {
          AppId: client,
          ClientAppId: client,
        }
      : {}),
    MailboxGuid: r.guid(),
    MailboxOwnerSid: `S-1-5-21-${r.between(1e8, 1e9)}-${owner.index + 1000}`,
    MailboxOwnerUPN: owner.userPrincipalName,
    OrganizationName: world.initialDomain,
    OriginatingServer: 'EMU0001 (15.20.9343.009)\r\n',
    ...(event.sessionId ? { SessionId: event.sessionId } : {}),
    ...own,
  })
}

const folder = (world: World, event: MailboxEvent, path: string) => ({
  Id: `LgAAAA${random(world.seed, 'audit folder', event.owner.index, path).hex(32)}`,
  Path: path,
})
