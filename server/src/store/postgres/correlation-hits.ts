import { createHash } from 'node:crypto'

import { sql } from 'kysely'

import type { TenantId } from '#domain/ids.ts'
import type { CorrelationHit } from '#domain/rule.ts'
import type { RecordStore } from '#store/record-store.ts'

import { toJson } from './database.ts'
import type { Database } from './schema.ts'

/** Hits in a row at most. */
const HITS_A_ROW = 500
/** Rows that are read at once at most: a back-fill brings them with few hits each. */
const ROWS_A_PAGE = 1_000
/** Hits to read at once, so that what is in memory stays near some megabytes; by time in whole rows: so many, or those of one stretch. */
const HITS_A_PAGE = 5_000
const MINUTE_MS = 60_000
/** A row's hits are of so many minutes, from a multiple of them on; those of earlier versions are of the first alone. */
const ROW_MINUTES = 10

/**
 * Hits in two orders: of their events' time, and of the transactions that wrote them. In the latter only what ended before the
 * oldest transaction that still runs is read (as in alert-changes.ts): nothing can show up there any more.
 *
 * A row has many hits of ten minutes: rules that only serve correlations may match a large part of all events, and what a row
 * costs is then what storing costs. A hit may be in several rows; readers by time get it once, as it was told last.
 */
export function correlationHits(db: Database): RecordStore['correlationHits'] {
  /** Stretches of time that have hits, by their first minutes, in order, with how many. */
  async function stretchesOf(tenantId: TenantId, first: number, last: number) {
    const stretch = sql<string>`minute - mod(minute, ${sql.lit(ROW_MINUTES)})`
    const rows = await db
      .selectFrom('correlationHits')
      .select([stretch.as('minute'), (eb) => eb.fn.sum<string>('count').as('hits')])
      .where('tenantId', '=', tenantId)
      .where(sql<boolean>`minute between ${first}::bigint and ${last}::bigint`)
      .groupBy(stretch)
      .orderBy('minute')
      .execute()
    return rows.map(({ minute, hits }) => ({ minute: Number(minute), hits: Number(hits) }))
  }

  async function hitsIn(tenantId: TenantId, first: number, last: number): Promise<CorrelationHit[]> {
    const rows = await db
      .selectFrom('correlationHits')
      .select('hits')
      .where('tenantId', '=', tenantId)
      .where(sql<boolean>`minute between ${first}::bigint and ${last}::bigint`)
      .orderBy('changedIn')
      .orderBy('id')
      .execute()
    const told = new Map(rows.flatMap(({ hits }) => read(hits).map((hit) => [hit.eventId, hit])))
    return inOrder([...told.values()])
  }

  return {
    async add(tenantId, hits) {
      // In one order, so that two writers with the same hits wait for each other instead of dead-locking.
      const rows = rowsOf(hits).toSorted((a, b) => (a.id < b.id ? -1 : 1))
      await sql`insert into correlation_hits (tenant_id, id, minute, count, hits)
        select ${tenantId}, id, minute, count, hits
        from json_to_recordset(${toJson(rows)}::json) as given(id text, minute bigint, count integer, hits text)
        on conflict do nothing`.execute(db)
    },

    async *byTime(tenantId, { from, until }) {
      const [first, last] = [stretchOf(from ?? FIRST), minuteOf(until ?? LAST)]
      const isWithin = ({ time }: CorrelationHit) =>
        (from === undefined || Date.parse(time) >= Date.parse(from)) &&
        (until === undefined || Date.parse(time) <= Date.parse(until))
      let begin: number | undefined
      let gathered = 0
      for (const { minute, hits } of await stretchesOf(tenantId, first, last)) {
        begin ??= minute
        gathered += hits
        if (gathered < HITS_A_PAGE) continue
        yield (await hitsIn(tenantId, begin, minute + ROW_MINUTES - 1)).filter(isWithin)
        begin = undefined
        gathered = 0
      }
      if (begin !== undefined) yield (await hitsIn(tenantId, begin, last)).filter(isWithin)
    },

    async edge() {
      const { rows } = await sql<{ horizon: string }>`
        select pg_snapshot_xmin(pg_current_snapshot())::text as horizon`.execute(db)
      return { changedIn: rows[0]!.horizon, id: '' }
    },

    async arrivals(tenantId, after) {
      const { rows: moments } = await sql<{ horizon: string }>`
        select pg_snapshot_xmin(pg_current_snapshot())::text as horizon`.execute(db)
      const { horizon } = moments[0]!
      const { rows } = await sql<{ id: string; hits: string; changedIn: string; isMore: boolean }>`
        select id, hits, changed_in::text as changed_in, behind > 1 as is_more
        from (
          select *, sum(count) over (order by changed_in, id) - count as before,
            count(*) over (order by changed_in desc, id desc) as behind
          from (
            select id, hits, count, changed_in from correlation_hits
            where tenant_id = ${tenantId} and changed_in < ${horizon}::xid8
              and (changed_in, id) > (${after.changedIn}::xid8, ${after.id})
            order by changed_in, id limit ${ROWS_A_PAGE}
          ) as next_rows
        ) as page
        where before < ${HITS_A_PAGE} order by changed_in, id`.execute(db)
      const last = rows.at(-1)
      const isLast = rows.length < ROWS_A_PAGE && !last?.isMore
      const next = isLast || !last ? { changedIn: horizon, id: '' } : { changedIn: last.changedIn, id: last.id }
      return { hits: rows.flatMap(({ hits }) => read(hits)), next, isLast }
    },

    async prune(tenantId, before, most) {
      await sql`delete from correlation_hits
        where tenant_id = ${tenantId} and minute < ${stretchOf(before)}::bigint
          and arrived_at < ${before}::timestamptz`.execute(db)
      const { rows } = await sql<{ forgotten: string | null }>`
        with sizes as (select minute, sum(count) as size from correlation_hits where tenant_id = ${tenantId} group by minute),
          newer as (select minute, sum(size) over (order by minute desc) - size as hits from sizes),
          gone as (delete from correlation_hits where tenant_id = ${tenantId}
            and minute in (select minute from newer where hits >= ${most}) returning count)
        select sum(count) as forgotten from gone`.execute(db)
      return Number(rows[0]?.forgotten ?? 0)
    },
  }
}

