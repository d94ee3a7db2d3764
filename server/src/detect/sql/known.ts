import { answersOf, type KnownUntil } from '#detect/correlate/absence.ts'
import { streamsOf } from '#detect/fields/logsources.ts'
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
    const newest = new Map<string, Promise<number | undefined>>()
    const newestOf = (dataset: string) => {
      const known = newest.get(dataset) ?? readNewest(hunt, { tenantId, dataset, at })
      newest.set(dataset, known)
      return known
    }
    const absences = rules.correlations.filter(({ type }) => type === 'absence')
    const known = absences.map(async ({ id, rules: over, latenessS = 0 }) => {
      const under = answersOf(over).flatMap((rule) => withThoseUnder(rules, rule).rules)
      const datasets = new Set(under.flatMap(({ logsource }) => streamsOf(logsource).map(({ dataset }) => dataset)))
      const times = (await Promise.all([...datasets].map(newestOf))).filter((time) => time !== undefined)
      return [id, times.length > 0 ? Math.min(at - latenessS * 1000, ...times) : -Infinity] as const
    })
    return new Map(await Promise.all(known))
  }
}

/** A dataset of which nothing came for two weeks is one that the tenant does not have. */
async function readNewest(
  hunt: EventHunt,
  { tenantId, dataset, at }: { tenantId: TenantId; dataset: string; at: number },
): Promise<number | undefined> {
  for (const reach of REACHES_MS) {
    const range = { from: isoTime(at - reach), to: isoTime(at) }
    const days = await hunt.kinds(tenantId, range, BY)
    const kinds = days.map(({ kind }) => kind).filter((kind) => kind['event.dataset'] === dataset)
    const [event] = kinds.length > 0 ? await hunt.newest(tenantId, { range, kinds, limit: 1 }) : []
    if (event) return event.timeMs
  }
  return undefined
}
