import { sql } from 'kysely'

import type { RecordStore } from '#store/record-store.ts'

import { toJson } from './database.ts'
import { present } from './row.ts'
import type { Database } from './schema.ts'

/** How far correlations have been held against history. What came of it is marked on the evidence of alerts, and counted there. */
export function reconciliations(db: Database): RecordStore['reconciliations'] {
  return {
    async list(tenantId) {
      const rows = await db
        .selectFrom('reconciliations')
        .selectAll()
        .where('tenantId', '=', tenantId)
        .orderBy('ruleId')
        .execute()
      const { rows: marked } = await sql<Marked>`
        select rule_id,
          (count(*) filter (where is_added))::int as added_events,
          (count(distinct alert_id) filter (where is_added))::int as added_alerts,
          (count(*) filter (where is_unconfirmed))::int as unconfirmed_events,
          (count(distinct alert_id) filter (where is_unconfirmed))::int as unconfirmed_alerts
        from alert_evidence where tenant_id = ${tenantId} and (is_added or is_unconfirmed) group by rule_id`.execute(db)
      const counts = new Map(marked.map((each) => [each.ruleId, each]))
      return rows.map((row) => {
        const own = counts.get(row.ruleId)
        return {
          ...present(row),
          added: { events: own?.addedEvents ?? 0, alerts: own?.addedAlerts ?? 0 },
          unconfirmed: { events: own?.unconfirmedEvents ?? 0, alerts: own?.unconfirmedAlerts ?? 0 },
        }
      })
    },

    async write({ tenantId, ruleId, until, waiting, passedAt = null, fault = null }) {
      const values = { until, waiting: sql<string>`${toJson(waiting)}::jsonb`, passedAt, fault }
      await db
        .insertInto('reconciliations')
        .values({ tenantId, ruleId, ...values })
        .onConflict((conflict) => conflict.columns(['tenantId', 'ruleId']).doUpdateSet(values))
        .execute()
    },

    async keep(tenantId, ruleIds) {
      await db
        .deleteFrom('reconciliations')
        .where('tenantId', '=', tenantId)
        .where((eb) => eb.not(eb('ruleId', '=', eb.fn.any(eb.val([...ruleIds])))))
        .execute()
    },

    async evidence(tenantId, ruleId, { from, to }) {
      const rows = await db
        .selectFrom('alertEvidence')
        .select(['eventId', 'eventTime'])
        .where('tenantId', '=', tenantId)
        .where('ruleId', '=', ruleId)
        .where('eventTime', '>=', sql<Date>`${from}::timestamptz`)
        .where('eventTime', '<', sql<Date>`${to}::timestamptz`)
        .execute()
      return rows.map(({ eventId, eventTime }) => ({ id: eventId, timeMs: eventTime.getTime() }))
    },

    async mark(tenantId, ruleId, { confirmed, unconfirmed }) {
      const marks = [
        [false, confirmed],
        [true, unconfirmed],
      ] as const
      for (const [isUnconfirmed, eventIds] of marks) {
        await db
          .updateTable('alertEvidence')
          .set({ isUnconfirmed })
          .where('tenantId', '=', tenantId)
          .where('ruleId', '=', ruleId)
          .where((eb) => eb('eventId', '=', eb.fn.any(eb.val([...eventIds]))))
          .where(sql<boolean>`coalesce(is_unconfirmed, false) <> ${sql.lit(isUnconfirmed)}`)
          .execute()
      }
    },
  }
}

interface Marked {
  ruleId: string
  addedEvents: number
  addedAlerts: number
  unconfirmedEvents: number
  unconfirmedAlerts: number
}
