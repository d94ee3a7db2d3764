import {
  folderUrl,
  GraphFolder,
  GraphMessage,
  IMMUTABLE_IDS,
  messageMimeUrl,
  messagesUrl,
  RECOVERABLE_DELETIONS,
} from '#connect/apis/graph/mail.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { AppError, reasonOf } from '#domain/errors.ts'
import { stableId } from '#domain/ids.ts'
import type { InvestigationMailbox, MailHit } from '#domain/investigation.ts'
import type { MailFilter } from '#domain/mail-filter.ts'
import { parseMail } from '#mail/parse-mail.ts'

import { envelopeFields, evaluate } from './evaluate.ts'
import { candidateFilters } from './query.ts'

/** One mailbox to search, and for which investigation. */
export interface MailboxSearch {
  microsoft: Microsoft
  investigationId: string
  filter: MailFilter
  mailbox: Pick<InvestigationMailbox, 'userId' | 'userPrincipalName'>
  signal?: AbortSignal
}

/** Microsoft allows 1,000; the envelopes of that many are about half a megabyte. */
const PAGE = 1000
const PERMISSION = 'Mail.Read'

/**
 * Every message of the mailbox that matches, wherever it lies: all folders, Deleted Items and Junk Email included, and
 * what the user deleted from there but can still bring back (Recoverable Items). The in-place archive cannot be reached
 * through Graph.
 *
 * Requests go one after the other: Microsoft serves an application at most four at a time per mailbox.
 *
 * @throws AppError CONNECT_* when the mailbox cannot be read. When only Recoverable Items cannot, the hits found so far
 * come with a `reason`.
 */
export async function scanMailbox(search: MailboxSearch): Promise<{ hits: MailHit[]; reason?: string }> {
  const hits = await namedFolders(search, await candidates(search))
  try {
    const deleted = await candidates(search, RECOVERABLE_DELETIONS)
    // Keyed by id: what the user deletes between the two searches is found by both.
    const all = [...hits, ...deleted.map((message) => hitOf(search, message, 'Recoverable Items'))]
    return { hits: [...new Map(all.map((hit) => [hit.id, hit])).values()] }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { hits, reason: `Recoverable Items could not be searched. ${reasonOf(error)}` }
  }
}

/** Asks with the cheapest query, and with a plainer one where Microsoft finds that too complex. */
async function candidates(search: MailboxSearch, folder?: string): Promise<GraphMessage[]> {
  const [cheapest, ...plainer] = candidateFilters(search.filter)
  try {
    return await list(search, cheapest, folder)
  } catch (error) {
    if (plainer.length === 0 || !(error instanceof AppError) || error.microsoft?.status !== 400) throw error
    return list(search, plainer[0], folder)
  }
}

async function list(search: MailboxSearch, filter: string | undefined, folder?: string): Promise<GraphMessage[]> {
  const { microsoft, mailbox, signal } = search
  const request = {
    api: 'graph',
    path: `/v1.0${messagesUrl(mailbox.userId, { ...(folder !== undefined && { folder }), filter, top: PAGE, more: envelopeFields(search.filter) })}`,
    headers: IMMUTABLE_IDS,
    what: `Could not search the mailbox of ${mailbox.userPrincipalName}.`,
    permission: PERMISSION,
    ...(signal && { signal }),
  } as const
  // Keyed by id: mail that arrives between two pages pushes messages onto the next one a second time.
  const found = new Map<string, GraphMessage>()
  for await (const messages of microsoft.pages(request, GraphMessage)) {
    for (const message of messages) if (await isHit(search, message)) found.set(message.id, message)
  }
  return [...found.values()]
}

/** By its envelope where that is enough; else its MIME is read, looked at, and forgotten. */
async function isHit(search: MailboxSearch, envelope: GraphMessage): Promise<boolean> {
  const { is } = evaluate(search.filter, { envelope })
  if (is !== 'unknown') return is === 'hit'
  const mime = await readMime(search, envelope.id)
  return mime !== undefined && evaluate(search.filter, { envelope, mail: await parseMail(mime) }).is === 'hit'
}

/** Undefined when the message has gone since it was listed. */
async function readMime({ microsoft, mailbox, signal }: MailboxSearch, messageId: string): Promise<Buffer | undefined> {
  const request = {
    api: 'graph',
    path: `/v1.0${messageMimeUrl(mailbox.userId, messageId)}`,
    headers: IMMUTABLE_IDS,
    what: `Could not read a message of ${mailbox.userPrincipalName}.`,
    permission: PERMISSION,
    ...(signal && { signal }),
  } as const
  try {
    return (await microsoft.send(request)).body
  } catch (error) {
    if (error instanceof AppError && error.code === 'CONNECT_NOT_FOUND') return undefined
    throw error
  }
}

async function namedFolders(search: MailboxSearch, messages: readonly GraphMessage[]): Promise<MailHit[]> {
  const names = new Map<string, string>()
  for (const { parentFolderId } of messages) {
    if (!names.has(parentFolderId)) names.set(parentFolderId, await folderName(search, parentFolderId))
  }
  return messages.map((message) => hitOf(search, message, names.get(message.parentFolderId)!))
}

async function folderName({ microsoft, mailbox, signal }: MailboxSearch, folderId: string): Promise<string> {
  const request = {
    api: 'graph',
    path: `/v1.0${folderUrl(mailbox.userId, folderId)}`,
    what: `Could not read the name of a folder of ${mailbox.userPrincipalName}.`,
    permission: PERMISSION,
    ...(signal && { signal }),
  } as const
  try {
    return (await microsoft.json(request, GraphFolder)).displayName
  } catch (error) {
    // The user removed the folder meanwhile; the message is still worth reporting.
    if (error instanceof AppError && error.code === 'CONNECT_NOT_FOUND') return 'Unknown folder'
    throw error
  }
}

function hitOf(search: MailboxSearch, message: GraphMessage, folder: string): MailHit {
  const { userId, userPrincipalName } = search.mailbox
  return {
    id: stableId(search.investigationId, userId, message.id),
    userId,
    userPrincipalName,
    messageId: message.id,
    internetMessageId: message.internetMessageId ?? '',
    subject: message.subject ?? '',
    sender: message.from?.emailAddress?.address ?? '',
    receivedAt: message.receivedDateTime ?? '',
    folderId: message.parentFolderId,
    folderName: folder,
    isRead: message.isRead ?? false,
    hasAttachments: message.hasAttachments ?? false,
  }
}
