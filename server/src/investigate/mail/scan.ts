import { z } from 'zod'

import { batchedJson } from '#connect/apis/graph/batch.ts'
import {
  folderUrl,
  GraphFolder,
  GraphMessage,
  IMMUTABLE_IDS,
  messageMimeUrl,
  messagesUrl,
  RECOVERABLE_DELETIONS,
} from '#connect/apis/graph/mail.ts'
import type { BatchReply, Microsoft, MicrosoftRequest } from '#connect/microsoft.ts'
import { AppError, reasonOf } from '#domain/errors.ts'
import { stableId } from '#domain/ids.ts'
import type { InvestigationMailbox, MailHit } from '#domain/investigation.ts'
import type { MailFilter } from '#domain/mail-filter.ts'
import { parseMail } from '#mail/parse-mail.ts'

import { envelopeFields, evaluate } from './evaluate.ts'
import { candidateFilters, type MessageIds } from './query.ts'

/** One mailbox to search, and for which investigation. */
export interface MailboxSearch {
  microsoft: Microsoft
  investigationId: string
  filter: MailFilter
  mailbox: Pick<InvestigationMailbox, 'userId' | 'userPrincipalName'>
  /** Message IDs of the messages that Exchange knows by the network message IDs of the filter. */
  messageIds?: MessageIds
  /** The dates of the filter let through a few messages only. */
  brief?: boolean
  signal?: AbortSignal
}

/** Microsoft allows 1,000; the envelopes of that many are about half a megabyte. */
const LONG_PAGE = 1000
/** What a narrow question brings is rarely more, and twenty of these share one batch. */
const SHORT_PAGE = 50
const PERMISSION = 'Mail.Read'

/**
 * Every message of the mailbox that matches, wherever it lies: all folders, Deleted Items and Junk Email included, and
 * what the user deleted from there but can still bring back (Recoverable Items). The in-place archive cannot be reached
 * through Graph.
 *
 * A filter that Microsoft can narrow costs a part of a batch shared with other mailboxes; any other lists the mailbox page by
 * page. What the envelope cannot decide is read, looked at, and forgotten.
 *
 * @throws AppError CONNECT_* when the mailbox cannot be read. When only Recoverable Items cannot, the hits found so far
 * come with a `reason`.
 */
export async function scanMailbox(search: MailboxSearch): Promise<{ hits: MailHit[]; reason?: string }> {
  const [narrow, ...plainer] = candidateFilters(search.filter, search.messageIds)
  const listings =
    plainer.length > 0 || search.brief
      ? await briefListings(search, narrow, plainer[0])
      : PLACES.map((place) => list(search, place, narrow))
  const inFolders = await found(search, listings[0]!)
  try {
    const deleted = await found(search, listings[1]!)
    // Keyed by id: what the user deletes between the two searches is found by both.
    const byId = new Map([...inFolders, ...deleted].map((each) => [each.envelope.id, each]))
    const recoverable = deleted[0]?.envelope.parentFolderId
    return { hits: await toHits(search, [...byId.values()], recoverable) }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return {
      hits: await toHits(search, inFolders),
      reason: `Recoverable Items could not be searched. ${reasonOf(error)}`,
    }
  }
}

/** The mailbox with all its folders, and Recoverable Items, which it leaves out. */
const PLACES = [undefined, RECOVERABLE_DELETIONS] as const

type Listing = AsyncIterable<GraphMessage[]> | Iterable<GraphMessage[]>

/** Both places in one batch; a place whose narrow query Microsoft finds too complex is listed with the plainer one. */
async function briefListings(
  search: MailboxSearch,
  narrow: string | undefined,
  wide: string | undefined,
): Promise<Listing[]> {
  const parts = PLACES.map((place) => ({
    method: 'GET' as const,
    url: urlOf(search, place, narrow, SHORT_PAGE),
    headers: IMMUTABLE_IDS,
  }))
  const replies = await search.microsoft.batch(parts, search.signal)
  return replies.map((reply, i) =>
    reply.status === 400
      ? list(search, PLACES[i], wide)
      : rest(search, () => batchedJson(requestOf(search, parts[i]!.url), reply, Page)),
  )
}

const Page = z.object({ value: z.array(GraphMessage), '@odata.nextLink': z.string().optional() })

/** A first page that is here, and those after it. Reading it throws what Microsoft answered instead. */
async function* rest(search: MailboxSearch, first: () => z.infer<typeof Page>): AsyncGenerator<GraphMessage[]> {
  const { value, '@odata.nextLink': next } = first()
  yield value
  if (next !== undefined) yield* search.microsoft.pages(requestOf(search, next), GraphMessage)
}

