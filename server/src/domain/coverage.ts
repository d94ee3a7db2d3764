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
  /** Batches Microsoft listed for it, and those stored. */
  listed: number
  stored: number
  counts: IntakeCounts
  /** Why it is a gap, with Microsoft's code. */
  reason?: string
  updatedAt: string
}

/** The coverage ledger of the record store, as the collecting runner sees it. */
export interface CoverageLedger {
  readCheckpoint(key: FeedKey): Promise<Checkpoint | undefined>
  /** Which of `batchIds` are already stored. */
  storedBatches(key: FeedKey, batchIds: readonly string[]): Promise<Set<string>>
  /** Records stored batches and their window, in one transaction. Repeating batch ids changes nothing. */
  commitBatches(key: FeedKey, batches: readonly LedgerBatch[], window: LedgerWindow): Promise<void>
  /** Closes a window and moves the checkpoint, in one transaction. The checkpoint never moves back. */
  commitWindow(key: FeedKey, window: LedgerWindow, checkpoint: Checkpoint): Promise<void>
  /** Writes a window's state without moving the checkpoint: in progress, or a gap with its reason. */
  writeWindow(key: FeedKey, window: LedgerWindow): Promise<void>
  /** Windows of a tenant's feeds that touch the span, oldest first. */
  windows(tenantId: TenantId, range: { from: string; to: string }): Promise<(LedgerWindow & FeedKey)[]>
}
