import type { FeedKey } from './coverage.ts'
import type { TenantId } from './ids.ts'

/**
 * Several processes share the feeds of an installation: a lease says which of them reads a feed, and until when. It is told by
 * the record store's own clock, since the processes' may differ. Who stops telling that it lives loses its leases.
 */
export interface Lease extends FeedKey {
  /** Grows with every taking: what a process writes under an older one is refused. */
  token: number
  /** Passes that failed one after another, whoever made them. */
  failures: number
}

/** How a feed is left for the next who reads it. */
export interface Handover {
  /** When it is due again, milliseconds from now. */
  dueInMs: number
  failures: number
  /** Up to here (ISO) its live edge is stored; as before when absent. */
  edge?: string
}

/** How a feed stands, whoever reads it. */
export interface FeedStanding extends FeedKey {
  failures: number
  edge?: string
}

export interface Leases {
  /** Takes a feed that is due and nobody's; or tells in how many milliseconds to ask again. */
  take(key: FeedKey, holder: string, forMs: number): Promise<Lease | { againInMs: number }>
  /** Prolongs everything that `holder` holds, and gives it. */
  renew(holder: string, forMs: number): Promise<(FeedKey & { token: number })[]>
  /** Gives a feed back. Nothing happens when the lease was lost meanwhile. */
  release(lease: Lease, handover: Handover): Promise<void>
  /** Makes one feed due at once; all that failed, of all tenants, when absent. */
  hurry(only?: FeedKey): Promise<void>
  /** Frees everything: only for a process that knows itself alone on the store. */
  clear(): Promise<void>
  /** Feeds of a tenant that were read at least once. */
  list(tenantId: TenantId): Promise<FeedStanding[]>
}
