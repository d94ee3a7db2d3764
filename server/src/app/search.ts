import type { EcsEvent } from '#domain/event.ts'
import { AppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { EventQuery, TimeRange } from '#domain/query.ts'
import type { EventStore, Facet, HistogramBucket, StoredEvent } from '#store/event-store.ts'

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
  /** `buckets` at most, and one more where the span begins within one; all of one length that people read. */
  histogram(
    tenantId: TenantId,
    filter: EventFilter & { buckets: number },
  ): Promise<{ intervalMs: number; buckets: HistogramBucket[] }>
  /** Those that begin with `prefix`, in any case. */
  topValues(
    tenantId: TenantId,
    filter: EventFilter & { field: string; limit: number; prefix?: string },
  ): Promise<{ value: string; count: number }[]>
  facets(
    tenantId: TenantId,
    filter: EventFilter & { fields: readonly string[]; limit: number },
  ): Promise<{ total: number; facets: Facet[] }>
  /** @throws AppError EVENT_NOT_FOUND. */
  read(tenantId: TenantId, eventId: string): Promise<StoredEvent>
  /** What happened before and after an event, the nearest first. @throws AppError EVENT_NOT_FOUND. */
  surrounding(
    tenantId: TenantId,
    eventId: string,
    request: { before: number; after: number; query?: string | undefined },
  ): Promise<{ before: EcsEvent[]; after: EcsEvent[] }>
  /** The span and the query as the store takes them. */
  parse(filter: EventFilter): { range: TimeRange; query: EventQuery }
}

export function createSearch(events: EventStore, parseQuery: (text: string) => EventQuery): Search {
  const queryOf = (query: string | undefined): EventQuery => (query?.trim() ? parseQuery(query) : { kind: 'all' })
  const asked = ({ from, to, query }: EventFilter): { range: TimeRange; query: EventQuery } => {
    if (Date.parse(from) >= Date.parse(to)) throw rangeEmpty(from, to)
    return { range: { from, to }, query: queryOf(query) }
  }

  async function read(tenantId: TenantId, eventId: string): Promise<StoredEvent> {
    const found = await events.read(tenantId, eventId)
    if (found) return found
    throw new AppError({
      code: 'EVENT_NOT_FOUND',
      what: 'Could not open the event.',
      why: `The tenant has no event ${eventId}.`,
      fix: 'Search for it on the Events page, in a wider time range.',
    })
  }

  return {
    parse: asked,

    async page(tenantId, { limit, order = 'desc', cursor, ...filter }) {
      const begun = performance.now()
      const request = asked(filter)
      const [page, total] = await Promise.all([
        events.search(tenantId, { ...request, limit, order, counted: true, ...(cursor !== undefined && { cursor }) }),
        events.count(tenantId, request),
      ])
      return { ...page, total, tookMs: Math.round(performance.now() - begun) }
    },

    async histogram(tenantId, { buckets, ...filter }) {
      const intervalMs = intervalFor(Date.parse(filter.to) - Date.parse(filter.from), buckets)
      const request = { ...asked(filter), intervalMs, originMs: MONDAY }
      return { intervalMs, buckets: await events.histogram(tenantId, request) }
    },

    topValues: (tenantId, { field, limit, prefix = '', ...filter }) =>
      events.topValues(tenantId, { ...asked(filter), field, limit, prefix }),

    facets: (tenantId, { fields, limit, ...filter }) => events.facets(tenantId, { ...asked(filter), fields, limit }),

    read,

    async surrounding(tenantId, eventId, { before, after, query }) {
      const { event } = await read(tenantId, eventId)
      const at = Date.parse(event['@timestamp'])
      const behind = { timeMs: at, id: event.event.id }
      const around = async (order: 'asc' | 'desc', limit: number) => {
        if (limit === 0) return []
        const range = order === 'asc' ? { from: isoOf(at), to: END } : { from: START, to: isoOf(at + 1) }
        return (await events.search(tenantId, { range, query: queryOf(query), order, limit, behind })).events
      }
      const [older, newer] = await Promise.all([around('desc', before), around('asc', after)])
      return { before: older, after: newer }
    },
  }
}

const START = '1900-01-01T00:00:00.000Z'
const END = '2299-12-31T00:00:00.000Z'

function isoOf(ms: number): string {
  return new Date(ms).toISOString()
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
/** Hours and days begin on their borders in UTC; weeks on a Monday, as the first of 1970 did. */
const MONDAY = Date.UTC(1970, 0, 5)

/** The shortest readable interval with which `spanMs` takes at most `buckets`; one more may touch the span's ends. */
function intervalFor(spanMs: number, buckets: number): number {
  const least = spanMs / buckets
  return INTERVALS.find((interval) => interval >= least) ?? Math.ceil(least / DAY) * DAY
}
