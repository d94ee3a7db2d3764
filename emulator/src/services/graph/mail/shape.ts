import { headersOf, sentAt } from '#world/mail/mime.ts'
import { htmlOf } from '#world/mail/html.ts'
import { random } from '#world/random.ts'
import { utc } from '#world/mail/settings.ts'
import type { Call } from '#services/graph/route.ts'
import type { MailAddress } from '#world/mail/item.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'
import type { Message } from '#world/mail/message.ts'

import { extendedOf, idsIn } from './extended.ts'
import { shapeAttachments } from './attachment-shape.ts'
import type { Expansion } from '#services/graph/odata/expand.ts'

/** A message as Graph shows it. */

/** Properties of an ordinary reply, in Graph's order. */
const MESSAGE_PROPERTIES = [
  'id',
  'createdDateTime',
  'lastModifiedDateTime',
  'changeKey',
  'categories',
  'receivedDateTime',
  'sentDateTime',
  'hasAttachments',
  'internetMessageId',
  'subject',
  'bodyPreview',
  'importance',
  'parentFolderId',
  'conversationId',
  'conversationIndex',
  'isDeliveryReceiptRequested',
  'isReadReceiptRequested',
  'isRead',
  'isDraft',
  'webLink',
  'inferenceClassification',
  'body',
  'sender',
  'from',
  'toRecipients',
  'ccRecipients',
  'bccRecipients',
  'replyTo',
  'flag',
]

/** Given only for meeting notices. */
const MEETING_ONLY = [
  'meetingMessageType',
  'type',
  'isOutOfDate',
  'isAllDay',
  'isDelegated',
  'startDateTime',
  'endDateTime',
  'location',
]

/** Given only when selected. */
export const SELECTABLE_PROPERTIES = [...MESSAGE_PROPERTIES, 'internetMessageHeaders', 'uniqueBody', ...MEETING_ONLY]

/** What Mail.ReadBasic.All does not let a caller see. */
const CONTENT = new Set(['body', 'bodyPreview', 'uniqueBody', 'internetMessageHeaders'])

/** What `$expand` fills in. */
export const EXPANDABLE = ['attachments', 'singleValueExtendedProperties', 'multiValueExtendedProperties']

export const immutableIds = (call: Call): boolean => prefers(call, /idtype\s*=\s*"?immutableid"?/i)
const plainBodies = (call: Call): boolean => prefers(call, /outlook\.body-content-type\s*=\s*"?text"?/i)

const prefers = (call: Call, preference: RegExp) => preference.test(call.request.headers['prefer'] ?? '')

/** `Preference-Applied` for what of `Prefer` was honored. */
export function preferenceApplied(call: Call): Record<string, string> {
  const applied = [
    immutableIds(call) ? 'IdType="ImmutableId"' : '',
    plainBodies(call) ? 'outlook.body-content-type="text"' : '',
  ].filter(Boolean)
  return applied.length > 0 ? { 'preference-applied': applied.join(', ') } : {}
}

/** The message with the properties selected; id and etag are always there. */
export function shapeMessage(
  call: Call,
  mailbox: Mailbox,
  message: Message,
  select: readonly string[] | undefined,
  expand: readonly Expansion[] = [],
) {
  const mayRead = call.roles.has('Mail.Read') || call.roles.has('Mail.ReadWrite')
  const type = typeOf(message)
  const all = type ? [...MESSAGE_PROPERTIES, ...MEETING_ONLY] : MESSAGE_PROPERTIES
  const wanted = (select ?? all).filter((name) => mayRead || !CONTENT.has(name))
  const key = changeKey(call, mailbox, message)
  const properties = getters(call, mailbox, message, key)
  const shown = ['id', ...wanted.filter((name) => name !== 'id' && (type || !MEETING_ONLY.includes(name)))]
  return {
    ...(type ? { '@odata.type': `#microsoft.graph.${type}` } : {}),
    '@odata.etag': `W/"${key}"`,
    ...Object.fromEntries(shown.map((name) => [name, properties[name]!()])),
    ...Object.fromEntries(expand.flatMap((each) => (mayRead ? expanded(call, message, each) : []))),
  }
}

function expanded(call: Call, message: Message, { property, options }: Expansion): [string, unknown][] {
  if (property === 'attachments') return [['attachments', shapeAttachments(call, message, options.get('$select'))]]
  const ids = idsIn(options.get('$filter'))
  // A property that the message lacks is left out, and the whole list with the last one.
  const found = ids.flatMap((id) => {
    const value = property === 'singleValueExtendedProperties' ? extendedOf(message, id) : undefined
    return value === undefined ? [] : [{ id, value }]
  })
  return found.length > 0 ? [[property, found]] : []
}

