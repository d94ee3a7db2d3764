import type { GraphMessage } from '#connect/apis/graph/mail.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { AppError, reasonOf } from '#domain/errors.ts'
import { stableId } from '#domain/ids.ts'
import type { MailHit } from '#domain/investigation.ts'
import type { MailFilter } from '#domain/mail-filter.ts'
import { parseMail } from '#mail/parse-mail.ts'

import { evaluate } from './evaluate.ts'
import type { MessageIds } from './query.ts'
import { sourceOf } from './source-of.ts'
import type { Listing, MailboxOwner, OpenMailbox } from './source.ts'

/** One mailbox to search, and for which investigation. */
export interface MailboxSearch {
  microsoft: Microsoft
  investigationId: string
  filter: MailFilter
  mailbox: MailboxOwner
  /** Message IDs of the messages that Exchange knows by the network message IDs of the filter. */
  messageIds?: MessageIds
  /** The dates of the filter let through a few messages only. */
  brief?: boolean
  signal?: AbortSignal
}

/**
 * Every message of the mailbox that matches, wherever it lies: all folders, Deleted Items and Junk Email included, and
 * what the user deleted from there but can still bring back (Recoverable Items).
 *
 * What the envelope cannot decide is read, looked at, and forgotten.
 *
 * @throws AppError CONNECT_* when the mailbox cannot be read. When only Recoverable Items cannot, the hits found so far
 * come with a `reason`.
 */
export async function scanMailbox(search: MailboxSearch): Promise<{ hits: MailHit[]; reason?: string }> {
  const { microsoft, filter, messageIds, brief, signal } = search
  const mailbox = sourceOf(microsoft).open(search.mailbox, signal)
  const candidates = await mailbox.candidates({ filter, messageIds, brief })
  const inFolders = await found(filter, mailbox, candidates.inFolders)
  try {
    const deleted = await found(filter, mailbox, candidates.recoverable)
    // Keyed by id: what the user deletes between the two searches is found by both.
    const byId = new Map([...inFolders, ...deleted].map((each) => [each.envelope.id, each]))
    const recoverable = deleted[0]?.envelope.parentFolderId
    return { hits: await toHits(search, mailbox, [...byId.values()], recoverable) }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return {
      hits: await toHits(search, mailbox, inFolders),
      reason: `Recoverable Items could not be searched. ${reasonOf(error)}`,
    }
  }
}

interface Found {
  envelope: GraphMessage
  matched: string[]
}

async function found(filter: MailFilter, mailbox: OpenMailbox, listing: Listing): Promise<Found[]> {
  // Keyed by id: mail that arrives between two pages pushes messages onto the next one a second time.
  const hits = new Map<string, Found>()
  for await (const messages of listing) {
    for (const envelope of messages) {
      const matched = await whyHit(filter, mailbox, envelope)
      if (matched) hits.set(envelope.id, { envelope, matched })
    }
  }
  return [...hits.values()]
}

/** By its envelope where that is enough; else its MIME is read. Undefined when it is no hit. */
async function whyHit(filter: MailFilter, mailbox: OpenMailbox, envelope: GraphMessage): Promise<string[] | undefined> {
  let evaluation = evaluate(filter, { envelope })
  if (evaluation.is === 'unknown') {
    const mime = await mailbox.mime(envelope.id)
    if (mime) evaluation = evaluate(filter, { envelope, mail: await parseMail(mime) })
  }
  return evaluation.is === 'hit' ? evaluation.because : undefined
}

/** `recoverable`: the folder that Recoverable Items were found in. */
async function toHits(
  search: MailboxSearch,
  mailbox: OpenMailbox,
  messages: readonly Found[],
  recoverable?: string,
): Promise<MailHit[]> {
  // A folder that the user removed meanwhile has no name; its messages are still worth reporting.
  const folders = new Set(messages.map(({ envelope }) => envelope.parentFolderId))
  if (recoverable !== undefined) folders.delete(recoverable)
  const names = await mailbox.folderNames([...folders])
  if (recoverable !== undefined) names.set(recoverable, 'Recoverable Items')
  return messages.map((message) =>
    hitOf(search, message, names.get(message.envelope.parentFolderId) ?? 'Unknown folder'),
  )
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
