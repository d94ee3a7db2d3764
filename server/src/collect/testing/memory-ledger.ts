import type { CoverageLedger, FeedKey, LedgerBatch, LedgerWindow } from '#domain/coverage.ts'

/** A coverage ledger in memory, as strict as the record store's: for tests of feeds, which must not need a database. */
export interface MemoryLedger extends CoverageLedger {
  rows(): (LedgerWindow & FeedKey)[]
  batches(): LedgerBatch[]
}

export function createMemoryLedger(): MemoryLedger {
  const checkpoints = new Map<string, string>()
  const batches = new Map<string, LedgerBatch>()
  const windows = new Map<string, LedgerWindow & FeedKey>()
  const idOf = ({ tenantId, connectionId, feed }: FeedKey, ...more: string[]): string =>
    [tenantId, connectionId, feed, ...more].join('|')

  function put({ tenantId, connectionId, feed }: FeedKey, window: LedgerWindow): void {
    const key = { tenantId, connectionId, feed }
    windows.set(idOf(key, window.from, window.to), structuredClone({ ...window, ...key }))
  }

  return {
    async readCheckpoint(key) {
      const until = checkpoints.get(idOf(key))
      return until === undefined ? undefined : { until }
    },
    async storedBatches(key, batchIds) {
      return new Set(batchIds.filter((id) => batches.has(idOf(key, id))))
    },
    async commit(key, { batches: stored = [], windows: written, checkpoint }) {
      for (const batch of stored) {
        if (!batches.has(idOf(key, batch.id))) batches.set(idOf(key, batch.id), structuredClone(batch))
      }
      for (const window of written) put(key, window)
      const before = checkpoints.get(idOf(key))
      if (checkpoint && (before === undefined || before < checkpoint.until)) {
        checkpoints.set(idOf(key), checkpoint.until)
      }
    },
    async request(key, asked, requestedAt) {
      for (const window of asked)
        put(key, { ...(windows.get(idOf(key, window.from, window.to)) ?? window), requestedAt })
    },
    async windows(tenantId, { from, to }, only) {
      return structuredClone([...windows.values()])
        .filter((row) => row.tenantId === tenantId && row.from < to && row.to > from)
        .filter(({ connectionId, feed }) => !only || (connectionId === only.connectionId && feed === only.feed))
        .sort((a, b) => a.from.localeCompare(b.from))
    },
    rows: () => [...windows.values()].sort((a, b) => a.from.localeCompare(b.from)),
    batches: () => [...batches.values()],
  }
}
