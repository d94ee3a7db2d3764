import { narrowed, VOUCHED_DAYS } from '#domain/user.ts'
import type { RecordStore } from '#store/record-store.ts'

import { present } from './row.ts'
import type { Database } from './schema.ts'
import { userColumns, userOf } from './users.ts'

const MINUTE_MS = 60_000
const VOUCHED_MS = VOUCHED_DAYS * 24 * 60 * MINUTE_MS

/** API tokens. A token never allows more than its user may do today, whatever it was made with. */
export function apiTokens(db: Database): RecordStore['apiTokens'] {
  return {
    async create(token) {
      await db.insertInto('apiTokens').values(token).execute()
    },

    async find(tokenHash, now) {
      const token = await db
        .selectFrom('apiTokens')
        .select(['name', 'userId', 'role', 'rights', 'tenantIds', 'lastUsedAt'])
        .where('tokenHash', '=', tokenHash)
        .where('expiresAt', '>', new Date(now))
        .executeTakeFirst()
      if (!token) return undefined
      const owner = await db
        .selectFrom('users')
        .select(userColumns)
        .where('id', '=', token.userId)
        .where('disabledAt', 'is', null)
        .where((eb) =>
          eb.or([eb('issuer', 'is', null), eb('confirmedAt', '>', new Date(Date.parse(now) - VOUCHED_MS))]),
        )
        .executeTakeFirst()
      if (!owner) return undefined
      const { lastUsedAt, ...scope } = token
      if (lastUsedAt === null || lastUsedAt.getTime() <= Date.parse(now) - MINUTE_MS)
        await db.updateTable('apiTokens').set({ lastUsedAt: now }).where('tokenHash', '=', tokenHash).execute()
      return narrowed(userOf(owner), present(scope))
    },

    async list(userId) {
      const rows = await db
        .selectFrom('apiTokens')
        .select(['id', 'name', 'role', 'rights', 'tenantIds', 'createdAt', 'expiresAt', 'lastUsedAt'])
        .where('userId', '=', userId)
        .orderBy('createdAt')
        .orderBy('id')
        .execute()
      return rows.map(present)
    },

    async remove(userId, id) {
      const result = await db
        .deleteFrom('apiTokens')
        .where('userId', '=', userId)
        .where('id', '=', id)
        .executeTakeFirst()
      return result.numDeletedRows > 0n
    },
  }
}
