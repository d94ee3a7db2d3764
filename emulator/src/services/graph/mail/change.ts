import { GraphError, badRequest } from '#services/graph/errors.ts'
import { isRecoverable } from '#world/mail/folders.ts'
import { operationOf } from '#world/mail/mailbox.ts'
import { readJson } from '#services/graph/json.ts'
import { htmlFrom } from '#world/mail/html.ts'
import { storeAttachment } from '#world/mail/stored.ts'
import type { Call } from '#services/graph/route.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'
import type { Message } from '#world/mail/message.ts'
import type { MailOperation } from '#world/changes.ts'
import type { Reply } from '#http/exchange.ts'
import type { StoredItem } from '#world/mail/stored.ts'

import { auditItem } from './audit.ts'
import { contextOf, mailboxOf, messageOf } from './mailbox-of.ts'
import { destinationOf } from './drafts.ts'
import { preferenceApplied, shapeMessage } from './shape.ts'
import { readParts } from './read-message.ts'

/** What can be done to a message. Every change is on the disk before it is answered. */

/** `POST …/move`: 201 and the message, with a new id. */
export function moveMessage(call: Call): Reply {
  const { destinationId } = readJson(call.request)
  const mailbox = mailboxOf(call)
  const message = messageOf(call, mailbox)
  const folder = destinationOf(mailbox, destinationId)
  moveTo(call, mailbox, message, folder, operationOf(folder))
  return { status: 201, headers: preferenceApplied(call), body: entity(call, mailbox, message) }
}

/** `POST …/permanentDelete`: 204, the item goes to Recoverable Items\Purges. */
export function purgeMessage(call: Call): Reply {
  const mailbox = mailboxOf(call)
  const message = messageOf(call, mailbox)
  if (message.folder === 'recoverableitemspurges') throw cannotDelete()
  moveTo(call, mailbox, message, 'recoverableitemspurges', 'HardDelete')
  return { status: 204 }
}

/** `DELETE`: 204, the item goes to Recoverable Items\Deletions. */
export function deleteMessage(call: Call): Reply {
  const mailbox = mailboxOf(call)
  const message = messageOf(call, mailbox)
  if (isRecoverable(message.folder)) throw cannotDelete()
  moveTo(call, mailbox, message, 'recoverableitemsdeletions', 'SoftDelete')
  return { status: 204 }
}

/** From this moment of tenant time on, what was sent is edited with a permission of its own only. */
const MAIL_ADVANCED_FROM = Date.UTC(2026, 11, 31)

/** `PATCH`: 200 and the message. */
export function updateMessage(call: Call): Reply {
  const { set, content, sensitive } = readParts(readJson(call.request))
  if (Object.keys(set).length === 0 && !content) throw badRequest('The request body names no property to change.')
  const mailbox = mailboxOf(call)
  const message = messageOf(call, mailbox)
  if (sensitive.length > 0 && !message.item.isDraft) mayEditSent(call, sensitive)
  const stored = content && contentOf(message, content)
  call.tenant.change({
    type: 'message.updated',
    mailbox: mailbox.person.id,
    item: message.item.key,
    set: { ...set, ...(stored ? { content: stored } : {}) },
    appId: call.appId,
  })
  auditItem(call, mailbox, message, 'Update')
  return { status: 200, headers: preferenceApplied(call), body: entity(call, mailbox, message) }
}

/** Envelope and ids of what was sent never change; subject and body until the end of 2026, then with Mail-Advanced. */
function mayEditSent(call: Call, sensitive: readonly string[]): void {
  const advanced = call.roles.has('Mail-Advanced.ReadWrite.All')
  if (advanced) return
  if (call.tenant.now >= MAIL_ADVANCED_FROM)
    throw new GraphError(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.')
  const fixed = sensitive.find((name) => !/^(subject|body)$/i.test(name))
  if (fixed)
    throw new GraphError(
      400,
      'ErrorInvalidPropertySet',
      `The property '${fixed}' cannot be set on this item: it is not a draft.`,
    )
}

/** What replaces parts of the item, as it is written down. A new text takes the HTML with it. */
function contentOf(message: Message, content: Partial<Message['item']>): Partial<StoredItem> {
  const extended = content.extended ? { extended: { ...message.item.extended, ...content.extended } } : {}
  const { attachments, ...rest } = { ...content, ...extended }
  return {
    ...rest,
    ...(content.text !== undefined && content.html === undefined ? { html: htmlFrom(content.text) } : {}),
    ...(attachments ? { attachments: attachments.map(storeAttachment) } : {}),
  }
}

export function moveTo(call: Call, mailbox: Mailbox, message: Message, to: string, operation: MailOperation): void {
  call.tenant.change({
    type: 'message.moved',
    mailbox: mailbox.person.id,
    item: message.item.key,
    to,
    operation,
    appId: call.appId,
  })
}

/** The message as it is after the change. */
function entity(call: Call, mailbox: Mailbox, message: Message) {
  const now = mailbox.find(message.immutableId)!
  return { '@odata.context': contextOf(call, 'messages/$entity'), ...shapeMessage(call, mailbox, now, undefined) }
}

const cannotDelete = () => new GraphError(400, 'ErrorCannotDeleteObject', 'Object cannot be deleted.')
