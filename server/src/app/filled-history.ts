import { join } from 'node:path'
import { performance } from 'node:perf_hooks'

import type { RuleSet } from '#detect/rule-set.ts'
import { huntHistory } from '#detect/sql/back-test.ts'
import { openEmbeddedEventStore } from '#store/engines/clickhouse-embedded/open.ts'

import { SPAN, TENANT } from './filled-store.ts'

/**
 * Runs each of several sets of rules once over the history of a store that `fillStore` filled, as one back-test of all in the set: no
 * cache of the engine knows their conditions yet.
 *
 * @returns how many events the tenant has, and how long each took.
 */
export async function huntFilledStore(
  folder: string,
  sets: readonly RuleSet[],
): Promise<{ events: number; ms: number[] }> {
  const store = await openEmbeddedEventStore({ dataDir: join(folder, 'events') })
  try {
    const range = { from: new Date(SPAN.from).toISOString(), to: new Date(SPAN.to).toISOString() }
    let events = 0
    const ms: number[] = []
    for (const rules of sets) {
      const begun = performance.now()
      const { scannedRows } = await huntHistory(store.hunt, { tenantId: TENANT, rules, samples: 10, ...range })
      ms.push(performance.now() - begun)
      events = scannedRows
    }
    return { events, ms }
  } finally {
    await store.close()
  }
}
