import type { EcsEvent } from '#domain/event.ts'
import { AppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { EventQuery, TimeRange } from '#domain/query.ts'
import type { EventStore, HistogramBucket, StoredEvent } from '#store/event-store.ts'

/** What a person asks for: a span and a query as typed (KQL); no query means everything. */
export interface EventFilter {
  from: string
  to: string
  query?: string | undefined
}

/** Searching events. @throws AppError REQUEST_INVALID, QUERY_SYNTAX_INVALID with the position, QUERY_TOO_LARGE. */
export interface Search {
  page(
    tenantId: TenantId,
    filter: EventFilter & { limit: number; order?: 'desc' | 'asc'; cursor?: string | undefined },
  ): Promise<{ events: EcsEvent[]; nextCursor?: string; total: number; tookMs: number }>
  /** `buckets` at most, all of one length, from the start of the span on. */
  histogram(
    tenantId: TenantId,
    filter: EventFilter & { buckets: number },
  ): Promise<{ intervalMs: number; buckets: HistogramBucket[] }>
  topValues(
    tenantId: TenantId,
    filter: EventFilter & { field: string; limit: number },
  ): Promise<{ value: string; count: number }[]>
  /** @throws AppError EVENT_NOT_FOUND. */
  read(tenantId: TenantId, eventId: string): Promise<StoredEvent>
}

export function createSearch(events: EventStore, parseQuery: (text: string) => EventQuery): Search {
  const asked = ({ from, to, query }: EventFilter): { range: TimeRange; query: EventQuery } => {
    if (Date.parse(from) >= Date.parse(to)) throw rangeEmpty(from, to)
    return { range: { from, to }, query: query?.trim() ? parseQuery(query) : { kind: 'all' } }
  }
  return {
    async page(tenantId, { limit, order = 'desc', cursor, ...filter }) {
      const begun = performance.now()
      const request = asked(filter)
      const [page, total] = await Promise.all([
        events.search(tenantId, { ...request, limit, order, ...(cursor !== undefined && { cursor }) }),
        events.count(tenantId, request),
      ])
      return { ...page, total, tookMs: Math.round(performance.now() - begun) }
    },
    async histogram(tenantId, { buckets, ...filter }) {
      const intervalMs = intervalFor(Date.parse(filter.to) - Date.parse(filter.from), buckets)
      return { intervalMs, buckets: await events.histogram(tenantId, { ...asked(filter), intervalMs }) }
    },
    topValues: (tenantId, { field, limit, ...filter }) =>
      events.topValues(tenantId, { ...asked(filter), field, limit }),
    async read(tenantId, eventId) {
      const found = await events.read(tenantId, eventId)
      if (found) return found
      throw new AppError({
        code: 'EVENT_NOT_FOUND',
        what: 'Could not open the event.',
        why: `The tenant has no event ${eventId}.`,
        fix: 'Search for it on the Events page, in a wider time range.',
      })
    },
  }
}

function rangeEmpty(from: string, to: string): AppError {
  return new AppError({
    code: 'REQUEST_INVALID',
    what: 'Could not search the events.',
    why: `The time range ends at ${to}, which is not after its start ${from}.`,
    fix: 'Choose an end after the start.',
  })
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Lengths that people read on an axis. */
const INTERVALS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 30].map((n) => n * DAY),
]

/** The shortest readable interval with which `spanMs` takes at most `buckets`; one more may touch the span's ends. */
function intervalFor(spanMs: number, buckets: number): number {
  const least = spanMs / buckets
  return INTERVALS.find((interval) => interval >= least) ?? Math.ceil(least / DAY) * DAY
}
