import type { z } from 'zod'

import type { TenantId } from '#domain/ids.ts'

import type { Ews } from './ews/ews.ts'
import type { Traffic } from './traffic.ts'

/**
 * The one door to Microsoft. Everything that Cordon asks of a cloud goes through it, so that tokens, throttling, retries,
 * paging and Microsoft's error words are handled once.
 */
export interface Microsoft {
  readonly tenantId: TenantId
  /** What went through this door so far. */
  readonly traffic: Readonly<Traffic>
  /** Where the door leads to an Exchange server on premises: then this is all it offers, and the rest says so. */
  readonly exchange?: OnPremisesExchange
  /** Absent where the cloud has none. */
  readonly eventHubs?: EventHubsPlace
  /**
   * Sends one request and reads the whole reply.
   *
   * Waits out throttling (429, 503, and AF429 inside 403) and passing faults within its patience; refreshes a token once
   * after 401.
   *
   * @throws AppError CONNECT_*: with `microsoft` holding status, code and text word for word.
   */
  send(request: MicrosoftRequest): Promise<MicrosoftReply>
  /**
   * {@link send} for a body of any length: its bytes as they arrive, no faster than they are read. Patience ends with the first
   * megabyte; what fails later is thrown while reading.
   */
  stream(request: MicrosoftRequest): Promise<AsyncGenerator<Buffer, void, undefined>>
  /**
   * What lies behind a link that Microsoft gave to its storage, as {@link stream} gives it. The link is its own key: no token goes
   * with it, and no error shows it.
   *
   * @throws AppError CONNECT_*: CONNECT_REPLY_UNREADABLE for a link that leads elsewhere than to the API or the cloud's storage.
   */
  download(link: MicrosoftLink): Promise<AsyncGenerator<Buffer, void, undefined>>
  /** {@link send}, the body parsed by `schema`. @throws also CONNECT_REPLY_UNREADABLE. */
  json<T>(request: MicrosoftRequest, schema: z.ZodType<T>): Promise<T>
  /**
   * Items page by page: follows `@odata.nextLink` (graph), `nextLink` (azure) or the `NextPageUri` header
   * (management-activity) verbatim, and only to the cloud's own origin. A page may be empty and still have a next one.
   */
  pages<T>(request: MicrosoftRequest, item: z.ZodType<T>): AsyncGenerator<T[], void, undefined>
  /**
   * Graph JSON batching: any number of parts, each retried on its own 429, in batches of 20 shared with whoever else asks at
   * the moment. Replies in the order of `parts`; a part that failed has its status and body, and throws nothing. Status 0:
   * Microsoft's answer left it out.
   *
   * @throws AppError CONNECT_* when a whole batch failed; with writes in it, whether they were carried out is unknown.
   */
  batch(parts: readonly BatchPart[], signal?: AbortSignal): Promise<BatchReply[]>
  /**
   * An access token for a client of its own that speaks no HTTP (Event Hubs over AMQP). It may be given to no host but the
   * cloud's own.
   *
   * @throws AppError CONNECT_*
   */
  accessToken(api: MicrosoftApi): Promise<AccessToken>
  /** App roles in a fresh token for the API: what has been consented. @throws AppError CONNECT_* when no token is issued. */
  grantedRoles(api: MicrosoftApi): Promise<string[]>
}

export interface AccessToken {
  value: string
  /** Milliseconds since the epoch. */
  expiresAt: number
}

/** Where a cloud has its Event Hubs namespaces. */
export interface EventHubsPlace {
  /** How their host names end. */
  hosts: string
  /** Where to connect in place of the host that a namespace has: https, with a port. */
  endpoint?: string
  /** PEM of the only authority to trust there; the machine's own list when absent. */
  ca?: string
}

export interface OnPremisesExchange {
  ews: Ews
  /** Primary SMTP addresses of all mailboxes that may be searched: its directory is not asked. Empty: those that are named. */
  mailboxes: readonly string[]
}

export type { Traffic } from './traffic.ts'

/** `exchange-admin`: the REST behind Exchange Online PowerShell. `event-hubs` takes tokens, and speaks no HTTP. */
export type MicrosoftApi =
  | 'graph'
  | 'management-activity'
  | 'exchange-admin'
  | 'defender-endpoint'
  | 'cloud-apps'
  | 'azure'
  | 'event-hubs'

export interface MicrosoftRequest {
  api: MicrosoftApi
  method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Below the API's root, already percent-encoded (`/v1.0/users?$top=999`), or an absolute URL that Microsoft gave. */
  path: string
  headers?: Record<string, string>
  /** Sent as JSON. */
  body?: unknown
  signal?: AbortSignal
  /**
   * Whether it may be sent again when its reply was lost and it may have been carried out. GET and PUT are; the rest is not
   * unless said so here. Throttled requests were not carried out and are always sent again.
   */
  repeatable?: boolean
  /** First sentence of the error if it fails: "Could not read the mailbox of ana@contoso.example." */
  what: string
  /** The permission this needs, named when Microsoft answers 403. */
  permission?: string
  /** The license this needs, named when Microsoft says that the tenant has none: `Microsoft Entra ID P2`. */
  license?: string
  /** The directory role this needs besides, where a service asks for one: then 403 means that, and 401 the permission. */
  role?: string
  /** What to do where Microsoft refuses it for what it says, as when a list is full: a defect of Cordon's unless told here. */
  advice?: string
}

export interface MicrosoftLink extends Pick<MicrosoftRequest, 'api' | 'what' | 'signal'> {
  /** As Microsoft gave it: a shared access signature is part of it. */
  url: string
}

export interface MicrosoftReply {
  status: number
  /** Names in lower case. */
  headers: Record<string, string>
  body: Buffer
}

export interface BatchPart {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Relative to the version root: `/users/{id}/messages/{id}`. */
  url: string
  headers?: Record<string, string>
  body?: unknown
  /** As {@link MicrosoftRequest.repeatable}; GET is unless said otherwise. */
  repeatable?: boolean
}

export interface BatchReply {
  status: number
  headers: Record<string, string>
  body: unknown
}