function list(search: MailboxSearch, place: string | undefined, filter: string | undefined): Listing {
  return search.microsoft.pages(requestOf(search, urlOf(search, place, filter, LONG_PAGE)), GraphMessage)
}

function urlOf(search: MailboxSearch, folder: string | undefined, filter: string | undefined, top: number): string {
  const more = envelopeFields(search.filter)
  return messagesUrl(search.mailbox.userId, { ...(folder !== undefined && { folder }), filter, top, more })
}

function requestOf({ mailbox, signal }: MailboxSearch, url: string): MicrosoftRequest {
  return {
    api: 'graph',
    path: url.startsWith('/') ? `/v1.0${url}` : url,
    headers: IMMUTABLE_IDS,
    what: `Could not search the mailbox of ${mailbox.userPrincipalName}.`,
    permission: PERMISSION,
    ...(signal && { signal }),
  }
}

interface Found {
  envelope: GraphMessage
  matched: string[]
}

async function found(search: MailboxSearch, listing: Listing): Promise<Found[]> {
  // Keyed by id: mail that arrives between two pages pushes messages onto the next one a second time.
  const hits = new Map<string, Found>()
  for await (const messages of listing) {
    for (const envelope of messages) {
      const matched = await whyHit(search, envelope)
      if (matched) hits.set(envelope.id, { envelope, matched })
    }
  }
  return [...hits.values()]
}

/** By its envelope where that is enough; else its MIME is read. Undefined when it is no hit. */
async function whyHit(search: MailboxSearch, envelope: GraphMessage): Promise<string[] | undefined> {
  let evaluation = evaluate(search.filter, { envelope })
  if (evaluation.is === 'unknown') {
    const mime = await readMime(search, envelope.id)
    if (mime) evaluation = evaluate(search.filter, { envelope, mail: await parseMail(mime) })
  }
  return evaluation.is === 'hit' ? evaluation.because : undefined
}

/** Undefined when the message has gone since it was listed. */
async function readMime(search: MailboxSearch, messageId: string): Promise<Buffer | undefined> {
  const request = {
    ...requestOf(search, messageMimeUrl(search.mailbox.userId, messageId)),
    what: `Could not read a message of ${search.mailbox.userPrincipalName}.`,
  }
  try {
    return (await search.microsoft.send(request)).body
  } catch (error) {
    if (error instanceof AppError && error.code === 'CONNECT_NOT_FOUND') return undefined
    throw error
  }
}

/** `recoverable`: the folder that Recoverable Items were found in. */
async function toHits(search: MailboxSearch, messages: readonly Found[], recoverable?: string): Promise<MailHit[]> {
  const folders = new Set(messages.map(({ envelope }) => envelope.parentFolderId))
  if (recoverable !== undefined) folders.delete(recoverable)
  const names = await folderNames(search, [...folders])
  if (recoverable !== undefined) names.set(recoverable, 'Recoverable Items')
  return messages.map((message) => hitOf(search, message, names.get(message.envelope.parentFolderId)!))
}

/** A folder that the user removed meanwhile has no name; its messages are still worth reporting. */
async function folderNames(search: MailboxSearch, folders: readonly string[]): Promise<Map<string, string>> {
  if (folders.length === 0) return new Map()
  const { microsoft, mailbox, signal } = search
  const replies = await microsoft.batch(
    folders.map((folder) => ({ method: 'GET', url: folderUrl(mailbox.userId, folder), headers: IMMUTABLE_IDS })),
    signal,
  )
  const nameOf = ({ body }: BatchReply) => GraphFolder.safeParse(body).data?.displayName ?? 'Unknown folder'
  return new Map(folders.map((folder, i) => [folder, nameOf(replies[i]!)]))
}

/** A draft or a broken mail may have no date; it must not keep the others from being written down. */
const UNDATED = '1970-01-01T00:00:00Z'

function hitOf(search: MailboxSearch, { envelope, matched }: Found, folderName: string): MailHit {
  const { userId, userPrincipalName } = search.mailbox
  return {
    id: stableId(search.investigationId, userId, envelope.id),
    userId,
    userPrincipalName,
    messageId: envelope.id,
    internetMessageId: envelope.internetMessageId ?? '',
    subject: envelope.subject ?? '',
    sender: envelope.from?.emailAddress?.address ?? '',
    receivedAt: envelope.receivedDateTime ?? UNDATED,
    folderId: envelope.parentFolderId,
    folderName,
    isRead: envelope.isRead ?? false,
    hasAttachments: envelope.hasAttachments ?? false,
    foundBy: 'search',
    matched,
  }
}
