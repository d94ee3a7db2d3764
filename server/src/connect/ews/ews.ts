import type { Traffic } from '#connect/traffic.ts'

import type { Restriction } from './restriction.ts'

/**
 * Exchange Web Services of an Exchange server on its company's own premises: the one door to it, as connect/microsoft.ts is to
 * Microsoft 365. Throttling, retries and Exchange's error words are handled here once.
 *
 * A service account with the role ApplicationImpersonation acts as the owner of whichever mailbox is named, by its primary
 * SMTP address. Ids are those of EWS: another one each time a message is moved.
 *
 * @throws AppError CONNECT_* from every method, with `microsoft` holding the response code and its text word for word.
 */
export interface Ews {
  /** `mail.contoso.example`. */
  readonly host: string
  /** As the server last named itself, `15.2.1544.4`; undefined before it has answered. */
  readonly version: string | undefined
  /** What was asked so far. */
  readonly traffic: Readonly<Traffic>
  /** Every folder that the owner can see, however deep. */
  folders(call: EwsCall): Promise<EwsFolder[]>
  /** Ids of folders by their well-known names; a mailbox may lack one. */
  wellKnown<Name extends WellKnownFolder>(call: EwsCall, names: readonly Name[]): Promise<Partial<Record<Name, string>>>
  /**
   * Messages in folders, page by page, oldest first; what is no message (appointments, contacts) is left out. A folder that is
   * not there has none. Recipients and headers are never among what it knows, and a sender only as far as the folder's own
   * index has one: {@link details} reads them.
   */
  messages(call: EwsCall, query: MessageQuery): AsyncGenerator<EwsMessage[], void, undefined>
  /** Messages by id, in their order; undefined for one that is not there any more. */
  details(call: EwsCall, ids: readonly string[], headers?: boolean): Promise<(EwsMessage | undefined)[]>
  /** As RFC 5322 text; undefined when it is not there any more. */
  mime(call: EwsCall, id: string): Promise<Buffer | undefined>
  /** Moves a message and gives the id it has from then on, where Exchange tells. */
  move(call: EwsCall, id: string, folder: FolderRef): Promise<string | undefined>
  /** `SoftDelete`: to Recoverable Items. `HardDelete`: out of the reach of everybody but an administrator. */
  remove(call: EwsCall, id: string, how: 'HardDelete' | 'SoftDelete' | 'MoveToDeletedItems'): Promise<void>
}

export interface EwsCall {
  /** Primary SMTP address. */
  mailbox: string
  /** First sentence of the error if it fails; one about the mailbox when absent. */
  what?: string
  signal?: AbortSignal | undefined
}

export type WellKnownFolder =
  | 'msgfolderroot'
  | 'inbox'
  | 'junkemail'
  | 'deleteditems'
  | 'recoverableitemsdeletions'
  | 'recoverableitemspurges'

export type FolderRef = { id: string } | { wellKnown: WellKnownFolder }

export interface EwsFolder {
  id: string
  displayName: string
}

export interface MessageQuery {
  folders: readonly FolderRef[]
  /** All when absent. */
  restriction?: Restriction | undefined
  /** Messages of each folder in one answer. */
  pageSize: number
}

/** What is absent is not known. */
export interface EwsMessage {
  id: string
  folderId: string
  internetMessageId?: string
  subject?: string
  from?: EwsAddress
  /** ISO 8601, UTC. */
  receivedAt?: string
  isRead: boolean
  hasAttachments: boolean
  to?: EwsAddress[]
  cc?: EwsAddress[]
  bcc?: EwsAddress[]
  headers?: { name: string; value: string }[]
}

export interface EwsAddress {
  name: string
  /** Empty, or one of another kind than SMTP, where Exchange did not look it up. */
  address: string
}
