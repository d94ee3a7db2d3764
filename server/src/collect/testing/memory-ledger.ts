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
    async commitBatches(key, stored, window) {
      const fresh = stored.filter(({ id }) => !batches.has(idOf(key, id)))
      for (const batch of fresh) batches.set(idOf(key, batch.id), structuredClone(batch))
      if (fresh.length > 0) put(key, window)
    },
    async commitWindow(key, window, { until }) {
      put(key, window)
      const before = checkpoints.get(idOf(key))
      if (before === undefined || before < until) checkpoints.set(idOf(key), until)
    },
    async writeWindow(key, window) {
      put(key, window)
    },
    async windows(tenantId, { from, to }) {
      return structuredClone([...windows.values()])
        .filter((row) => row.tenantId === tenantId && row.from < to && row.to > from)
        .sort((a, b) => a.from.localeCompare(b.from))
    },
    rows: () => [...windows.values()].sort((a, b) => a.from.localeCompare(b.from)),
    batches: () => [...batches.values()],
  }
}
