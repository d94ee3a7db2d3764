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
  /** Reading history for detection. */
  hunt: EventHunt
  /** Creates or updates the schema. Safe to repeat. */
  migrate(): Promise<void>
  /** An event as {@link EventStore.insert} takes it. @throws AppError STORE_REQUEST_REFUSED when its time is none. */
  encode(tenantId: TenantId, event: NormalizedEvent): EncodedEvent
  /**
   * Stores a batch; resolves when it is durable. `token` names the batch's content (feed and blob, file and offset). What was
   * encoded is used up then; where it rejects, the batch may be tried again.
   *
   * @throws AppError STORE_REQUEST_REFUSED also for an event that was encoded for another tenant, or stored before; nothing is
   *   stored then.
   */
  insert(tenantId: TenantId, token: string, events: readonly EncodedEvent[]): Promise<void>
  /** The ids of those events that are stored. */
  storedIds(tenantId: TenantId, events: readonly EventKey[]): Promise<Set<string>>
  /** A page of events, newest first unless asked otherwise. */
  search(tenantId: TenantId, request: EventSearch): Promise<EventPage>
  count(tenantId: TenantId, request: { range: TimeRange; query: EventQuery }): Promise<number>
  /** Counts per bucket over the whole range, empty buckets included, oldest first. */
  histogram(tenantId: TenantId, request: HistogramRequest): Promise<HistogramBucket[]>
  /** The most frequent values of a field, most first; those that begin with `prefix`, in any case. */
  topValues(
    tenantId: TenantId,
    request: { range: TimeRange; query: EventQuery; field: string; limit: number; prefix?: string },
  ): Promise<{ value: string; count: number }[]>
  /** The same for several fields in one pass, in the order asked for; also how many values there are, and events without. */
  facets(
    tenantId: TenantId,
    request: { range: TimeRange; query: EventQuery; fields: readonly string[]; limit: number },
  ): Promise<{ total: number; facets: Facet[] }>
  /** Everything that fits, oldest first, in pieces of some megabytes; memory does not grow with how much there is. */
  everything(
    tenantId: TenantId,
    request: { range: TimeRange; query: EventQuery; originals?: boolean },
  ): AsyncGenerator<ExportedEvent[]>
  /** One event with its original; undefined when the tenant has none of that id. */
  read(tenantId: TenantId, eventId: string): Promise<StoredEvent | undefined>
  /** Several at once, without their originals, in no order. */
  readMany(tenantId: TenantId, eventIds: readonly string[]): Promise<EcsEvent[]>
  /**
   * Events in the order in which they came to be stored, from a cursor on: what is read once to its end, again and again,
   * misses none, however late its own time or however slowly it was stored. An event that is stored twice may come twice.
   */
  arrivals(tenantId: TenantId, request: ArrivalRequest): Promise<ArrivalPage>
  /**
   * At which times are the events that came to be stored since: stretches of ten minutes, by their beginnings (ms since the epoch), in
   * order. As {@link arrivals} it misses none, asked again from `untilMs` on. Without `afterMs` it tells the present `untilMs` alone.
   */
  arrivedTimes(tenantId: TenantId, afterMs?: number): Promise<{ stretches: number[]; untilMs: number }>
  /** How many events {@link arrivals} has still to give from there, and when the first of them came (ms since the epoch). */
  backlog(tenantId: TenantId, request: Omit<ArrivalRequest, 'limit'>): Promise<{ count: number; sinceMs?: number }>
  /** What there is of each dataset, by name. */
  datasets(tenantId: TenantId): Promise<{ dataset: string; events: number; oldest: string }[]>
  /** How many events of a dataset have an earlier time. */
  countBefore(tenantId: TenantId, request: { dataset: string; before: string }): Promise<number>
  /** Deletes those for good. Resolves when it was begun: a large deletion takes minutes. */
  removeBefore(tenantId: TenantId, request: { dataset: string; before: string }): Promise<void>
  /** The fields that have a column of their own from the beginning. */
  columns(): { name: string; isNumber: boolean }[]
  /** The fields of documents that were given one, for all tenants. */
  promotedFields(): Promise<PromotedField[]>
  /** Gives a field a column; fast from then on for new events, soon for old ones. @throws AppError REQUEST_INVALID. */
  promote(field: Omit<PromotedField, 'state'>): Promise<PromotedField>
  /** Takes the column away again; the field stays in the documents. False when there is none. */
  demote(name: string): Promise<boolean>
  /** @throws AppError QUERY_SYNTAX_INVALID, QUERY_TOO_LARGE where a search with this term would. */
  checkTerm(term: EventQuery): void
  /** True when the engine answers. */
  ping(): Promise<boolean>
  close(): Promise<void>
}

