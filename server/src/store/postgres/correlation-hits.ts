import { sql } from 'kysely'

import type { CorrelationHit } from '#domain/rule.ts'
import type { RecordStore } from '#store/record-store.ts'

import { upsert } from './bulk.ts'
import type { Database } from './schema.ts'

/**
 * Hits in two orders: of their events' time, and of the transactions that wrote them. In the latter only what ended before the
 * oldest transaction that still runs is read (as in alert-changes.ts): nothing can show up there any more.
 */
export function correlationHits(db: Database): RecordStore['correlationHits'] {
  return {
    async add(tenantId, hits) {
      // In one order, so that two writers with the same events wait for each other instead of dead-locking.
      const sorted = hits.toSorted((a, b) => (a.eventId < b.eventId ? -1 : 1))
      await upsert(
        db,
        'correlationHits',
        ['tenantId', 'eventId'],
        sorted.map((hit) => ({ tenantId, ...hit })),
      )
    },

    async byTime(tenantId, { from, until, behind, limit }) {
      const rows = await db
        .selectFrom('correlationHits')
        .select(['eventId', 'time', 'rules', 'facts', 'sentence'])
        .where('tenantId', '=', tenantId)
        .$if(from !== undefined, (query) => query.where('time', '>=', sql<Date>`${from}::timestamptz`))
        .$if(until !== undefined, (query) => query.where('time', '<=', sql<Date>`${until}::timestamptz`))
        .$if(behind !== undefined, (query) =>
          query.where(sql<boolean>`(time, event_id) > (${behind?.time}::timestamptz, ${behind?.eventId})`),
        )
        .orderBy('time')
        .orderBy('eventId')
        .limit(limit)
        .execute()
      return rows.map(hitOf)
    },

    async edge() {
      const { rows } = await sql<{ horizon: string }>`
        select pg_snapshot_xmin(pg_current_snapshot())::text as horizon`.execute(db)
      return { changedIn: rows[0]!.horizon, eventId: '' }
    },

    async arrivals(tenantId, after, limit) {
      const { rows: moments } = await sql<{ horizon: string }>`
        select pg_snapshot_xmin(pg_current_snapshot())::text as horizon`.execute(db)
      const { horizon } = moments[0]!
      const { rows } = await sql<Row & { changedIn: string }>`
        select event_id, time, rules, facts, sentence, changed_in::text as changed_in from correlation_hits
        where tenant_id = ${tenantId} and changed_in < ${horizon}::xid8
          and (changed_in, event_id) > (${after.changedIn}::xid8, ${after.eventId})
        order by changed_in, event_id limit ${limit}`.execute(db)
      const last = rows.at(-1)
      const isLast = rows.length < limit
      const next = isLast || !last ? { changedIn: horizon, eventId: '' } : { ...last, eventId: last.eventId }
      return { hits: rows.map(hitOf), next: { changedIn: next.changedIn, eventId: next.eventId }, isLast }
    },

    async prune(tenantId, before, most) {
      await sql`delete from correlation_hits
        where tenant_id = ${tenantId} and time < ${before}::timestamptz and arrived_at < ${before}::timestamptz`.execute(
        db,
      )
      const { numAffectedRows } = await sql`delete from correlation_hits
        where tenant_id = ${tenantId} and (time, event_id) <= (
          select time, event_id from correlation_hits where tenant_id = ${tenantId}
          order by time desc, event_id desc offset ${most} limit 1)`.execute(db)
      return Number(numAffectedRows ?? 0)
    },
  }
}

interface Row extends Omit<CorrelationHit, 'time'> {
  time: Date
}

function hitOf({ eventId, time, rules, facts, sentence }: Row): CorrelationHit {
  return { eventId, time: time.toISOString(), rules, facts, sentence }
}
