import { GraphError, badRequest } from '#services/graph/errors.ts'
import { invalidProperty, list, object, oneOf, text, texts, truth } from '#services/graph/read-value.ts'
import { attachedMessage } from '#world/mail/files.ts'
import { ordinary } from '#world/mail/item.ts'
import { restoreAttachment } from '#world/mail/stored.ts'
import { textFrom } from '#world/mail/html.ts'
import type { Attachment, Item, MailAddress } from '#world/mail/item.ts'
import type { MessageUpdate } from '#world/changes.ts'

import { readExtended } from './extended.ts'

/** Messages as clients write them: JSON with the Graph's names. Unknown or wrong properties are refused, read-only ones ignored. */

const READ_ONLY = new Set(
  [
    'id',
    'createddatetime',
    'lastmodifieddatetime',
    'changekey',
    'receiveddatetime',
    'sentdatetime',
    'bodypreview',
  ].concat([
    'parentfolderid',
    'conversationid',
    'conversationindex',
    'isdraft',
    'weblink',
    'uniquebody',
    'hasattachments',
  ]),
)

/** Everything of a new message that its JSON tells; ids, folder and time are the caller's. */
export type Draft = Omit<
  Item,
  'key' | 'folder' | 'conversation' | 'internetMessageId' | 'networkMessageId' | 'receivedAt'
> & {
  internetMessageId?: string
}

const NOBODY: MailAddress = { name: '', address: '' }

export function readDraft(body: Record<string, unknown>): Draft {
  const { content = {}, set } = readParts(body)
  return {
    ...ordinary,
    from: NOBODY,
    to: [],
    subject: '',
    text: '',
    ...content,
    isDraft: true,
    isRead: set.isRead ?? true,
    importance: set.importance ?? 'normal',
    ...(set.categories ? { categories: set.categories } : {}),
  }
}

interface Parts {
  set: Omit<MessageUpdate, 'content'>
  /** What only drafts may change. */
  content?: Partial<Item>
  /** Names of what is in `content`, for refusals. */
  sensitive: string[]
}

/** A body of PATCH or POST, checked. @throws GraphError ErrorInvalidPropertySet, BadRequest. */
export function readParts(body: Record<string, unknown>): Parts {
  const set: Parts['set'] = {}
  const content: Partial<Item> = {}
  const sensitive: string[] = []
  for (const [name, value] of Object.entries(body)) {
    const lower = name.toLowerCase()
    if (name.startsWith('@') || READ_ONLY.has(lower)) continue
    if (Object.hasOwn(SETTERS, lower)) SETTERS[lower]!(set, value, name)
    else if (Object.hasOwn(CONTENT, lower)) {
      Object.assign(content, CONTENT[lower]!(value, name))
      if (lower !== 'singlevalueextendedproperties') sensitive.push(name)
    } else throw invalidProperty(name)
  }
  return { set, ...(Object.keys(content).length > 0 ? { content } : {}), sensitive }
}

const IMPORTANCE = ['low', 'normal', 'high'] as const
const FLAGS = ['notFlagged', 'flagged', 'complete'] as const
const CLASSES = ['focused', 'other'] as const

const SETTERS: Record<string, (set: Parts['set'], value: unknown, name: string) => void> = {
  isread: (set, value, name) => (set.isRead = truth(value, name)),
  categories: (set, value, name) => (set.categories = texts(value, name)),
  importance: (set, value, name) => (set.importance = oneOf(IMPORTANCE, value, name)),
  inferenceclassification: (set, value, name) => (set.inferenceClassification = oneOf(CLASSES, value, name)),
  isreadreceiptrequested: (set, value, name) => (set.isReadReceiptRequested = truth(value, name)),
  isdeliveryreceiptrequested: (set, value, name) => (set.isDeliveryReceiptRequested = truth(value, name)),
  flag: (set, value, name) => (set.flag = readFlag(value, name)),
}

const CONTENT: Record<string, (value: unknown, name: string) => Partial<Item>> = {
  subject: (value, name) => ({ subject: value === null ? '' : text(value, name) }),
  body: (value, name) => readBody(value, name),
  from: (value, name) => ({ from: readRecipient(value, name) }),
  sender: (value, name) => ({ sender: readRecipient(value, name) }),
  torecipients: (value, name) => ({ to: readRecipients(value, name) }),
  ccrecipients: (value, name) => ({ cc: readRecipients(value, name) }),
  bccrecipients: (value, name) => ({ bcc: readRecipients(value, name) }),
  replyto: (value, name) => ({ replyTo: readRecipients(value, name) }),
  internetmessageid: (value, name) => ({ internetMessageId: text(value, name) }),
  internetmessageheaders: (value, name) => ({ headers: readHeaders(value, name) }),
  attachments: (value, name) => ({ attachments: list(value, name).map(readAttachment) }),
  singlevalueextendedproperties: (value) => ({ extended: readExtended(value) }),
}

