import { AppError } from '#domain/errors.ts'
import type { EcsEvent } from '#domain/event.ts'
import type { TenantId } from '#domain/ids.ts'
import type { EventQuery, TimeRange } from '#domain/query.ts'
import type { EventKey, EventSearch, EventStore, HistogramBucket, HistogramRequest } from '#store/event-store.ts'
import { createArrivals } from './arrivals.ts'
import type { ClickHouse } from './client.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { insertEvents } from './insert.ts'
import { Params } from './params.ts'
import { toCondition, valuesOf } from './query.ts'
import { createEncoder } from './rows.ts'
import { eventTables } from './schema.ts'

/** What one search may use before it ends with QUERY_TOO_LARGE. */
export interface SearchLimits {
  maxSeconds: number
  maxMemoryMb: number
}

export interface EventStoreOptions {
  /** Name of the cluster (in its `remote_servers`); absent for a single server and the embedded engine. */
  cluster?: string
  limits: SearchLimits
}

interface Scope {
  range: TimeRange
  query: EventQuery
}

const MAX_PAGE = 1_000
const MAX_BUCKETS = 10_000
/** Events to read rather than to look up. */
const FEW = 500

/** The event store over any ClickHouse. Closing it closes the client. */
export function createEventStore(clickhouse: ClickHouse, options: EventStoreOptions): EventStore {
  const { events, processes, statements } = eventTables(options.cluster)
  const settings = {
    max_execution_time: options.limits.maxSeconds,
    max_memory_usage: String(options.limits.maxMemoryMb * 1_000_000),
    // An event's copies are in one partition, as its time decides that.
    do_not_merge_across_partitions_select_final: 1 as const,
  }
  const select = <Row>(sql: string, params: Params): Promise<Row[]> =>
    clickhouse.rows<Row>(sql, params.values, {
      ...settings,
      // A block of the default 65,000 documents would take hundreds of megabytes.
      ...(params.readsDocuments ? { max_block_size: '1024' } : {}),
    })

  /**
   * Something of each event that fits, once for each. FINAL is the cheaper way, but would carry whole documents through
   * its merge; where those are read, the keys seen are remembered instead.
   */
  const each = (columns: string, where: string, params: Params): string =>
    params.readsDocuments
      ? `SELECT ${columns} FROM ${events} WHERE ${where} LIMIT 1 BY time, event_id`
      : `SELECT ${columns} FROM ${events} FINAL WHERE ${where}`

  /** The documents of events by identity: a jump through the primary key, so that a search reads none it does not show. */
  async function documents(tenantId: TenantId, keys: readonly EventKey[], order = 'DESC'): Promise<EcsEvent[]> {
    if (keys.length === 0) return []
    const params = new Params()
    params.readsDocuments = true
    const rows = await select<{ event: string }>(
      `SELECT event FROM ${events} WHERE tenant_id = ${params.uuid(tenantId)}
        AND ${hasKey(keys, params)}
        ORDER BY time ${order}, event_id ${order} LIMIT 1 BY time, event_id`,
      params,
    )
    return rows.map((row) => JSON.parse(row.event) as EcsEvent)
  }

  /**
   * What is stored from the first to the last of these times, unless that is more than a few: most batches are a new
   * stretch of a log, of which a look at the times says that hardly anything is stored, and no id need be looked up.
   */
  async function storedAround(tenantId: TenantId, keys: readonly EventKey[]): Promise<EventKey[] | undefined> {
    const times = keys.map((key) => key.timeMs)
    const params = new Params()
    const rows = await select<EventKey>(
      `SELECT ${KEY} FROM ${events} WHERE tenant_id = ${params.uuid(tenantId)}
        AND time >= ${params.time(Math.min(...times))} AND time <= ${params.time(Math.max(...times))}
        LIMIT ${params.integer(FEW + 1)}`,
      params,
    )
    return rows.length > FEW ? undefined : rows
  }

  return {
    async migrate() {
      for (const statement of statements) await clickhouse.run(statement)
    },

    encode: createEncoder(),

    insert: (tenantId, token, batch) => insertEvents(clickhouse, events, tenantId, token, batch),

    async storedIds(tenantId, keys) {
      if (keys.length === 0) return new Set()
      const neighbors = keys.length > FEW ? await storedAround(tenantId, keys) : undefined
      if (neighbors) {
        const found = new Set(neighbors.map(nameOf))
        return new Set(keys.filter((key) => found.has(nameOf(key))).map(({ id }) => id))
      }
      const params = new Params()
      const rows = await select<{ id: string }>(
        `SELECT DISTINCT event_id AS id FROM ${events} WHERE tenant_id = ${params.uuid(tenantId)}
          AND ${hasKey(keys, params)}`,
        params,
      )
      return new Set(rows.map((row) => row.id))
    },

    async search(tenantId, request) {
      const [order, beyond] = request.order === 'asc' ? (['ASC', '>'] as const) : (['DESC', '<'] as const)
      const keys = await findKeys(request)
      const page = keys.slice(0, request.limit)
      const last = page.at(-1)
      const more = keys.length > request.limit && last !== undefined
      return {
        events: await documents(tenantId, page, order),
        ...(more ? { nextCursor: encodeCursor({ time: last.timeMs, id: last.id }) } : {}),
      }

      async function findKeys({ cursor, limit, ...scope }: EventSearch): Promise<EventKey[]> {
        if (limit > MAX_PAGE) throw tooMany(`A page has at most ${MAX_PAGE} events.`)
        const params = new Params()
        const where = [whereOf(tenantId, scope, params)]
        if (cursor !== undefined) {
          const { time, id } = decodeCursor(cursor)
          const at = params.time(time)
          // The first half lets the primary key skip what the second alone would read.
          where.push(`time ${beyond}= ${at} AND (time, event_id) ${beyond} (${at}, ${params.text(id)})`)
        }
        return await select<EventKey>(
          `SELECT ${KEY} FROM ${events} WHERE ${where.join(' AND ')}
            ORDER BY time ${order}, event_id ${order} LIMIT 1 BY time, event_id LIMIT ${params.integer(limit + 1)}`,
          params,
        )
      }
    },

    async count(tenantId, scope) {
      const params = new Params()
      const [row] = await select<{ total: string }>(
        `SELECT toString(count()) AS total FROM (${each('1', whereOf(tenantId, scope, params), params)})`,
        params,
      )
      return Number(row?.total ?? 0)
    },

    async histogram(tenantId, request) {
      const { from, buckets } = emptyBuckets(request)
      const params = new Params()
      const start = params.integer(from)
      const found = each('toUnixTimestamp64Milli(time) AS ms', whereOf(tenantId, request, params), params)
      const rows = await select<{ bucket: number; total: string }>(
        `SELECT toUInt32(intDiv(ms - ${start}, ${params.integer(request.intervalMs)})) AS bucket, toString(count()) AS total
          FROM (${found}) GROUP BY bucket`,
        params,
      )
      for (const row of rows) {
        const bucket = buckets[row.bucket]
        if (bucket !== undefined) bucket.count = Number(row.total)
      }
      return buckets
    },

    async topValues(tenantId, { field, limit, ...scope }) {
      const params = new Params()
      const values = `arrayDistinct(${valuesOf(field, params)}) AS distinct_values`
      const found = each(values, whereOf(tenantId, scope, params), params)
      const rows = await select<{ value: string; total: string }>(
        `SELECT arrayJoin(distinct_values) AS value, toString(count()) AS total FROM (${found}) GROUP BY value HAVING value != '' ORDER BY count() DESC, value LIMIT ${params.integer(limit)}`,
        params,
      )
      return rows.map((row) => ({ value: row.value, count: Number(row.total) }))
    },

    async read(tenantId, eventId) {
      const params = new Params()
      // The folded comparison is the one the bloom filter knows, the exact one is what identity means.
      const id = params.text(eventId)
      const [row] = await select<{ event: string; original: string }>(
        `SELECT event, original FROM ${events} WHERE tenant_id = ${params.uuid(tenantId)} 
          AND lowerUTF8(event_id) = lowerUTF8(${id}) AND event_id = ${id} LIMIT 1`,
        params,
      )
      return row && { event: JSON.parse(row.event) as EcsEvent, original: row.original }
    },

    async readMany(tenantId, eventIds) {
      if (eventIds.length === 0) return []
      const params = new Params()
      const keys = await select<EventKey>(
        `SELECT DISTINCT ${KEY} FROM ${events} WHERE tenant_id = ${params.uuid(tenantId)}
          AND event_id IN (SELECT arrayJoin(${params.texts(eventIds)}))`,
        params,
      )
      return await documents(tenantId, keys)
    },

    ...createArrivals({ events, processes }, select),
    ping: () => clickhouse.ping(),
    close: () => clickhouse.close(),
  }
}

