import { AppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { EventQuery, TimeRange } from '#domain/query.ts'
import type { EventKey } from '#store/event-store.ts'

import type { ClickHouse } from './client.ts'
import type { Column } from './columns.ts'
import { Params } from './params.ts'
import { toCondition } from './query.ts'

/** What one search may use before it ends with QUERY_TOO_LARGE. */
export interface SearchLimits {
  maxSeconds: number
  maxMemoryMb: number
}

export interface Scope {
  range: TimeRange
  query: EventQuery
}

/** What all reading of events has in common: the limits, the tenant and the time in every statement, each event once. */
export interface Reader {
  /** The table. */
  events: string
  /** Columns that somebody asked for, by path, as they are known just now. */
  promoted: ReadonlyMap<string, Column>
  /** `maxSeconds` where nobody waits before the page: the limit of searches otherwise. */
  select<Row>(sql: string, params: Params, maxSeconds?: number): Promise<Row[]>
  /**
   * As `select`, for what several questions have in common: a page, its total and its histogram are asked for at once. Those
   * asked while the statement runs get its answer, unless something was stored in between.
   */
  share<Row>(sql: string, params: Params): Promise<readonly Row[]>
  /** Something was stored: what is asked from now on has to see it. */
  stored(): void
  /** What every read of events starts with: the tenant, the time, the query. */
  whereOf(tenantId: TenantId, scope: Scope, params: Params): string
  /** A SELECT of something of each event that fits, once for each. */
  each(columns: string, where: string, params: Params): string
}

const DOCUMENT_SETTINGS = {
  // A block of the default 65,000 documents would take hundreds of megabytes.
  max_block_size: '1024',
  // By default a second thread takes part from 160,000 rows on; a page of documents that lie far apart is as much work in few.
  merge_tree_min_rows_for_concurrent_read: '1000',
  merge_tree_min_bytes_for_concurrent_read: '1000000',
} as const

export function createReader(
  clickhouse: ClickHouse,
  events: string,
  limits: SearchLimits,
  promoted: ReadonlyMap<string, Column>,
): Reader {
  const settings = {
    max_memory_usage: String(limits.maxMemoryMb * 1_000_000),
    // An event's copies are in one partition, as its time decides that.
    do_not_merge_across_partitions_select_final: 1 as const,
    // By itself the engine begins with the smaller column, and has looked for a block of addresses in every row before it looks
    // at anything else; query.ts writes what costs little first.
    allow_reorder_prewhere_conditions: 0 as const,
  }
  const select = <Row>(sql: string, params: Params, maxSeconds = limits.maxSeconds): Promise<Row[]> =>
    clickhouse.rows(sql, params.values, {
      ...settings,
      max_execution_time: maxSeconds,
      ...(params.readsDocuments ? DOCUMENT_SETTINGS : {}),
    })
  const running = new Map<string, Promise<readonly unknown[]>>()
  return {
    events,
    promoted,
    select,

    share<Row>(sql: string, params: Params) {
      const question = JSON.stringify([sql, params.values])
      const asked = running.get(question)
      if (asked) return asked as Promise<readonly Row[]>
      const answer = select<Row>(sql, params).finally(() => {
        if (running.get(question) === answer) running.delete(question)
      })
      running.set(question, answer)
      return answer
    },
    stored: () => running.clear(),

    whereOf(tenantId, { range, query }, params) {
      const tenant = `tenant_id = ${params.uuid(tenantId)}`
      const time = `time >= ${params.time(moment(range.from))} AND time < ${params.time(moment(range.to))}`
      return `${tenant} AND ${time} AND (${toCondition(query, params, promoted)})`
    },

    // FINAL is the cheaper way, but would carry whole documents through its merge; where those are read, the keys seen are
    // remembered instead.
    each: (columns, where, params) =>
      params.readsDocuments
        ? `SELECT ${columns} FROM ${events} WHERE ${where} LIMIT 1 BY time, event_id`
        : `SELECT ${columns} FROM ${events} FINAL WHERE ${where}`,
  }
}

/** An event that a search found: its time in milliseconds, and the hash of its id, which costs a fifth of the id to read. */
export type Found = readonly [timeMs: number, hash: string]

/** An event's time in milliseconds, which are exact in a Float64, and JSON does not quote. */
const MOMENT = 'toFloat64(toUnixTimestamp64Milli(time)) AS timeMs'
/** An {@link EventKey} in SQL. */
export const KEY = `${MOMENT}, event_id AS id`

export function nameOf({ timeMs, id }: EventKey): string {
  return `${timeMs} ${id}`
}

/** As a subquery: the engine makes a set of it and skips with the set what the primary key rules out. */
export function hasKey(keys: readonly EventKey[], params: Params): string {
  const times = params.times(keys.map((key) => key.timeMs))
  const ids = params.texts(keys.map((key) => key.id))
  return `(time, event_id) IN (SELECT arrayJoin(arrayZip(${times}, ${ids})))`
}

/** As {@link hasKey}, of events of which the hash is known and not the id. */
export function hasHash(found: readonly Found[], params: Params): string {
  const times = params.times(found.map(([timeMs]) => timeMs))
  const hashes = params.texts(found.map(([, hash]) => hash))
  return `(time, event_hash) IN (SELECT arrayJoin(arrayZip(${times}, arrayMap(h -> toUInt64(h), ${hashes}))))`
}

/** Events behind that one in an order; the first half lets the primary key skip what the second alone would read. */
export function isBehind({ timeMs, id }: EventKey, order: Order, params: Params): string {
  const at = params.time(timeMs)
  return `time ${order.beyond}= ${at} AND (time, event_id) ${order.beyond} (${at}, ${params.text(id)})`
}

export const ORDERS = {
  asc: { by: 'time ASC, event_id ASC', beyond: '>' },
  desc: { by: 'time DESC, event_id DESC', beyond: '<' },
} as const
export type Order = (typeof ORDERS)[keyof typeof ORDERS]

/** Rows in the order of their keys, of which copies lie side by side: each once. */
export function onceEach<Row extends EventKey>(rows: readonly Row[]): Row[] {
  return rows.filter((row, index) => index === 0 || nameOf(row) !== nameOf(rows[index - 1]!))
}

export function moment(iso: string): number {
  const ms = Date.parse(iso)
  if (!Number.isNaN(ms)) return ms
  throw new AppError({
    code: 'REQUEST_INVALID',
    what: 'The time range cannot be used.',
    why: `\`${iso.slice(0, 40)}\` is not a time.`,
    fix: 'Give `from` and `to` as ISO 8601, for instance `2026-11-20T08:00:00Z`.',
  })
}

export function tooMany(why: string): AppError {
  return new AppError({ code: 'QUERY_TOO_LARGE', what: 'The search was not run.', why, fix: 'Ask for fewer at once.' })
}
