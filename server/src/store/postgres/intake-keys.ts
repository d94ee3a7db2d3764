import type { RecordStore } from '#store/record-store.ts'

import { present } from './row.ts'
import type { Database } from './schema.ts'

const COLUMNS = ['tenantId', 'id', 'name', 'dataset', 'createdAt', 'expiresAt'] as const

export function intakeKeys(db: Database): RecordStore['intakeKeys'] {
  return {
    async create(key) {
      await db.insertInto('intakeKeys').values(key).execute()
    },

    async find(keyHash) {
      const row = await db.selectFrom('intakeKeys').select(COLUMNS).where('keyHash', '=', keyHash).executeTakeFirst()
      return row && present(row)
    },

    async list(tenantId) {
      const rows = await db
        .selectFrom('intakeKeys')
        .select(COLUMNS)
        .where('tenantId', '=', tenantId)
        .orderBy('name')
        .orderBy('id')
        .execute()
      return rows.map(present)
    },

    async remove(tenantId, id) {
      const { numDeletedRows } = await db
        .deleteFrom('intakeKeys')
        .where('tenantId', '=', tenantId)
        .where('id', '=', id)
        .executeTakeFirst()
      return numDeletedRows > 0n
    },
  }
}
