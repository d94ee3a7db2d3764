import { auditDeed } from '#world/audit/audit-log.ts'
import { itemOfQuarantined, quarantinedMessages, RELEASES_WITHIN } from '#world/mail/quarantine.ts'
import { quarantineRequest } from '#world/audit/records/threats.ts'
import { store } from '#world/mail/stored.ts'
import type { QUARANTINE_REQUESTS } from '#world/audit/records/threats.ts'
import type { QuarantinedMessage } from '#world/mail/quarantine.ts'
import type { Tenant } from '#cloud.ts'

/** What administrators do to mail in quarantine. Each act leaves an audit record of type 65, as does looking at it. */
export type QuarantineAction = (typeof QUARANTINE_REQUESTS)[number]

/** The message is put into the inboxes of `users`; it is released once its own recipient is among those who got it. */
export function release(tenant: Tenant, message: QuarantinedMessage, users: readonly string[], appId: string): void {
  const fresh = users.filter((user) => !isAmong(message.releasedTo, user))
  const people = fresh.flatMap((user) => tenant.world.directory.find(user) ?? [])
  if (people.length > 0)
    tenant.change({
      type: 'mail.placed',
      item: store(itemOfQuarantined(message)),
      copies: people.map(({ id }) => ({ mailbox: id, key: `released.${message.identity}`, folder: 'inbox' })),
      appId,
    })
  const releasedTo = [...message.releasedTo, ...fresh]
  tenant.objects(quarantinedMessages).put(message.identity, {
    ...message,
    releaseStatus: isAmong(releasedTo, message.recipient) ? 'RELEASED' : message.releaseStatus,
    releasedTo,
    releasingUntil: tenant.now + RELEASES_WITHIN,
  })
  for (const user of users) leaveRecord(tenant, message, 'Release', appId, user)
}

export const isAmong = (users: readonly string[], user: string): boolean =>
  users.some((each) => each.toLowerCase() === user.toLowerCase())

/** Leaves the audit record of an action that an application took; `releaseTo` where it is a release. */
export function leaveRecord(
  tenant: Tenant,
  message: QuarantinedMessage,
  type: QuarantineAction,
  appId: string,
  releaseTo?: string,
): void {
  const { networkMessageId } = message
  const event = { id: tenant.newId('audit'), at: tenant.now, person: { appId } }
  const request = {
    type,
    networkMessageId,
    source: 1 as const,
    ...(releaseTo === undefined ? {} : { releaseTo }),
  }
  tenant.leave(auditDeed('Audit.General', tenant.now, quarantineRequest(tenant.world, event, request)))
}
