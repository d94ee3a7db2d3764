import { sql } from 'kysely'
import type { Insertable, Updateable } from 'kysely'

import type { Detection } from '#domain/alert.ts'
import { stableId } from '#domain/ids.ts'
import type { TenantId } from '#domain/ids.ts'
import type { RecordStore } from '#store/record-store.ts'

import { recordset } from './bulk.ts'
import { UNIQUE_VIOLATION, isRefusal } from './faults.ts'
import { present } from './row.ts'
import type { Database, DatabaseTransaction, Tables } from './schema.ts'

/**
 * Alerts. An event is evidence of a rule once, for ever (primary key of `alert_evidence`), and a rule's group has one open
 * alert (a partial unique index): both hold under writers at the same time, because PostgreSQL holds them and not we.
 */
export function alerts(db: Database): RecordStore['alerts'] {
  const openOfGroupOf = (tenantId: TenantId, id: string) =>
    db
      .selectFrom('alerts')
      .selectAll('alerts')
      .innerJoin('alerts as given', (join) =>
        join
          .onRef('given.tenantId', '=', 'alerts.tenantId')
          .onRef('given.ruleId', '=', 'alerts.ruleId')
          .onRef('given.groupKey', '=', 'alerts.groupKey'),
      )
      .where('alerts.tenantId', '=', tenantId)
      .where('alerts.status', '=', 'open')
      .where('given.id', '=', id)
      .executeTakeFirst()

  const read = async (tenantId: TenantId, id: string) => {
    const row = await db
      .selectFrom('alerts')
      .selectAll()
      .where('tenantId', '=', tenantId)
      .where('id', '=', id)
      .executeTakeFirst()
    return row && present(row)
  }

  /** The alert as it is afterwards; where it must have a status and has another, as it was. */
  const change = async (
    tenantId: TenantId,
    id: string,
    values: Updateable<Tables['alerts']>,
    status?: 'open' | 'closed',
  ) => {
    const row = await db
      .updateTable('alerts')
      .set(values)
      .where('tenantId', '=', tenantId)
      .where('id', '=', id)
      .$if(status !== undefined, (query) => query.where('status', '=', status!))
      .returningAll()
      .executeTakeFirst()
    return row ? present(row) : read(tenantId, id)
  }

  return {
    read,

    async record(tenantId, detections, now, isAdded = false) {
      if (detections.length === 0) return []
      return db.transaction().execute(async (trx) => {
        const fresh = await addEvidence(trx, tenantId, detections, isAdded)
        const rows = [...groupByAlert(fresh)].map((group) => opening(tenantId, group, now))
        if (rows.length === 0) return []
        const changed = await openOrJoin(trx, rows)
        await nameAlertOfEvidence(trx, tenantId, fresh, changed)
        return changed.map(present)
      })
    },

    async list(tenantId, filter) {
      const { status, ruleId, assignee, now } = filter
      const rows = await db
        .selectFrom('alerts')
        .selectAll()
        .where('tenantId', '=', tenantId)
        .$if(status !== undefined, (query) => query.where('status', '=', status === 'closed' ? 'closed' : 'open'))
        .$if(status === 'open', (query) => query.where(isInQueue(now)))
        .$if(status === 'suppressed', (query) => query.where((eb) => eb.not(isInQueue(now))))
        .$if(ruleId !== undefined, (query) => query.where('ruleId', '=', ruleId!))
        .$if(assignee !== undefined, (query) => query.where('assignee', '=', assignee!))
        .orderBy('lastEventAt', 'desc')
        .orderBy('id')
        .limit(filter.limit)
        .execute()
      return rows.map(present)
    },

    async eventIds(tenantId, id, limit) {
      const rows = await db
        .selectFrom('alertEvidence')
        .select('eventId')
        .where('tenantId', '=', tenantId)
        .where('alertId', '=', id)
        .orderBy('eventTime', 'desc')
        .orderBy('eventId')
        .limit(limit)
        .execute()
      return rows.map((row) => row.eventId)
    },

    async alertIdsOf(tenantId, eventIds) {
      const rows = await db
        .selectFrom('alertEvidence')
        .innerJoin('alerts', (join) =>
          join.onRef('alerts.tenantId', '=', 'alertEvidence.tenantId').onRef('alerts.id', '=', 'alertEvidence.alertId'),
        )
        .select(['alertEvidence.eventId', 'alerts.id'])
        .where('alertEvidence.tenantId', '=', tenantId)
        .where((eb) => eb('alertEvidence.eventId', '=', eb.fn.any(eb.val([...eventIds]))))
        .orderBy('alerts.createdAt', 'desc')
        .execute()
      const byEvent = Map.groupBy(rows, ({ eventId }) => eventId)
      return new Map([...byEvent].map(([eventId, found]) => [eventId, found.map(({ id }) => id)]))
    },

    /** Closing a closed alert changes nothing: the first reason stays. */
    close: (tenantId, id, reason, now, verdict) =>
      change(
        tenantId,
        id,
        { status: 'closed', closeReason: reason, verdict: verdict ?? null, suppressedUntil: null, updatedAt: now },
        'open',
      ),

    /** Where the group has a newer open alert already, that one is returned and the closed one stays closed. */
    async reopen(tenantId, id, now) {
      try {
        const opened = { status: 'open', closeReason: null, verdict: null, updatedAt: now } as const
        return await change(tenantId, id, opened, 'closed')
      } catch (error) {
        if (!isRefusal(error, UNIQUE_VIOLATION)) throw error
        const open = await openOfGroupOf(tenantId, id)
        return open ? present(open) : read(tenantId, id)
      }
    },

    assign: (tenantId, id, assignee, now) => change(tenantId, id, { assignee, updatedAt: now }),

    suppress: (tenantId, id, until, now) => change(tenantId, id, { suppressedUntil: until, updatedAt: now }, 'open'),

    async noise(tenantId, since) {
      const { rows } = await sql<{ ruleId: string; day: string; opened: number; isFalse: number; isTrue: number }>`
        select rule_id, to_char(created_at at time zone 'UTC', 'YYYY-MM-DD') as day, count(*)::int as opened,
          (count(*) filter (where verdict in ('false-positive', 'benign')))::int as is_false,
          (count(*) filter (where verdict = 'true-positive'))::int as is_true
        from alerts where tenant_id = ${tenantId} and created_at >= ${since}::timestamptz
        group by 1, 2 order by 1, 2`.execute(db)
      return [...Map.groupBy(rows, ({ ruleId }) => ruleId)].map(([ruleId, days]) => ({
        ruleId,
        days: Object.fromEntries(days.map(({ day, opened }) => [day, opened])),
        closedAsFalse: days.reduce((sum, { isFalse }) => sum + isFalse, 0),
        closedAsTrue: days.reduce((sum, { isTrue }) => sum + isTrue, 0),
      }))
    },

    async countOpenBySeverity(tenantId, now) {
      const rows = await db
        .selectFrom('alerts')
        .select((eb) => ['severity', eb.fn.countAll<string>().as('alerts')])
        .where('tenantId', '=', tenantId)
        .where('status', '=', 'open')
        .where(isInQueue(now))
        .groupBy('severity')
        .execute()
      return Object.fromEntries(rows.map((row) => [row.severity, Number(row.alerts)]))
    },
  }
}

