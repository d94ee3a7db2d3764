import { sql } from 'kysely'
import type { Selectable } from 'kysely'

import type { RecordStore } from '#store/record-store.ts'

import { present } from './row.ts'
import type { Database, Tables } from './schema.ts'

/**
 * Alerts in the order of the transactions that changed them. Only what ended before the oldest transaction that still runs is
 * read: nothing can show up there any more. A cursor of another cluster (a restored backup counts transactions anew) may lie
 * in the future: then it begins again, and alerts come twice rather than never.
 */
export function alertChanges(db: Database): RecordStore['alertChanges'] {
  return async (tenantId, after, limit) => {
    const { rows: moments } = await sql<{ horizon: string; isAhead: boolean }>`
      select horizon::text, ${after?.changedIn ?? '0'}::xid8 > horizon as is_ahead
      from (select pg_snapshot_xmin(pg_current_snapshot()) as horizon) as present`.execute(db)
    const { horizon, isAhead } = moments[0]!
    const from = after && !isAhead ? after : { changedIn: '0', id: '' }
    const { rows } = await sql<SelectedAlert & { changedIn: string }>`
      select alerts.*, changes.changed_in::text as changed_in
      from alert_changes as changes join alerts on alerts.tenant_id = changes.tenant_id and alerts.id = changes.alert_id
      where changes.tenant_id = ${tenantId} and changes.changed_in < ${horizon}::xid8
        and (changes.changed_in, changes.alert_id) > (${from.changedIn}::xid8, ${from.id})
      order by changes.changed_in, changes.alert_id limit ${limit}`.execute(db)
    const last = rows.at(-1)
    return {
      alerts: rows.map(({ changedIn: _changedIn, ...alert }) => present(alert)),
      next: rows.length < limit || !last ? { changedIn: horizon, id: '' } : { changedIn: last.changedIn, id: last.id },
      isLast: rows.length < limit,
    }
  }
}

type SelectedAlert = Selectable<Tables['alerts']>
