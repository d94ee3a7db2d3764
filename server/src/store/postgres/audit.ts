import type { RecordStore } from '#store/record-store.ts'

import { present } from './row.ts'
import type { Database } from './schema.ts'

/** Who did what. A trigger refuses to change or remove an entry. */
export function audit(db: Database): RecordStore['audit'] {
  return {
    async append(entry) {
      await db.insertInto('audit').values(entry).execute()
    },

    /** Newest first. Without a tenant: the whole installation, for administrators. */
    async list(tenantId, limit) {
      const rows = await db
        .selectFrom('audit')
        .select(['at', 'actor', 'tenantId', 'action', 'detail'])
        .$if(tenantId !== undefined, (query) => query.where('tenantId', '=', tenantId!))
        .orderBy('sequence', 'desc')
        .limit(limit)
        .execute()
      return rows.map(present)
    },
  }
}
