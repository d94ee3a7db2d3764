import { z } from 'zod'

import { odataQuery, percentEncode } from './odata.ts'

/**
 * Mail as Graph shows it, as far as Cordon looks: who sent it, when it came, where it lies. A body comes as MIME, and only
 * where a filter cannot be decided without it.
 *
 * Ids are immutable ones: an ordinary id changes when a message moves, an immutable one stays within its mailbox.
 * @see https://learn.microsoft.com/graph/outlook-immutable-id
 */
export const IMMUTABLE_IDS = { Prefer: 'IdType="ImmutableId"' } as const

/** The folder, inside Recoverable Items, that holds what users deleted from Deleted Items and can still bring back. */
export const RECOVERABLE_DELETIONS = 'recoverableitemsdeletions'

const GraphRecipient = z.object({
  emailAddress: z.object({ name: z.string().nullish(), address: z.string().nullish() }).nullish(),
})
export type GraphRecipient = z.infer<typeof GraphRecipient>

/** A message's envelope. Microsoft leaves fields null on drafts and on broken mail, hence the defaults. */
const Envelope = z.object({
  id: z.string(),
  parentFolderId: z.string(),
  internetMessageId: z.string().nullish(),
  subject: z.string().nullish(),
  from: GraphRecipient.nullish(),
  receivedDateTime: z.string().nullish(),
  isRead: z.boolean().nullish(),
  hasAttachments: z.boolean().nullish(),
})

/** What is read only when asked for: absent then means not known. */
export const GraphMessage = Envelope.extend({
  toRecipients: z.array(GraphRecipient).nullish(),
  ccRecipients: z.array(GraphRecipient).nullish(),
  bccRecipients: z.array(GraphRecipient).nullish(),
  internetMessageHeaders: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
})
export type GraphMessage = z.infer<typeof GraphMessage>

const ENVELOPE_FIELDS = Object.keys(Envelope.shape)

/** Fields of a message that are not read unless named. */
export type MoreMessageFields = readonly Exclude<keyof GraphMessage, keyof z.infer<typeof Envelope>>[]

export const GraphFolder = z.object({ id: z.string(), displayName: z.string() })
export type GraphFolder = z.infer<typeof GraphFolder>

/** Below the version root: `/users/{id}`. */
export function userUrl(userId: string): string {
  return `/users/${percentEncode(userId)}`
}

/**
 * All messages of a mailbox, or of one of its folders, that `filter` ($filter) lets through. Without a folder this is every
 * folder, Deleted Items and Junk Email included, Recoverable Items not.
 */
export function messagesUrl(
  userId: string,
  query: { folder?: string; filter?: string | undefined; top: number; more?: MoreMessageFields },
): string {
  const folder = query.folder === undefined ? '' : `/mailFolders/${percentEncode(query.folder)}`
  const fields = [...ENVELOPE_FIELDS, ...(query.more ?? [])].join(',')
  return `${userUrl(userId)}${folder}/messages${odataQuery({ $select: fields, $top: query.top, $filter: query.filter })}`
}

/** One message by its immutable id. */
export function messageUrl(userId: string, messageId: string): string {
  return `${userUrl(userId)}/messages/${percentEncode(messageId)}`
}

/** A message as RFC 5322 text. */
export function messageMimeUrl(userId: string, messageId: string): string {
  return `${messageUrl(userId, messageId)}/$value`
}

/** {@link messageUrl} with the envelope's fields selected. */
export function messageEnvelopeUrl(userId: string, messageId: string): string {
  return `${messageUrl(userId, messageId)}${odataQuery({ $select: ENVELOPE_FIELDS.join(',') })}`
}

/** A folder by its id or well-known name. */
export function folderUrl(userId: string, folder: string): string {
  return `${userUrl(userId)}/mailFolders/${percentEncode(folder)}${odataQuery({ $select: 'id,displayName' })}`
}
