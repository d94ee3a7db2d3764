import { auditDeed } from '#world/audit/audit-log.ts'
import { cmdlet, itemEvent } from '#world/audit/records/exchange.ts'
import { pathOf } from '#world/mail/folders.ts'
import { random } from '#world/random.ts'
import { sizeOfItem } from '#world/mail/item.ts'
import type { Call } from '#services/graph/route.ts'
import type { Item } from '#world/mail/item.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'
import type { Message } from '#world/mail/message.ts'

/** What an application does to a mailbox stands in the audit log; moves and deletions are recorded with the change itself. */

/** Record type 2: `Create`, `Send`, `Update`. */
export function auditItem(
  call: Call,
  mailbox: Mailbox,
  message: Pick<Message, 'folder'> & { item: Item },
  operation: 'Create' | 'Send' | 'Update',
): void {
  const { tenant, appId } = call
  const { world, now: at } = tenant
  const event = {
    id: tenant.newId(`audit ${operation}`),
    at,
    owner: mailbox.person,
    ip: '127.0.0.1',
    operation,
    appId,
    clientInfo: 'Client=REST;Client=RESTSystem;;',
  }
  const { subject, internetMessageId, key } = message.item
  const item = {
    id: `RgAAAA${random(world.seed, 'audited item', mailbox.person.index, key).hex(40)}`,
    subject,
    internetMessageId,
    path: pathOf(mailbox.folders, message.folder),
    size: sizeOfItem(message.item),
  }
  tenant.leave(auditDeed('Audit.Exchange', at, itemEvent(world, event, item)))
}

/** Record type 1: a cmdlet that the service ran for the application. */
export function auditCmdlet(
  call: Call,
  mailbox: Mailbox,
  name: string,
  objectId: string,
  parameters: Readonly<Record<string, string>>,
): void {
  const { tenant, appId } = call
  const run = {
    id: tenant.newId(`audit ${name}`),
    at: tenant.now,
    person: { appId },
    ip: '127.0.0.1',
    name,
    objectId,
    parameters: { Mailbox: mailbox.person.id, ...parameters },
  }
  tenant.leave(auditDeed('Audit.Exchange', tenant.now, cmdlet(tenant.world, run)))
}