function readFlag(value: unknown, name: string) {
  const { flagStatus, startDateTime, dueDateTime, completedDateTime } = object(value, name)
  const zoned = (given: unknown, what: string) => {
    const { dateTime, timeZone } = object(given, what)
    return { dateTime: text(dateTime, what), timeZone: text(timeZone, what) }
  }
  return {
    flagStatus: oneOf(FLAGS, flagStatus ?? 'flagged', name),
    ...(startDateTime ? { startDateTime: zoned(startDateTime, 'startDateTime') } : {}),
    ...(dueDateTime ? { dueDateTime: zoned(dueDateTime, 'dueDateTime') } : {}),
    ...(completedDateTime ? { completedDateTime: zoned(completedDateTime, 'completedDateTime') } : {}),
  }
}

/** `{contentType, content}` */
export function readBody(value: unknown, name: string): Pick<Item, 'text'> & Partial<Item> {
  const { contentType = 'text', content = '' } = object(value, name)
  const type = oneOf(['text', 'html'] as const, contentType, `${name}/contentType`)
  const whole = content === null ? '' : text(content, `${name}/content`)
  return type === 'html' ? { text: textFrom(whole), html: whole, isPlain: false } : { text: whole, isPlain: true }
}

/** Headers of one's own begin with `x-`; at most five may be set. */
function readHeaders(value: unknown, name: string) {
  const headers = list(value, name).map((each) => {
    const { name: header, value: content } = object(each, name)
    return [text(header, name), text(content, name)] as const
  })
  const wrong = headers.find(([header]) => !/^x-[\w-]+$/i.test(header))
  if (wrong)
    throw new GraphError(
      400,
      'InvalidInternetMessageHeader',
      `The internet message header name '${wrong[0]}' should start with 'x-' or 'X-'.`,
    )
  if (headers.length > 5)
    throw new GraphError(
      400,
      'InvalidInternetMessageHeaderCollection',
      'Maximum number of headers in one message should be less than or equal to 5.',
    )
  return headers.map(([header, content]) => [header, content.replaceAll(/[\r\n]+/g, ' ')] as const)
}

export const readRecipients = (value: unknown, name: string): MailAddress[] =>
  list(value, name).map((each) => readRecipient(each, name))

function readRecipient(value: unknown, name: string): MailAddress {
  const { name: display, address } = object(object(value, name)['emailAddress'], name)
  if (typeof address !== 'string' || address.trim() === '')
    throw new GraphError(400, 'ErrorInvalidRecipients', 'At least one recipient is not valid.')
  return { name: typeof display === 'string' && display ? display : address, address: address.trim() }
}

/** A larger file needs an upload session. */
const MOST = 3 * 1024 * 1024

/** An attachment as a client gives it: a file with its bytes, or a message. @throws GraphError. */
export function readAttachment(value: unknown): Attachment {
  if (typeof value !== 'object' || value === null) throw badRequest('An attachment must be an object.')
  const given = value as Record<string, unknown>
  const type = String(given['@odata.type'] ?? '').replace(/^#/, '')
  const { name, contentType, contentBytes, contentId, isInline, item } = given
  if (typeof name !== 'string' || name === '')
    throw new GraphError(400, 'ErrorInvalidRequest', "The attachment's name is missing.")
  if (type === 'microsoft.graph.itemAttachment') {
    if (typeof item !== 'object' || item === null) throw badRequest('An item attachment needs an item.')
    const nowhere = {
      internetMessageId: '',
      networkMessageId: '',
      conversation: '',
      receivedAt: 0,
      key: '',
      folder: '',
    }
    const attached: Item = { ...readDraft(item as Record<string, unknown>), ...nowhere, isDraft: false }
    return { ...attachedMessage(attached), name }
  }
  if (type !== 'microsoft.graph.fileAttachment')
    throw badRequest(`The type '${type}' of the attachment is missing or not supported.`)
  if (typeof contentBytes !== 'string' || !/^[A-Za-z0-9+/\-_\s]*={0,2}$/.test(contentBytes))
    throw badRequest('Cannot convert the literal of contentBytes to the expected type Edm.Binary.')
  if (contentBytes.length > (MOST / 3) * 4)
    throw new GraphError(413, 'ErrorMessageSizeExceeded', 'The message exceeds the maximum supported size.')
  return restoreAttachment({
    name,
    contentType: typeof contentType === 'string' && contentType ? contentType : 'application/octet-stream',
    base64: contentBytes,
    ...(isInline === true ? { isInline: true } : {}),
    ...(typeof contentId === 'string' ? { contentId } : {}),
  })
}
