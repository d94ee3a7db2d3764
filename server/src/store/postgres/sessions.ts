import type { RecordStore } from '#store/record-store.ts'

import { present } from './row.ts'
import type { Database } from './schema.ts'
import { userColumns, userOf } from './users.ts'

/** So much of a token's hash tells one session from another and is of no use to anybody. */
const ID_LENGTH = 16

export function sessions(db: Database): RecordStore['sessions'] {
  return {
    async create(session) {
      await db.insertInto('sessions').values(session).execute()
    },

    async find(tokenHash, now) {
      const row = await db
        .selectFrom('users')
        .innerJoin('sessions', 'users.id', 'sessions.userId')
        .select(userColumns)
        .where('sessions.tokenHash', '=', tokenHash)
        .where('sessions.expiresAt', '>', new Date(now))
        .where('users.disabledAt', 'is', null)
        .executeTakeFirst()
      return row && userOf(row)
    },

    async remove(tokenHash) {
      await db.deleteFrom('sessions').where('tokenHash', '=', tokenHash).execute()
    },

    async list(userId, now) {
      const rows = await db
        .selectFrom('sessions')
        .select(['tokenHash', 'createdAt', 'expiresAt', 'address', 'userAgent'])
        .where('userId', '=', userId)
        .where('expiresAt', '>', new Date(now))
        .orderBy('createdAt', 'desc')
        .execute()
      return rows.map(({ tokenHash, ...row }) => ({ id: tokenHash.slice(0, ID_LENGTH), ...present(row) }))
    },

    async end(userId, id) {
      const result = await db
        .deleteFrom('sessions')
        .where('userId', '=', userId)
        .where((eb) => eb(eb.fn('left', ['tokenHash', eb.lit(ID_LENGTH)]), '=', id))
        .executeTakeFirst()
      return result.numDeletedRows > 0n
    },

    async removeExpired(now) {
      await db.deleteFrom('sessions').where('expiresAt', '<=', new Date(now)).execute()
    },
  }
}
