import type { RecordStore } from '#store/record-store.ts'

import { present } from './row.ts'
import type { Database } from './schema.ts'

export function tenants(db: Database): RecordStore['tenants'] {
  return {
    async list() {
      const rows = await db.selectFrom('tenants').selectAll().orderBy('name').orderBy('id').execute()
      return rows.map(present)
    },

    async ensure(id, name) {
      // An empty name stands for "not known yet" and must not wipe out the one that is.
      const row = await db
        .insertInto('tenants')
        .values({ id, name })
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet((eb) => ({
            name: eb
              .case()
              .when('excluded.name', '=', '')
              .then(eb.ref('tenants.name'))
              .else(eb.ref('excluded.name'))
              .end(),
          })),
        )
        .returningAll()
        .executeTakeFirstOrThrow()
      return present(row)
    },
  }
}