/** Calendar notices are messages of their own kind. */
function typeOf({ item }: Message): string | undefined {
  if (!item.meeting) return undefined
  if (item.meeting.kind === 'request') return 'eventMessageRequest'
  return item.meeting.kind === 'cancelled' ? 'eventMessage' : 'eventMessageResponse'
}

const MEETING_MESSAGE_TYPES = {
  request: 'meetingRequest',
  cancelled: 'meetingCancelled',
  accepted: 'meetingAccepted',
  // Misspelled in the Graph.
  tentativelyAccepted: 'meetingTenativelyAccepted',
  declined: 'meetingDeclined',
} as const

function getters(call: Call, mailbox: Mailbox, message: Message, key: string): Record<string, () => unknown> {
  const { item } = message
  const { meeting } = item
  const id = immutableIds(call) ? message.immutableId : message.id
  return {
    id: () => id,
    createdDateTime: () => time(item.receivedAt),
    lastModifiedDateTime: () => time(message.modifiedAt),
    changeKey: () => key,
    categories: () => message.categories,
    receivedDateTime: () => time(item.receivedAt),
    sentDateTime: () => time(sentAt(item)),
    hasAttachments: () => hasAttachments(message),
    internetMessageId: () => item.internetMessageId,
    subject: () => item.subject,
    bodyPreview: () => item.text.replaceAll(/\n+/g, '\r\n').slice(0, 255),
    importance: () => message.importance,
    parentFolderId: () => mailbox.folderId(message.folder),
    conversationId: () => conversationIdOf(message),
    conversationIndex: () => Buffer.from(item.conversation.replaceAll('-', ''), 'hex').toString('base64'),
    isDeliveryReceiptRequested: () => message.isDeliveryReceiptRequested,
    isReadReceiptRequested: () => message.isReadReceiptRequested,
    isRead: () => message.isRead,
    isDraft: () => item.isDraft,
    webLink: () =>
      `https://outlook.office365.com/owa/?ItemID=${encodeURIComponent(id)}&exvsurl=1&viewmodel=ReadMessageItem`,
    inferenceClassification: () => message.inferenceClassification,
    body: () => bodyOf(call, message),
    uniqueBody: () => bodyOf(call, message),
    sender: () => recipient(message.sender),
    from: () => recipient(item.from),
    toRecipients: () => item.to.map(recipient),
    ccRecipients: () => item.cc.map(recipient),
    bccRecipients: () => (item.bcc ?? []).map(recipient),
    replyTo: () => (item.replyTo ?? []).map(recipient),
    flag: () => message.flag,
    internetMessageHeaders: () => headersOf(item).map(([name, value]) => ({ name, value })),
    meetingMessageType: () => MEETING_MESSAGE_TYPES[meeting!.kind],
    type: () => 'singleInstance',
    isOutOfDate: () => false,
    isAllDay: () => meeting!.isAllDay,
    isDelegated: () => false,
    startDateTime: () => utc(meeting!.start),
    endDateTime: () => utc(meeting!.end),
    location: () => ({ displayName: meeting!.location, locationType: 'default', uniqueIdType: 'unknown' }),
  }
}

/** Pictures within the HTML do not count. */
export const hasAttachments = ({ item }: Message): boolean => item.attachments.some(({ isInline }) => !isInline)

export const conversationIdOf = ({ item }: Message): string =>
  `AAQkA${Buffer.from(`conversation${item.conversation}`).toString('base64url')}=`

export const recipient = ({ name, address }: MailAddress) => ({ emailAddress: { name, address } })

function bodyOf(call: Call, { item }: Message) {
  const text = item.text.replaceAll(/\r?\n/g, '\r\n')
  if (plainBodies(call)) return { contentType: 'text', content: text }
  return item.isPlain ? { contentType: 'text', content: text } : { contentType: 'html', content: htmlOf(item) }
}

/** Graph counts mail time in whole seconds. */
export const time = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`

const changeKey = (call: Call, mailbox: Mailbox, message: Message) =>
  `CQAAABYAAAD${Buffer.from(random(call.tenant.world.seed, 'key', mailbox.person.index, message.item.key, message.version).hex(36), 'hex').toString('base64')}`
