import { auditRecord } from '#world/audit/records/record.ts'
import { auditDeed } from '#world/audit/audit-log.ts'
import { itemOfQuarantined, quarantinedMessages } from '#world/mail/quarantine.ts'
import { store } from '#world/mail/stored.ts'
import type { QuarantinedMessage } from '#world/mail/quarantine.ts'
import type { Tenant } from '#cloud.ts'

/**
 * What administrators do to mail in quarantine: release it to its recipient's mailbox, delete it, deny or ask for its
 * release. Each leaves an audit record of type 65, as does looking at it.
 */
export type QuarantineAction = keyof typeof ACTIONS

/** Number and operation of the audit record. */
const ACTIONS = {
  preview: [0, 'QuarantinePreview'],
  delete: [1, 'QuarantineDelete'],
  release: [2, 'QuarantineRelease'],
  export: [3, 'QuarantineExport'],
  header: [4, 'QuarantineViewHeader'],
  request: [5, 'QuarantineReleaseRequest'],
  deny: [6, 'QuarantineReleaseRequestDeny'],
} as const

/** The message is put into the recipient's inbox, unless it had been released before. */
export function release(tenant: Tenant, message: QuarantinedMessage, appId: string): void {
  const person = tenant.world.directory.find(message.recipient)
  if (person && message.releasedTo.length === 0)
    tenant.change({
      type: 'mail.placed',
      item: store(itemOfQuarantined(message)),
      copies: [{ mailbox: person.id, key: `released.${message.identity}`, folder: 'inbox' }],
      appId,
    })
  tenant
    .objects(quarantinedMessages)
    .put(message.identity, { ...message, releaseStatus: 'RELEASED', releasedTo: [message.recipient] })
  leaveRecord(tenant, message, 'release', appId)
}

/** Leaves the audit record of an action. */
export function leaveRecord(
  tenant: Tenant,
  message: QuarantinedMessage,
  action: QuarantineAction,
  appId: string,
): void {
  const [requestType, operation] = ACTIONS[action]
  const base = {
    id: tenant.newId('audit'),
    at: tenant.now,
    operation,
    recordType: 65,
    workload: 'Quarantine',
    userId: appId,
    userKey: appId,
    userType: 5,
    resultStatus: 'Successful',
    objectId: message.networkMessageId,
  }
  const record = auditRecord(tenant.world, base, {
    NetworkMessageId: message.networkMessageId,
    ReleaseTo: action === 'release' ? message.recipient : '',
    RequestSource: 1,
    RequestType: requestType,
  })
  tenant.leave(auditDeed('Audit.General', tenant.now, record))
}
