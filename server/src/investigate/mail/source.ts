import type { GraphMessage } from '#connect/apis/graph/mail.ts'
import type { InvestigationMailbox, MailTargets } from '#domain/investigation.ts'
import type { MailFilter } from '#domain/mail-filter.ts'

import type { MessageIds } from './query.ts'

/**
 * A place where mailboxes are: Microsoft 365, or an Exchange server on its company's premises. It hands out candidates, as
 * cheaply as it can be asked for them; which of them are hits is decided by scan.ts, the same for every source.
 */
export interface MailSource {
  /**
   * The mailboxes to search, page by page, each once per page. Whether a user has a mailbox at all shows only when it is
   * searched. A named user who is unknown gets a row too: `failed`, with the reason.
   *
   * @throws AppError INVESTIGATION_TARGET_UNKNOWN, CONNECT_*.
   */
  mailboxes(targets: MailTargets, signal?: AbortSignal): AsyncGenerator<InvestigationMailbox[], void, undefined>
  /** How many they are, whoever of them has a mailbox. @throws as {@link mailboxes}. */
  countMailboxes(targets: MailTargets): Promise<number>
  /** Costs nothing: what it takes to look into the mailbox is asked when it is looked into. */
  open(mailbox: MailboxOwner, signal?: AbortSignal): OpenMailbox
}

export type MailboxOwner = Pick<InvestigationMailbox, 'userId' | 'userPrincipalName'>

/** @throws AppError CONNECT_* from every method and listing. */
export interface OpenMailbox {
  /** At least every message that is a hit; a message may come twice. */
  candidates(wish: CandidateWish): Promise<Candidates>
  /** The message as RFC 5322 text; undefined when it has gone since it was listed. */
  mime(messageId: string): Promise<Buffer | undefined>
  /** Names of folders for people. A folder that the user removed meanwhile has none. */
  folderNames(ids: readonly string[]): Promise<Map<string, string>>
}

export interface CandidateWish {
  filter: MailFilter
  messageIds?: MessageIds | undefined
  /** The dates of the filter let through a few messages only. */
  brief?: boolean | undefined
}

export interface Candidates {
  /** Of every folder that the user sees. */
  inFolders: Listing
  /** What the user deleted and can still bring back. */
  recoverable: Listing
}

/** Envelopes page by page; reading it throws what the source answered instead. */
export type Listing = AsyncIterable<GraphMessage[]> | Iterable<GraphMessage[]>
