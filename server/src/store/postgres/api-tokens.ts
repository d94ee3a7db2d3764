import { ROLES } from '#domain/user.ts'
import type { Role } from '#domain/user.ts'
import type { RecordStore } from '#store/record-store.ts'

import { present } from './row.ts'
import type { Database } from './schema.ts'

/** API tokens. A token never allows more than its user may do today, whatever it was made with. */
export function apiTokens(db: Database): RecordStore['apiTokens'] {
  return {
    async create(token) {
      await db.insertInto('apiTokens').values(token).execute()
    },

    async find(tokenHash, now) {
      const row = await db
        .selectFrom('apiTokens')
        .innerJoin('users', 'users.id', 'apiTokens.userId')
        .select(['users.id', 'users.name', 'users.role', 'users.createdAt', 'apiTokens.role as tokenRole'])
        .where('apiTokens.tokenHash', '=', tokenHash)
        .where('apiTokens.expiresAt', '>', new Date(now))
        .executeTakeFirst()
      if (!row) return undefined
      const { tokenRole, ...user } = row
      return { ...present(user), role: lesser(user.role, tokenRole) }
    },

    async list(userId) {
      const rows = await db
        .selectFrom('apiTokens')
        .select(['id', 'name', 'role', 'createdAt', 'expiresAt'])
        .where('userId', '=', userId)
        .orderBy('createdAt')
        .orderBy('id')
        .execute()
      return rows.map(present)
    },

    async remove(userId, id) {
      await db.deleteFrom('apiTokens').where('userId', '=', userId).where('id', '=', id).execute()
    },
  }
}

function lesser(one: Role, other: Role): Role {
  return ROLES.indexOf(one) < ROLES.indexOf(other) ? one : other
}
