import type { TenantId } from '#domain/ids.ts'
import type { EventStore } from '#store/event-store.ts'

import type { ClickHouse } from './client.ts'
import { literal, Params } from './params.ts'
import type { Reader } from './reader.ts'
import type { EventTables } from './schema.ts'

/**
 * Deleting what is too old. Rows are first marked, which hides them soon; the space of a month's rows is given back when all
 * of the month is too old, so that nothing is written anew every day.
 */
export function createRemoval(
  clickhouse: ClickHouse,
  { local, onCluster }: EventTables,
  { select, events }: Pick<Reader, 'select' | 'events'>,
): Pick<EventStore, 'countBefore' | 'removeBefore'> {
  return {
    async countBefore(tenantId, { dataset, before }) {
      const params = new Params()
      const [row] = await select<{ total: string }>(
        `SELECT toString(count()) AS total FROM ${events} FINAL WHERE tenant_id = ${params.uuid(tenantId)}
          AND event_dataset = ${params.text(dataset)} AND time < ${params.time(Date.parse(before))}`,
        params,
      )
      return Number(row?.total ?? 0)
    },

    async removeBefore(tenantId: TenantId, { dataset, before }) {
      const ms = Date.parse(before)
      // A statement that changes rows takes no parameters on every engine; all three are of known form or quoted.
      await clickhouse.run(
        `DELETE FROM ${local}${onCluster} WHERE tenant_id = toUUID(${literal(tenantId)})
          AND event_dataset = ${literal(dataset)} AND time < fromUnixTimestamp64Milli(${Math.trunc(ms)}, 'UTC')
          SETTINGS lightweight_deletes_sync = 0`,
      )
      const month = new Date(ms).toISOString().slice(0, 7).replace('-', '')
      const marked = await clickhouse.rows<{ partition: string }>(
        `SELECT DISTINCT partition FROM system.parts WHERE active AND has_lightweight_delete
          AND database = 'cordon' AND table = {table:String} AND toUInt32OrZero(partition) < {month:UInt32}`,
        { table: local.replace('cordon.', ''), month: Number(month) },
      )
      for (const { partition } of marked)
        await clickhouse.run(`ALTER TABLE ${local}${onCluster} APPLY DELETED MASK IN PARTITION ${Number(partition)}`)
    },
  }
}