const FIRST = '0000-01-01T00:00:00Z'
const LAST = '9999-12-31T23:59:59Z'

function minuteOf(time: string): number {
  return Math.floor(Date.parse(time) / MINUTE_MS)
}

/** The first minute of the row that a time belongs to. */
function stretchOf(time: string): number {
  return Math.floor(minuteOf(time) / ROW_MINUTES) * ROW_MINUTES
}

function rowsOf(hits: readonly CorrelationHit[]) {
  return [...Map.groupBy(hits, ({ time }) => stretchOf(time))].flatMap(([minute, all]) =>
    Array.from({ length: Math.ceil(all.length / HITS_A_ROW) }, (_, part) => {
      const some = all.slice(part * HITS_A_ROW, (part + 1) * HITS_A_ROW)
      const text = JSON.stringify(some)
      return { id: createHash('sha256').update(text).digest('base64url'), minute, count: some.length, hits: text }
    }),
  )
}

function read(hits: string): CorrelationHit[] {
  return JSON.parse(hits) as CorrelationHit[]
}

/** By time, and at one time by event: each time is read once. */
function inOrder(hits: readonly CorrelationHit[]): CorrelationHit[] {
  return hits
    .map((hit) => ({ hit, moment: Date.parse(hit.time) }))
    .sort((a, b) => a.moment - b.moment || (a.hit.eventId < b.hit.eventId ? -1 : 1))
    .map(({ hit }) => hit)
}
