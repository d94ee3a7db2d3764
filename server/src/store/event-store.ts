import type { EcsEvent, NormalizedEvent } from '#domain/event.ts'
import type { TenantId } from '#domain/ids.ts'
import type { EventQuery, TimeRange } from '#domain/query.ts'

/**
 * The event store: ClickHouse, embedded or a server. Every method takes the tenant; there is no read without one.
 *
 * Exactly once: a batch carries a deterministic token, an event a deterministic `event.id`; storing either again changes
 * no result and no count.
 *
 * @throws AppError STORE_UNREACHABLE, STORE_REQUEST_REFUSED, QUERY_TOO_LARGE from every method.
 */
export interface EventStore {
  /** Creates or updates the schema. Safe to repeat. */
  migrate(): Promise<void>
  /** Stores a batch; resolves when it is durable. `token` names the batch's content (feed and blob, file and offset). */
  insert(tenantId: TenantId, token: string, events: readonly NormalizedEvent[]): Promise<void>
  /** Which of `ids` are stored. `times` are the events' own, ISO, in the same order: they bound what is read. */
  storedIds(tenantId: TenantId, ids: readonly string[], times: readonly string[]): Promise<Set<string>>
  /** A page of events, newest first. */
  search(tenantId: TenantId, request: EventSearch): Promise<EventPage>
  count(tenantId: TenantId, request: { range: TimeRange; query: EventQuery }): Promise<number>
  /** Counts per bucket over the whole range, empty buckets included, oldest first. */
  histogram(tenantId: TenantId, request: HistogramRequest): Promise<HistogramBucket[]>
  /** The most frequent values of a field, most first. */
  topValues(
    tenantId: TenantId,
    request: { range: TimeRange; query: EventQuery; field: string; limit: number },
  ): Promise<{ value: string; count: number }[]>
  /** One event with its original; undefined when the tenant has none of that id. */
  read(tenantId: TenantId, eventId: string): Promise<StoredEvent | undefined>
  /** Several at once, without their originals, in no order. */
  readMany(tenantId: TenantId, eventIds: readonly string[]): Promise<EcsEvent[]>
  /** True when the engine answers. */
  ping(): Promise<boolean>
  close(): Promise<void>
}

export interface EventSearch {
  range: TimeRange
  query: EventQuery
  /** 1 to 1,000. */
  limit: number
  /** From the page before; opaque. */
  cursor?: string
}

export interface EventPage {
  events: EcsEvent[]
  /** Absent on the last page. */
  nextCursor?: string
}

export interface HistogramRequest {
  range: TimeRange
  query: EventQuery
  intervalMs: number
}

export interface HistogramBucket {
  /** Start of the bucket, ISO. */
  time: string
  count: number
}

export interface StoredEvent {
  event: EcsEvent
  original: string
}
