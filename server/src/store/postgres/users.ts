import { sql } from 'kysely'

import type { RecordStore } from '#store/record-store.ts'

import { present } from './row.ts'
import type { Database } from './schema.ts'

/** People of this installation. Names are compared without case. */
export function users(db: Database): RecordStore['users'] {
  return {
    async list() {
      const rows = await db.selectFrom('users').select(['id', 'name', 'role', 'createdAt']).orderBy('name').execute()
      return rows.map(present)
    },

    async create(user, passwordHash) {
      const result = await db
        .insertInto('users')
        .values({ ...user, passwordHash })
        .onConflict((conflict) => conflict.expression(sql`lower(name)`).doNothing())
        .executeTakeFirst()
      return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
    },

    async findByName(name) {
      const row = await db
        .selectFrom('users')
        .selectAll()
        .where((eb) => eb(eb.fn('lower', ['name']), '=', eb.fn('lower', [eb.cast(eb.val(name), 'text')])))
        .executeTakeFirst()
      if (!row) return undefined
      const { passwordHash, ...user } = row
      return { user: present(user), passwordHash }
    },

    async setPassword(userId, passwordHash) {
      await db.updateTable('users').set({ passwordHash }).where('id', '=', userId).execute()
    },
  }
}
