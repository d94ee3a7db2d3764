import { answersOf, type KnownUntil } from '#detect/correlate/absence.ts'
import { streamsOf } from '#detect/fields/logsources.ts'
import type { LoadedCorrelation } from '#detect/rule-set.ts'
import { withThoseUnder } from '#detect/under.ts'
import { isoTime } from '#domain/clock.ts'
import type { TenantId } from '#domain/ids.ts'
import type { EventHunt, KindField } from '#store/event-store.ts'

import type { HuntRequest } from './back-test.ts'

const HOUR_MS = 3_600_000
/** How far back the newest event is sought, first where it mostly is. */
const REACHES_MS = [HOUR_MS, 24 * HOUR_MS, 14 * 24 * HOUR_MS]
const BY: readonly KindField[] = ['event.dataset', 'event.action']

export interface KnownRequest extends Pick<HuntRequest, 'tenantId' | 'rules'> {
  /** As it is known at a moment, milliseconds. */
  at: number
}

/** @throws AppError QUERY_TOO_LARGE where the store's limits end it. */
export type ReadKnown = (request: KnownRequest) => Promise<KnownUntil>

/**
 * Until when what happened is known to each correlation that asks what did not come: until as long ago as it waits for events that come
 * late, and no longer than there are events of every dataset from which an answer may come. While a feed stands still, nothing is
 * said to be missing; where the tenant has none of the datasets, nothing ever is.
 */
export function createReadKnown(hunt: EventHunt): ReadKnown {
  return async ({ tenantId, rules, at }) => {
    const absences = rules.correlations
      .filter(({ type }) => type === 'absence')
      .map((absence) => ({ ...absence, datasets: datasetsOf(rules, absence) }))
    const newest = await readNewest(hunt, {
      tenantId,
      at,
      datasets: new Set(absences.flatMap((each) => each.datasets)),
    })
    return new Map(
      absences.map(({ id, latenessS = 0, datasets }) => {
        const times = datasets.flatMap((dataset) => newest.get(dataset) ?? [])
        return [id, times.length > 0 ? Math.min(at - latenessS * 1000, ...times) : -Infinity]
      }),
    )
  }
}

/** Those from which an answer may come. */
function datasetsOf(rules: KnownRequest['rules'], absence: LoadedCorrelation): string[] {
  const under = answersOf(absence.rules).flatMap((rule) => withThoseUnder(rules, rule).rules)
  return [...new Set(under.flatMap(({ logsource }) => streamsOf(logsource).map(({ dataset }) => dataset)))]
}

/** When the newest event of each dataset was, milliseconds. One of which nothing came for two weeks is one that the tenant does not have. */
async function readNewest(
  hunt: EventHunt,
  { tenantId, at, datasets }: { tenantId: TenantId; at: number; datasets: ReadonlySet<string> },
): Promise<ReadonlyMap<string, number>> {
  const newest = new Map<string, number>()
  for (const reach of REACHES_MS) {
    const missing = [...datasets].filter((dataset) => !newest.has(dataset))
    if (missing.length === 0) break
    const range = { from: isoTime(at - reach), to: isoTime(at) }
    const all = (await hunt.kinds(tenantId, range, BY)).map(({ kind }) => kind)
    for (const dataset of missing) {
      const kinds = all.filter((kind) => kind['event.dataset'] === dataset)
      const [event] = kinds.length > 0 ? await hunt.newest(tenantId, { range, kinds, limit: 1 }) : []
      if (event) newest.set(dataset, event.timeMs)
    }
  }
  return newest
}
