import { GraphError } from '#services/graph/errors.ts'
import { Message } from '#world/mail/message.ts'
import { allowOptions, readSelect, readTop } from '#services/graph/odata/options.ts'
import { mimeOf } from '#world/mail/mime.ts'
import { readJson } from '#services/graph/json.ts'
import { storeAttachment } from '#world/mail/stored.ts'
import type { Attachment, Item } from '#world/mail/item.ts'
import type { Call } from '#services/graph/route.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'
import type { Reply } from '#http/exchange.ts'

import { ATTACHMENT_PROPERTIES, attachmentId, shapeAttachment } from './attachment-shape.ts'
import { auditItem } from './audit.ts'
import { itemNotFound, mailboxOf, messageOf, topTooLarge } from './mailbox-of.ts'
import { readAttachment } from './read-message.ts'
import { readExpand } from '#services/graph/odata/expand.ts'
import { shapeMessage } from './shape.ts'

/** Attachments: files and attached messages; list, one with its bytes or its message, the bytes alone, added to drafts. */

const ITEM = 'microsoft.graph.itemAttachment/item'

export function listAttachments(call: Call): Reply {
  const { query } = call.request
  allowOptions(query, ['$select', '$top', '$expand', '$count'])
  const { mailbox, message, select, expand } = read(call)
  const all = message.item.attachments
  const value = all
    .slice(0, readTop(query, 1000, 1000, topTooLarge))
    .map((_, i) => shape(call, mailbox, message, i, select, expand))
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#attachments`,
      ...(query.get('$count')?.toLowerCase() === 'true' ? { '@odata.count': all.length } : {}),
      value,
    },
  }
}

export function getAttachment(call: Call): Reply {
  allowOptions(call.request.query, ['$select', '$expand'])
  const { mailbox, message, select, expand } = read(call)
  return { status: 200, body: entity(call, shape(call, mailbox, message, find(call, message), select, expand)) }
}

/** `…/$value`: a file's bytes, or an attached message as MIME. */
export function getAttachmentValue(call: Call): Reply {
  const message = messageOf(call, mailboxOf(call))
  const { item, contentType, content } = message.item.attachments[find(call, message)]!
  return item
    ? { status: 200, headers: { 'content-type': 'text/plain' }, body: mimeOf(item) }
    : { status: 200, headers: { 'content-type': contentType }, body: content }
}

/** `POST …/attachments`: 201 and the attachment. */
export function addAttachment(call: Call): Reply {
  const mailbox = mailboxOf(call)
  const message = messageOf(call, mailbox)
  const added = readAttachment(readJson(call.request))
  replace(call, mailbox, message, [...message.item.attachments, added])
  const now = mailbox.find(message.id)!
  const i = now.item.attachments.length - 1
  return { status: 201, body: entity(call, shape(call, mailbox, now, i, undefined, false)) }
}

/** `DELETE …/attachments/{id}`: 204. */
export function deleteAttachment(call: Call): Reply {
  const mailbox = mailboxOf(call)
  const message = messageOf(call, mailbox)
  const at = find(call, message)
  const left = message.item.attachments.filter((_, i) => i !== at)
  replace(call, mailbox, message, left)
  return { status: 204 }
}

function replace(call: Call, mailbox: Mailbox, message: Message, attachments: readonly Attachment[]): void {
  if (message.folder.startsWith('recoverableitems'))
    throw new GraphError(400, 'ErrorInvalidOperation', 'Items in Recoverable Items cannot be changed.')
  call.tenant.change({
    type: 'message.updated',
    mailbox: mailbox.person.id,
    item: message.item.key,
    set: { content: { attachments: attachments.map(storeAttachment) } },
    appId: call.appId,
  })
  auditItem(call, mailbox, message, 'Update')
}

function read(call: Call) {
  const { query } = call.request
  const select = readSelect(query, ATTACHMENT_PROPERTIES, 'Microsoft.OutlookServices.Attachment')
  const expand = readExpand(query, [ITEM]).length > 0
  const mailbox = mailboxOf(call)
  return { select, expand, mailbox, message: messageOf(call, mailbox) }
}

/** Place of the attachment that the path names. */
function find(call: Call, message: Message): number {
  const i = message.item.attachments.findIndex((_, at) => attachmentId(call, message, at) === call.params['attachment'])
  if (i < 0) throw itemNotFound()
  return i
}

const entity = (call: Call, attachment: object) => ({
  '@odata.context': `${call.root}/$metadata#attachments/$entity`,
  ...attachment,
})

function shape(
  call: Call,
  mailbox: Mailbox,
  message: Message,
  i: number,
  select: readonly string[] | undefined,
  expand: boolean,
) {
  const { item } = message.item.attachments[i]!
  const attached = item && expand ? { item: attachedItem(call, mailbox, item) } : {}
  return { ...shapeAttachment(call, message, i, select), ...attached }
}

/** An attached message lies in no folder and has neither change key nor a flag. */
const NOT_ATTACHED = new Set([
  '@odata.etag',
  'changeKey',
  'parentFolderId',
  'flag',
  'inferenceClassification',
  'webLink',
])

function attachedItem(call: Call, mailbox: Mailbox, item: Item) {
  const whole = shapeMessage(call, mailbox, new Message(mailbox, item), undefined)
  const kept = Object.entries(whole).filter(([name]) => !NOT_ATTACHED.has(name))
  return { '@odata.type': '#microsoft.graph.message', ...Object.fromEntries(kept), id: '' }
}
