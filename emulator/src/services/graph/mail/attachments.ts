import { GraphError } from '#services/graph/errors.ts'
import { allowOptions, project, readSelect } from '#services/graph/odata/options.ts'
import { random } from '#world/random.ts'
import type { Attachment } from '#world/mail/item.ts'
import type { Call } from '#services/graph/route.ts'
import type { Message } from '#world/mail/mailbox.ts'
import type { Reply } from '#http/exchange.ts'

import { mailboxOf, messageOf } from './mailbox-of.ts'

/** File attachments: list, one with its bytes, the bytes alone. */

const PROPERTIES = [
  'id',
  'lastModifiedDateTime',
  'name',
  'contentType',
  'size',
  'isInline',
  'contentId',
  'contentLocation',
  'contentBytes',
]

export function listAttachments(call: Call): Reply {
  const { message, select } = read(call)
  const value = message.item.attachments.map((attachment, i) => shape(call, message, attachment, i, select))
  return { status: 200, body: { '@odata.context': `${call.root}/$metadata#attachments`, value } }
}

export function getAttachment(call: Call): Reply {
  const { message, select } = read(call)
  const [attachment, i] = find(call, message)
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#attachments/$entity`,
      ...shape(call, message, attachment, i, select),
    },
  }
}

export function getAttachmentValue(call: Call): Reply {
  const [attachment] = find(call, read(call).message)
  return { status: 200, headers: { 'content-type': attachment.contentType }, body: attachment.content }
}

function read(call: Call) {
  allowOptions(call.request.query, ['$select'])
  const select = readSelect(call.request.query, PROPERTIES, 'Microsoft.OutlookServices.Attachment')
  return { message: messageOf(call, mailboxOf(call)), select }
}

function find(call: Call, message: Message): [Attachment, number] {
  const i = message.item.attachments.findIndex((_, at) => idOf(call, message, at) === call.params['attachment'])
  if (i < 0) throw new GraphError(404, 'ErrorItemNotFound', 'The specified object was not found in the store.')
  return [message.item.attachments[i]!, i]
}

const idOf = (call: Call, message: Message, i: number) =>
  `${message.id.slice(0, -4)}${Buffer.from(random(call.tenant.world.seed, 'attachment', message.item.key, i).hex(30), 'hex').toString('base64url')}`

function shape(call: Call, message: Message, attachment: Attachment, i: number, select: readonly string[] | undefined) {
  const value = {
    id: idOf(call, message, i),
    lastModifiedDateTime: `${new Date(message.item.receivedAt).toISOString().slice(0, 19)}Z`,
    name: attachment.name,
    contentType: attachment.contentType,
    size: attachment.content.length,
    isInline: false,
    contentId: null,
    contentLocation: null,
    contentBytes: attachment.content.toString('base64'),
  }
  return {
    '@odata.type': '#microsoft.graph.fileAttachment',
    '@odata.mediaContentType': attachment.contentType,
    ...(select ? project(value, [...new Set(['id', ...select])]) : value),
  }
}