/** Of open alerts: not put off until later. */
function isInQueue(now: string) {
  return sql<boolean>`(suppressed_until is null or suppressed_until <= ${now}::timestamptz)`
}

/**
 * Writes the evidence and returns the detections that were new, each event once per rule. Sorted, so that two writers with
 * the same events wait for each other instead of dead-locking.
 */
async function addEvidence(
  trx: DatabaseTransaction,
  tenantId: TenantId,
  detections: readonly Detection[],
  isAdded: boolean,
): Promise<Detection[]> {
  const byEvidence = new Map(detections.toReversed().map((detection) => [evidenceKey(detection), detection]))
  const rows = [...byEvidence.values()].map(({ ruleId, eventId, eventTime }) => ({
    tenantId,
    ruleId,
    eventId,
    eventTime,
    ...(isAdded && { isAdded }),
  }))
  const { rows: fresh } = await sql<{ ruleId: string; eventId: string }>`
    insert into alert_evidence
    select * from ${recordset('alertEvidence', rows)} order by rule_id, event_id
    on conflict do nothing returning rule_id, event_id`.execute(trx)
  return fresh.map((row) => byEvidence.get(evidenceKey(row))!)
}

function evidenceKey({ ruleId, eventId }: Pick<Detection, 'ruleId' | 'eventId'>): string {
  return stableId(ruleId, eventId)
}

