import type { TenantId } from '#domain/ids.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Database } from './schema.ts'

/** The name under which the whole installation stands among tenants. */
const INSTALLATION = ''

export function safeguards(db: Database): RecordStore['safeguards'] {
  return {
    async stops(tenantId) {
      const rows = await db
        .selectFrom('actingStops')
        .selectAll()
        .where('tenantId', 'in', [INSTALLATION, tenantId])
        .orderBy('tenantId')
        .execute()
      return rows.map(({ tenantId: scope, stoppedAt, ...stop }) => ({
        ...stop,
        ...(scope !== INSTALLATION && { tenantId: scope as TenantId }),
        stoppedAt: stoppedAt.toISOString(),
      }))
    },

    async stop({ tenantId = INSTALLATION, ...stop }) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('actingStops')
        .values({ ...stop, tenantId })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow()
      return numInsertedOrUpdatedRows === 1n
    },

    async resume(tenantId) {
      const { numDeletedRows } = await db
        .deleteFrom('actingStops')
        .where('tenantId', '=', tenantId ?? INSTALLATION)
        .executeTakeFirstOrThrow()
      return numDeletedRows === 1n
    },

    async shadowActions(tenantId) {
      const rows = await db
        .selectFrom('shadowActions')
        .select('action')
        .where('tenantId', '=', tenantId)
        .orderBy('action')
        .execute()
      return rows.map(({ action }) => action)
    },

    setShadowActions: (tenantId, actions) =>
      db.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('shadowActions').where('tenantId', '=', tenantId).execute()
        if (actions.length === 0) return
        await transaction
          .insertInto('shadowActions')
          .values(actions.map((action) => ({ tenantId, action })))
          .execute()
      }),
  }
}
