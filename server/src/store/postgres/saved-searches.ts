import { sql } from 'kysely'

import type { RecordStore } from '#store/record-store.ts'

import { present } from './row.ts'
import type { Database } from './schema.ts'

/** Names are taken once in a tenant, whatever their case; the unique index of the table says so. */
export function savedSearches(db: Database): RecordStore['savedSearches'] {
  return {
    async create(search) {
      const result = await db
        .insertInto('savedSearches')
        .values(search)
        .onConflict((conflict) => conflict.expression(sql`tenant_id, lower(name)`).doNothing())
        .executeTakeFirst()
      return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
    },

    async change({ tenantId, id, ...search }) {
      return await db.transaction().execute(async (transaction) => {
        const namesake = await transaction
          .selectFrom('savedSearches')
          .select('id')
          .where('tenantId', '=', tenantId)
          .where('id', '!=', id)
          .where(sql`lower(name)`, '=', sql`lower(${search.name})`)
          .executeTakeFirst()
        if (namesake) return false
        await transaction
          .updateTable('savedSearches')
          .set(search)
          .where('tenantId', '=', tenantId)
          .where('id', '=', id)
          .execute()
        return true
      })
    },

    async read(tenantId, id) {
      const row = await db
        .selectFrom('savedSearches')
        .selectAll()
        .where('tenantId', '=', tenantId)
        .where('id', '=', id)
        .executeTakeFirst()
      return row && present(row)
    },

    async list(tenantId) {
      const rows = await db
        .selectFrom('savedSearches')
        .selectAll()
        .where('tenantId', '=', tenantId)
        .orderBy(sql`lower(name)`)
        .execute()
      return rows.map(present)
    },

    async remove(tenantId, id) {
      await db.deleteFrom('savedSearches').where('tenantId', '=', tenantId).where('id', '=', id).execute()
    },
  }
}
