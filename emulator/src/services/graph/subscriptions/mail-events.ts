import type { Mailbox } from '#world/mail/mailbox.ts'
import type { Message } from '#world/mail/message.ts'
import type { Recorded } from '#world/changes.ts'
import type { Tenant } from '#cloud.ts'

import type { ChangeType } from './subscription.ts'

/** Something that happened to a message in one folder. */
export interface MailEvent {
  changeType: ChangeType
  mailbox: Mailbox
  /** Key of the folder. */
  folder: string
  id: string
  immutableId: string
  /** As it is now; undefined where it is gone. */
  message?: Message
}

/** What subscribers are told of a change. A move takes the message from one folder and makes a new one in the other. */
export function mailEvents(tenant: Tenant, change: Recorded): MailEvent[] {
  switch (change.type) {
    case 'mail.placed':
      return change.copies.flatMap(({ mailbox, key }) => eventsOf(tenant, change.number, mailbox, key, ['created']))
    case 'message.updated':
      return eventsOf(tenant, change.number, change.mailbox, change.item, ['updated'])
    case 'message.removed':
      return eventsOf(tenant, change.number, change.mailbox, change.item, ['deleted'])
    case 'message.moved':
      return eventsOf(tenant, change.number, change.mailbox, change.item, ['deleted', 'created'])
    default:
      return []
  }
}

function eventsOf(
  tenant: Tenant,
  number: number,
  owner: string,
  key: string,
  changeTypes: readonly ChangeType[],
): MailEvent[] {
  const person = tenant.world.directory.find(owner)
  const mailbox = person && tenant.mailbox(person)
  if (!mailbox) return []
  const message = mailbox.message(key)
  const immutableId = mailbox.immutableIdOf(key)
  const trail = mailbox.since(number - 1).find((each) => each.key === key)?.trail ?? []
  return changeTypes.flatMap<MailEvent>((changeType) => {
    if (changeType === 'deleted') {
      const place = trail.at(message ? -2 : -1)
      const gone = place && { folder: place.folder, id: mailbox.idAt(key, place) }
      return gone ? [{ changeType, mailbox, immutableId, ...gone }] : []
    }
    return message ? [{ changeType, mailbox, immutableId, folder: message.folder, id: message.id, message }] : []
  })
}
