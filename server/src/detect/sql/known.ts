import { answersOf, type KnownUntil } from '#detect/correlate/absence.ts'
import { streamsOf } from '#detect/fields/logsources.ts'
import { withThoseUnder } from '#detect/under.ts'
import { isoTime } from '#domain/clock.ts'
import type { TenantId } from '#domain/ids.ts'
import type { EventHunt } from '#store/event-store.ts'

import type { HuntRequest } from './back-test.ts'

/** A dataset of which nothing came for so long is one that the tenant does not have. */
const STILL_MS = 14 * 86_400_000

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

async function readNewest(
  hunt: EventHunt,
  { tenantId, dataset, at }: { tenantId: TenantId; dataset: string; at: number },
): Promise<number | undefined> {
  const range = { from: isoTime(at - STILL_MS), to: isoTime(at) }
  const [event] = await hunt.newest(tenantId, { range, kinds: [{ 'event.dataset': dataset }], limit: 1 })
  return event?.timeMs
}
