import { sentAt } from '#world/mail/mime.ts'
import type { Fields, Value } from '#services/graph/odata/filter.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'
import type { Message } from '#world/mail/message.ts'

import { conversationIdOf, hasAttachments } from './shape.ts'
import { extendedOf } from './extended.ts'

/** What messages can be filtered and sorted by. */
export const MESSAGE_FIELDS = {
  id: 'string',
  internetMessageId: 'string',
  subject: 'string',
  bodyPreview: 'string',
  conversationId: 'string',
  parentFolderId: 'string',
  importance: 'string',
  inferenceClassification: 'string',
  'flag/flagStatus': 'string',
  'from/emailAddress/address': 'string',
  'from/emailAddress/name': 'string',
  'sender/emailAddress/address': 'string',
  'sender/emailAddress/name': 'string',
  receivedDateTime: 'date',
  sentDateTime: 'date',
  createdDateTime: 'date',
  lastModifiedDateTime: 'date',
  hasAttachments: 'boolean',
  isRead: 'boolean',
  isDraft: 'boolean',
  isReadReceiptRequested: 'boolean',
  isDeliveryReceiptRequested: 'boolean',
  categories: 'strings',
  singleValueExtendedProperties: 'strings',
} as const satisfies Fields

const READ: Record<keyof typeof MESSAGE_FIELDS, (message: Message, mailbox: Mailbox, ids: readonly string[]) => Value> =
  {
    id: ({ id }) => id,
    internetMessageId: ({ item }) => item.internetMessageId,
    subject: ({ item }) => item.subject,
    bodyPreview: ({ item }) => item.text.slice(0, 255),
    conversationId: conversationIdOf,
    parentFolderId: ({ folder }, mailbox) => mailbox.folderId(folder),
    importance: (message) => message.importance,
    inferenceClassification: (message) => message.inferenceClassification,
    'flag/flagStatus': ({ flag }) => flag.flagStatus,
    'from/emailAddress/address': ({ item }) => item.from.address,
    'from/emailAddress/name': ({ item }) => item.from.name,
    'sender/emailAddress/address': ({ sender }) => sender.address,
    'sender/emailAddress/name': ({ sender }) => sender.name,
    receivedDateTime: ({ item }) => item.receivedAt,
    sentDateTime: ({ item }) => sentAt(item),
    createdDateTime: ({ item }) => item.receivedAt,
    lastModifiedDateTime: ({ modifiedAt }) => modifiedAt,
    hasAttachments,
    isRead: ({ isRead }) => isRead,
    isDraft: ({ item }) => item.isDraft,
    isReadReceiptRequested: (message) => message.isReadReceiptRequested,
    isDeliveryReceiptRequested: (message) => message.isDeliveryReceiptRequested,
    categories: ({ categories }) => categories,
    singleValueExtendedProperties: (message, _, ids) =>
      ids.flatMap((id) => {
        const value = extendedOf(message, id)
        return value === undefined ? [] : [pair(id, value)]
      }),
  }

/** Gives the values of one message. `ids` are the extended properties that the filter asks for. */
export const valuesOf =
  (mailbox: Mailbox, message: Message, ids: readonly string[] = []) =>
  (field: string): Value =>
    READ[field as keyof typeof MESSAGE_FIELDS](message, mailbox, ids)

const pair = (id: string, value: string) => `${id}\u0001${value}`

const EXTENDED =
  /singleValueExtendedProperties\/any\(\s*(\w+)\s*:\s*\1\/id\s+eq\s+'((?:[^']|'')*)'\s+and\s+\1\/value\s+eq\s+'((?:[^']|'')*)'\s*\)/gi

/** Extended properties are asked for in pairs of id and value: written as one text each, a filter can deal with them. */
export function withPairs(filter: string): { filter: string; ids: string[] } {
  const ids: string[] = []
  const text = filter.replaceAll(EXTENDED, (_, variable: string, id: string, value: string) => {
    ids.push(id.replaceAll("''", "'"))
    return `singleValueExtendedProperties/any(${variable}:${variable} eq '${pair(id, value)}')`
  })
  return { filter: text, ids }
}
