import { auditDeed } from '#world/audit/audit-log.ts'
import { itemOfQuarantined, quarantinedMessages } from '#world/mail/quarantine.ts'
import { quarantineRequest } from '#world/audit/records/threats.ts'
import { store } from '#world/mail/stored.ts'
import type { QUARANTINE_REQUESTS } from '#world/audit/records/threats.ts'
import type { QuarantinedMessage } from '#world/mail/quarantine.ts'
import type { Tenant } from '#cloud.ts'

/** What administrators do to mail in quarantine. Each act leaves an audit record of type 65, as does looking at it. */
export type QuarantineAction = (typeof QUARANTINE_REQUESTS)[number]

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
  leaveRecord(tenant, message, 'Release', appId)
}

/** Leaves the audit record of an action that an application took. */
export function leaveRecord(tenant: Tenant, message: QuarantinedMessage, type: QuarantineAction, appId: string): void {
  const { networkMessageId, recipient } = message
  const event = { id: tenant.newId('audit'), at: tenant.now, person: { appId } }
  const request = {
    type,
    networkMessageId,
    source: 1 as const,
    ...(type === 'Release' ? { releaseTo: recipient } : {}),
  }
  tenant.leave(auditDeed('Audit.General', tenant.now, quarantineRequest(tenant.world, event, request)))
}
