import type { RecordStore } from '#store/record-store.ts'

import { present } from './row.ts'
import type { Database } from './schema.ts'

export function sessions(db: Database): RecordStore['sessions'] {
  return {
    async create(session) {
      await db.insertInto('sessions').values(session).execute()
    },

    async find(tokenHash, now) {
      const row = await db
        .selectFrom('sessions')
        .innerJoin('users', 'users.id', 'sessions.userId')
        .select(['users.id', 'users.name', 'users.role', 'users.createdAt'])
        .where('sessions.tokenHash', '=', tokenHash)
        .where('sessions.expiresAt', '>', new Date(now))
        .executeTakeFirst()
      return row && present(row)
    },

    async remove(tokenHash) {
      await db.deleteFrom('sessions').where('tokenHash', '=', tokenHash).execute()
    },

    async removeExpired(now) {
      await db.deleteFrom('sessions').where('expiresAt', '<=', new Date(now)).execute()
    },
  }
}