/** An {@link EventKey} in SQL; milliseconds are exact in a Float64, which JSON does not quote. */
const KEY = 'toFloat64(toUnixTimestamp64Milli(time)) AS timeMs, event_id AS id'

function nameOf({ timeMs, id }: EventKey): string {
  return `${timeMs} ${id}`
}

/** As a subquery: the engine makes a set of it and skips with the set what the primary key rules out. */
function hasKey(keys: readonly EventKey[], params: Params): string {
  const times = params.times(keys.map((key) => key.timeMs))
  const ids = params.texts(keys.map((key) => key.id))
  return `(time, event_id) IN (SELECT arrayJoin(arrayZip(${times}, ${ids})))`
}

/** What every read of events starts with: the tenant, the time, the query. */
function whereOf(tenantId: TenantId, { range, query }: Scope, params: Params): string {
  const tenant = `tenant_id = ${params.uuid(tenantId)}`
  const time = `time >= ${params.time(moment(range.from))} AND time < ${params.time(moment(range.to))}`
  return `${tenant} AND ${time} AND (${toCondition(query, params)})`
}

function emptyBuckets({ range, intervalMs }: HistogramRequest): { from: number; buckets: HistogramBucket[] } {
  const from = moment(range.from)
  const length = Math.ceil((moment(range.to) - from) / intervalMs)
  if (!(length <= MAX_BUCKETS)) throw tooMany(`A histogram has at most ${MAX_BUCKETS} buckets.`)
  const buckets = Array.from({ length: Math.max(length, 0) }, (_, index) => ({
    time: new Date(from + index * intervalMs).toISOString(),
    count: 0,
  }))
  return { from, buckets }
}

function moment(iso: string): number {
  const ms = Date.parse(iso)
  if (!Number.isNaN(ms)) return ms
  throw new AppError({
    code: 'REQUEST_INVALID',
    what: 'The time range cannot be used.',
    why: `\`${iso.slice(0, 40)}\` is not a time.`,
    fix: 'Give `from` and `to` as ISO 8601, for instance `2026-11-20T08:00:00Z`.',
  })
}

function tooMany(why: string): AppError {
  return new AppError({ code: 'QUERY_TOO_LARGE', what: 'The search was not run.', why, fix: 'Ask for fewer at once.' })
}
