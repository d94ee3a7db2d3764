import { createCorrelations } from '#detect/correlations.ts'
import { knownAt } from '#detect/judgments.ts'
import type { TenantId } from '#domain/ids.ts'
import { openScratchEngine } from '#store/engines/clickhouse-embedded/scratch-engine.ts'

import { createBus } from '#app/bus.ts'
import { createReconciling } from '#app/rules/reconciling.ts'

import { fail, openRuledStores, type RuledStores } from './ruled-stores.ts'

/** Correlations that a pass holds against history, and one that it leaves out. */
export const RULES = `title: File downloaded
id: downloaded
logsource: {product: m365, service: audit}
detection:
  selection: {Operation: FileDownloaded}
  condition: selection
---
title: File deleted
id: deleted
logsource: {product: m365, service: audit}
detection:
  selection: {Operation: FileDeleted}
  condition: selection
---
title: Many files downloaded
id: many
correlation: {type: event_count, rules: [downloaded], group-by: [UserId], timespan: 1h, condition: {gte: 3}}
---
title: Many different files
id: different
correlation: {type: value_count, rules: [downloaded], group-by: [UserId], timespan: 2h, condition: {field: ObjectId, gte: 3}}
---
title: Downloaded, then deleted
id: ordered
correlation: {type: temporal_ordered, rules: [downloaded, deleted], group-by: [UserId], timespan: 30m}
---
title: Many, and something deleted
id: above
correlation: {type: temporal, rules: [many, deleted], group-by: [UserId], timespan: 4h, generate: true}
---
title: Copied and not moved
id: absent
logsource: {product: m365, service: audit}
detection:
  selection: {Operation: FileCopied}
  condition: selection
cordon: {absence: {of: [moved], group-by: [UserId], timespan: 1h, lateness: 0s}}
---
title: File moved
id: moved
logsource: {product: m365, service: audit}
detection:
  selection: {Operation: FileMoved}
  condition: selection
---
title: New file uploaded
id: new
logsource: {product: m365, service: audit}
detection:
  selection: {Operation: FileUploaded}
  condition: selection
cordon: {first-seen: {fields: [ObjectId], timespan: 30d, learning: 0d}}
---
title: Signed in too far away
id: far
logsource: {product: azure, service: signinlogs}
detection:
  selection: {ResultType: 0}
  condition: selection
cordon: {speed: {group-by: [user.email], timespan: 24h, faster-than: 1000 km/h, farther-than: 500 km}}
`

/** Stores of which correlations are held against history, when a test says so. */
export interface ReconciledStores extends RuledStores {
  /** A pass, now; with other parts where a test has its own. */
  reconcile(tenantId: TenantId, change?: Partial<Parameters<typeof createReconciling>[0]>): Promise<boolean>
  /** The stream correlates all that it remembers, as it does when it begins. */
  stream(tenantId: TenantId): Promise<void>
  alertsOf(tenantId: TenantId): ReturnType<RuledStores['stores']['records']['alerts']['list']>
  /** Of each alert the rule, the group, how many events it has and whether it is open. */
  told(tenantId: TenantId): Promise<unknown[][]>
}

const NOON = '2026-11-20T12:00:00.000Z'

export async function openReconciledStores(): Promise<ReconciledStores> {
  const opened = new AsyncDisposableStack()
  const ruled = opened.use(await openRuledStores(RULES))
  const { stores, book } = ruled
  const { alerts, correlationHits } = stores.records
  const engine = await openScratchEngine()
  opened.defer(() => engine.close())
  const { signal } = new AbortController()

  const alertsOf = (tenantId: TenantId) => alerts.list(tenantId, { limit: 100, now: '2026-12-01T00:00:00.000Z' })

  return {
    ...ruled,
    alertsOf,
    async told(tenantId) {
      const all = await alertsOf(tenantId)
      return all.map(({ ruleId, groupKey, eventCount, status }) => [ruleId, groupKey, eventCount, status])
    },
    async stream(tenantId) {
      const { correlations } = book.of(tenantId)
      const running = createCorrelations(correlations)
      for await (const hits of correlationHits.byTime(tenantId, {})) {
        const detections = hits.flatMap((hit) => running.push(hit))
        await alerts.record(tenantId, detections, NOON)
      }
      await alerts.record(tenantId, running.pass(knownAt(correlations, Date.parse(NOON))), NOON)
    },
    async reconcile(tenantId, change) {
      const reconciling = createReconciling({
        book,
        events: stores.events,
        records: stores.records,
        bus: createBus(),
        // Two days after what the tests collect, whenever they are run.
        clock: { now: () => Date.parse('2026-11-22T12:00:00.000Z') },
        log: fail,
        settleMs: 0,
        // Starting one for each pass would take most of the time.
        openEngine: async () => ({ ...engine, close: async () => {} }),
        ...change,
      })
      try {
        return await reconciling.pass(tenantId, signal)
      } finally {
        await reconciling.close()
      }
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
