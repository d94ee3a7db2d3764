import { sql } from 'kysely'

import type { TenantId } from '#domain/ids.ts'
import type { Seal } from '#store/seal.ts'

import type { Database } from './schema.ts'

/** A table with a column of values that are sealed for their tenant and id, or are NULL. */
interface SealedColumn {
  table: 'collected_files' | 'destinations'
  column: string
}

/** How the values of a column are sealed anew: each in a transaction of its own. */
export function resealing(db: Database, seal: Seal, { table, column }: SealedColumn) {
  const [name, sealed] = [sql.table(table), sql.ref(column)]

  async function stale(): Promise<SealedRow[]> {
    const { rows } = await sql<SealedRow>`select tenant_id, id, ${sealed} as sealed from ${name}
      where ${sealed} is not null`.execute(db)
    return rows.filter((row) => !seal.isCurrent(row.sealed))
  }

  return {
    countStale: async (): Promise<number> => (await stale()).length,
    async reseal(): Promise<number> {
      let changed = 0
      for (const { tenantId, id } of await stale()) {
        changed += await db.transaction().execute(async (transaction) => {
          const one = sql`tenant_id = ${tenantId} and id = ${id}`
          const { rows } = await sql<Pick<SealedRow, 'sealed'>>`select ${sealed} as sealed from ${name}
            where ${one} and ${sealed} is not null for update`.execute(transaction)
          if (!rows[0]) return 0
          const anew = seal.close(seal.open(rows[0].sealed, [tenantId, id]), [tenantId, id])
          await sql`update ${name} set ${sealed} = ${anew} where ${one}`.execute(transaction)
          return 1
        })
      }
      return changed
    },
  }
}

interface SealedRow {
  tenantId: TenantId
  id: string
  sealed: Buffer
}
