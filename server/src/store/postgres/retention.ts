import type { RecordStore } from '#store/record-store.ts'

import type { Database } from './schema.ts'

/** The name under which a tenant's default stands among its datasets. */
const DEFAULT = ''

export function retention(db: Database): RecordStore['retention'] {
  return {
    async read(tenantId) {
      const rows = await db
        .selectFrom('retention')
        .select(['dataset', 'days'])
        .where('tenantId', '=', tenantId)
        .orderBy('dataset')
        .execute()
      const pass = await db
        .selectFrom('retentionPasses')
        .select('appliedAt')
        .where('tenantId', '=', tenantId)
        .executeTakeFirst()
      const days = rows.find(({ dataset }) => dataset === DEFAULT)?.days
      return {
        ...(days !== undefined && { days }),
        datasets: Object.fromEntries(
          rows.flatMap((row) => (row.dataset === DEFAULT ? [] : [[row.dataset, row.days] as const])),
        ),
        ...(pass && { appliedAt: pass.appliedAt.toISOString() }),
      }
    },

    async set(tenantId, dataset = DEFAULT, days) {
      if (days === undefined) {
        await db.deleteFrom('retention').where('tenantId', '=', tenantId).where('dataset', '=', dataset).execute()
        return
      }
      await db
        .insertInto('retention')
        .values({ tenantId, dataset, days })
        .onConflict((conflict) => conflict.columns(['tenantId', 'dataset']).doUpdateSet({ days }))
        .execute()
    },

    async noteApplied(tenantId, at) {
      await db
        .insertInto('retentionPasses')
        .values({ tenantId, appliedAt: at })
        .onConflict((conflict) => conflict.column('tenantId').doUpdateSet({ appliedAt: at }))
        .execute()
    },
  }
}
