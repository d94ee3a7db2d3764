import { z } from 'zod'

import { odataQuery, percentEncode } from './odata.ts'

/**
 * Mail as Graph shows it, as far as Cordon looks: who sent it, when it came, where it lies. The body is never asked for,
 * so it can neither be stored nor leak.
 *
 * Ids are immutable ones: an ordinary id changes when a message moves, an immutable one stays within its mailbox.
 * @see https://learn.microsoft.com/graph/outlook-immutable-id
 */
export const IMMUTABLE_IDS = { Prefer: 'IdType="ImmutableId"' } as const

/** The folder, inside Recoverable Items, that holds what users deleted from Deleted Items and can still bring back. */
export const RECOVERABLE_DELETIONS = 'recoverableitemsdeletions'

/** A message's envelope. Microsoft leaves fields null on drafts and on broken mail, hence the defaults. */
export const GraphMessage = z.object({
  id: z.string(),
  parentFolderId: z.string(),
  internetMessageId: z.string().nullish(),
  subject: z.string().nullish(),
  from: z.object({ emailAddress: z.object({ address: z.string().nullish() }).nullish() }).nullish(),
  receivedDateTime: z.string().nullish(),
  isRead: z.boolean().nullish(),
  hasAttachments: z.boolean().nullish(),
})
export type GraphMessage = z.infer<typeof GraphMessage>

const MESSAGE_FIELDS = Object.keys(GraphMessage.shape).join(',')

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
  query: { folder?: string; filter?: string | undefined; top: number },
): string {
  const folder = query.folder === undefined ? '' : `/mailFolders/${percentEncode(query.folder)}`
  return `${userUrl(userId)}${folder}/messages${odataQuery({ $select: MESSAGE_FIELDS, $top: query.top, $filter: query.filter })}`
}

/** One message by its immutable id. */
export function messageUrl(userId: string, messageId: string): string {
  return `${userUrl(userId)}/messages/${percentEncode(messageId)}`
}

/** {@link messageUrl} with the envelope's fields selected. */
export function messageEnvelopeUrl(userId: string, messageId: string): string {
  return `${messageUrl(userId, messageId)}${odataQuery({ $select: MESSAGE_FIELDS })}`
}

/** A folder by its id or well-known name. */
export function folderUrl(userId: string, folder: string): string {
  return `${userUrl(userId)}/mailFolders/${percentEncode(folder)}${odataQuery({ $select: 'id,displayName' })}`
}
