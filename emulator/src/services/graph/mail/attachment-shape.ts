import { badRequest } from '#services/graph/errors.ts'
import { project } from '#services/graph/odata/options.ts'
import { random } from '#world/random.ts'
import { sizeOf } from '#world/mail/item.ts'
import type { Attachment } from '#world/mail/item.ts'
import type { Call } from '#services/graph/route.ts'
import type { Message } from '#world/mail/message.ts'

export const ATTACHMENT_PROPERTIES = [
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

/** An attached message has no bytes of its own. */
const FILE_ONLY = new Set(['contentId', 'contentLocation', 'contentBytes'])

/** The attachment with this place among the message's, without the message that it may be. */
export function shapeAttachment(call: Call, message: Message, i: number, select: readonly string[] | undefined) {
  const attachment = message.item.attachments[i]!
  const names = [...new Set(['id', ...(select ?? ATTACHMENT_PROPERTIES)])].filter(
    (name) => !attachment.item || !FILE_ONLY.has(name),
  )
  const value = {
    id: attachmentId(call, message, i),
    lastModifiedDateTime: `${new Date(message.item.receivedAt).toISOString().slice(0, 19)}Z`,
    name: attachment.name,
    contentType: attachment.item ? null : attachment.contentType,
    size: sizeOf(attachment),
    isInline: attachment.isInline ?? false,
    contentId: attachment.contentId ?? null,
    contentLocation: null,
    // Made only where it is wanted: files can be large.
    ...(names.includes('contentBytes') ? { contentBytes: attachment.content.toString('base64') } : {}),
  }
  return { ...typeOf(attachment), ...project(value, names) }
}

const typeOf = ({ item, contentType }: Attachment) =>
  item
    ? { '@odata.type': '#microsoft.graph.itemAttachment' }
    : { '@odata.type': '#microsoft.graph.fileAttachment', '@odata.mediaContentType': contentType }

export const attachmentId = (call: Call, message: Message, i: number): string =>
  `${message.id.slice(0, -4)}${Buffer.from(random(call.tenant.world.seed, 'attachment', message.item.key, i).hex(30), 'hex').toString('base64url')}`

/** As `$expand=attachments` shows them. @throws GraphError for a property that attachments lack. */
export function shapeAttachments(call: Call, message: Message, select: string | undefined) {
  const names = select?.split(',').map((raw) => {
    const name = ATTACHMENT_PROPERTIES.find((known) => known.toLowerCase() === raw.trim().toLowerCase())
    if (!name) throw badRequest(`Could not find a property named '${raw.trim()}' on type 'microsoft.graph.attachment'.`)
    return name
  })
  return message.item.attachments.map((_, i) => shapeAttachment(call, message, i, names))
}