function groupByAlert(detections: readonly Detection[]) {
  const sorted = detections.toSorted((a, b) => Date.parse(a.eventTime) - Date.parse(b.eventTime))
  return Map.groupBy(sorted, ({ ruleId, groupKey }) => stableId(ruleId, groupKey)).values()
}

/** The alert that `group` (one rule and group key, oldest first) would open. */
function opening(tenantId: TenantId, group: readonly Detection[], now: string): Insertable<Tables['alerts']> {
  const first = group[0]!
  const newest = group.at(-1)!
  return {
    tenantId,
    id: stableId(tenantId, first.ruleId, first.groupKey, first.eventId),
    ruleId: newest.ruleId,
    ruleTitle: newest.ruleTitle,
    severity: newest.severity,
    attack: newest.attack,
    groupKey: newest.groupKey,
    sentence: newest.sentence,
    status: 'open',
    eventCount: group.length,
    firstEventAt: first.eventTime,
    lastEventAt: newest.eventTime,
    createdAt: now,
    updatedAt: now,
  }
}

async function openOrJoin(trx: DatabaseTransaction, rows: readonly Insertable<Tables['alerts']>[]) {
  return trx
    .insertInto('alerts')
    .expression((eb) =>
      eb.selectFrom(recordset('alerts', rows).as('given')).selectAll().orderBy('ruleId').orderBy('groupKey'),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['tenantId', 'ruleId', 'groupKey'])
        .where('status', '=', sql.lit('open'))
        .doUpdateSet((eb) => {
          const newer = <Column extends 'sentence' | 'ruleTitle' | 'severity' | 'attack'>(column: Column) =>
            eb
              .case()
              .when('excluded.lastEventAt', '>=', eb.ref('alerts.lastEventAt'))
              .then(eb.ref(`excluded.${column}`))
              .else(eb.ref(`alerts.${column}`))
              .end()
          return {
            eventCount: eb('alerts.eventCount', '+', eb.ref('excluded.eventCount')),
            firstEventAt: eb.fn('least', ['alerts.firstEventAt', 'excluded.firstEventAt']),
            lastEventAt: eb.fn('greatest', ['alerts.lastEventAt', 'excluded.lastEventAt']),
            sentence: newer('sentence'),
            ruleTitle: newer('ruleTitle'),
            severity: newer('severity'),
            attack: newer('attack'),
            updatedAt: eb.ref('excluded.updatedAt'),
          }
        }),
    )
    .returningAll()
    .execute()
}

async function nameAlertOfEvidence(
  trx: DatabaseTransaction,
  tenantId: TenantId,
  fresh: readonly Detection[],
  changed: readonly { id: string; ruleId: string; groupKey: string }[],
): Promise<void> {
  const ids = new Map(changed.map((alert) => [stableId(alert.ruleId, alert.groupKey), alert.id]))
  const rows = fresh.map(({ ruleId, eventId, groupKey, eventTime }) => {
    return { tenantId, ruleId, eventId, alertId: ids.get(stableId(ruleId, groupKey))!, eventTime }
  })
  await sql`update alert_evidence as evidence set alert_id = given.alert_id
    from ${recordset('alertEvidence', rows)} as given
    where evidence.tenant_id = ${tenantId} and evidence.rule_id = given.rule_id and evidence.event_id = given.event_id`.execute(
    trx,
  )
}
