import type { IntakeCounts } from './outcome.ts'
import type { TenantId } from './ids.ts'

/** Names one stream of records: a feed read through a connection. */
export interface FeedKey {
  tenantId: TenantId
  connectionId: string
  /** Feed id, for instance `management-activity.Audit.Exchange`. */
  feed: string
}

/** Where a feed's reading continues. `until` is on Microsoft's clock of availability, not of event time. */
export interface Checkpoint {
  /** Everything that became available before this moment (ISO) is stored. */
  until: string
}

/** One thing read from Microsoft in one piece and stored under one identity: a blob, a page. */
export interface LedgerBatch {
  /** Deterministic: feed and content identity. Also the store's deduplication token. */
  id: string
  /** When Microsoft made it available, ISO. */
  availableAt: string
  storedAt: string
  counts: IntakeCounts
}

/** One window of a feed in the coverage ledger. */
export interface LedgerWindow {
  from: string
  to: string
  state: 'complete' | 'in-progress' | 'gap'
  /** Batches that Microsoft lists for it, by the newest listing of all of it, and those of them that are stored. */
  listed: number
  stored: number
  /** Records kept that showed up when the window had been complete already. */
  late: number
  counts: IntakeCounts
  /** Why it is a gap, with Microsoft's code. */
  reason?: string
  updatedAt: string
  /** When somebody asked for it again. */
  requestedAt?: string
}

/** What is written into the ledger together. */
export interface LedgerEntries {
  batches?: readonly LedgerBatch[]
  windows: readonly LedgerWindow[]
  checkpoint?: Checkpoint
}

/** The coverage ledger of the record store, as the collecting runner sees it. */
export interface CoverageLedger {
  readCheckpoint(key: FeedKey): Promise<Checkpoint | undefined>
  /** Which of `batchIds` are already stored. */
  storedBatches(key: FeedKey, batchIds: readonly string[]): Promise<Set<string>>
  /**
   * Writes all of it in one transaction: batches that are durable, windows as they are now, and the checkpoint. Repeating a
   * batch id changes nothing, a window replaces what it was, and the checkpoint never moves back.
   */
  commit(key: FeedKey, entries: LedgerEntries): Promise<void>
  /** Notes that windows were asked for again at a moment (ISO); those that are not there yet come to be as they are given. */
  request(key: FeedKey, windows: readonly LedgerWindow[], at: string): Promise<void>
  /** Windows of a tenant's feeds, or of one feed read through one connection, that touch the span, oldest first. */
  windows(
    tenantId: TenantId,
    range: { from: string; to: string },
    only?: Pick<FeedKey, 'connectionId' | 'feed'>,
  ): Promise<(LedgerWindow & FeedKey)[]>
}