/** What detection asks of history: see detect/sql/back-test.ts. */
export interface EventHunt {
  /** The fields in which texts can be sought without reading whole events. */
  readonly fields: HuntedFields
  /**
   * The kinds of events in a range, and how many of each there are on each day, oldest day first.
   *
   * @param by fields of few values each, which have one value an event.
   */
  kinds(tenantId: TenantId, range: TimeRange, by: readonly KindField[]): Promise<KindsOfDay[]>
  /** The newest events of some kinds. */
  newest(
    tenantId: TenantId,
    request: { range: TimeRange; kinds: readonly EventKind[]; limit: number },
  ): Promise<EventKey[]>
  /** The events that are wanted for one reason or another; oldest first, in pieces of some megabytes. */
  candidates(
    tenantId: TenantId,
    request: { range: TimeRange; wanted: readonly Wanted[]; originals: boolean },
  ): AsyncGenerator<ExportedEvent[]>
}

/**
 * By path. `own`: ECS fields, which we name and of which each value is a text. `record`: what Microsoft named and wrote, here if it
 * is in this case; what is no text is sought in as JSON.
 */
export type HuntedFields = ReadonlyMap<string, 'own' | 'record'>

/** ECS fields of few values; the names of the columns of an {@link EventKind}. */
export const KIND_FIELDS = [
  'event.dataset',
  'event.action',
  'event.code',
  'event.provider',
  'event.outcome',
  'event.kind',
] as const
export type KindField = (typeof KIND_FIELDS)[number]

/** What an event is told by first: the values of the fields that were asked for, empty where an event has none. */
export type EventKind = Readonly<Partial<Record<KindField, string>>>

export interface KindsOfDay {
  kind: EventKind
  /** In UTC. */
  day: string
  count: number
}

/** Events of some kinds: all of them, or those that hold one of the texts, in any case. */
export interface Wanted {
  /** Each by its dataset, its action, and what further fields it has. */
  kinds: readonly EventKind[]
  sought?: {
    /** One of `fields`; absent: anywhere in the event. */
    field?: string
    /** Of ASCII letters, digits and what JSON does not escape. The empty text is found where the field has no value. */
    texts: readonly string[]
  }
}

/** What makes an event one within its tenant. */
export interface EventKey {
  id: string
  /** Since the epoch, as the store keeps it. */
  timeMs: number
}

/**
 * An event in the store's own bytes. Encoding comes apart from inserting so that a batch that waits to be stored holds
 * bytes instead of thousands of events, which would cost several times the memory and the garbage collector's time.
 */
export interface EncodedEvent extends EventKey {
  tenantId: TenantId
  row: Buffer
}

export interface EventSearch {
  range: TimeRange
  query: EventQuery
  /** 1 to 1,000. */
  limit: number
  /** By time, events of one moment by id; `desc` when absent. */
  order?: 'desc' | 'asc'
  /** From the page before, of the same order; opaque. */
  cursor?: string
  /** Only those behind this one, in the order; where there is no cursor. */
  behind?: EventKey
  /**
   * Find the page by counting first, over time, all that fits: for searches whose total is asked for at the same moment, which then
   * is one look for both, and for searches that little fits. Without, reading ends with the page: sooner where much fits.
   */
  counted?: boolean
}

export interface EventPage {
  events: EcsEvent[]
  /** Absent on the last page. */
  nextCursor?: string
}

export interface ArrivalRequest {
  query: EventQuery
  /** From the page before; all there is when absent. */
  after?: ArrivalCursor
  /** 1 to 10,000; a page has fewer also where they would be too many bytes. */
  limit: number
}

/** The length of a stretch that {@link EventStore.arrivedTimes} tells of. */
export const ARRIVAL_STRETCH_MS = 600_000

/** The place of an event in the order of arrival: when it was stored, its own time (ms since the epoch), its id. */
export interface ArrivalCursor {
  arrivedMs: number
  timeMs: number
  id: string
}

export interface ArrivalPage {
  events: ArrivedEvent[]
  /** Where to go on. Also without events: what does not fit the query is passed. */
  next: ArrivalCursor
  /** Nothing more had arrived. */
  isLast: boolean
}

export interface ArrivedEvent extends ArrivalCursor {
  dataset: string
  /** The event as JSON, as it was stored. */
  document: string
}

export interface HistogramRequest {
  range: TimeRange
  query: EventQuery
  intervalMs: number
  /** A moment at which a bucket begins; the first one then begins at the range's start or before it. */
  originMs?: number
}

export interface Facet {
  field: string
  /** The most frequent first. An event with two values counts for both. */
  values: { value: string; count: number }[]
  distinct: number
  /** Events without a value. */
  missing: number
}

export interface ExportedEvent extends EventKey {
  /** The event as JSON, as it was stored. */
  document: string
  original?: string
}

/** A field of the documents with a column of its own. */
export interface PromotedField {
  /** Dotted path. */
  name: string
  type: 'keyword' | 'ip' | 'number' | 'date' | 'boolean'
  createdBy: string
  createdAt: string
  /** `filling` while events stored before get it; it can be searched meanwhile. */
  state: 'filling' | 'ready'
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
