import { type ExpressionBuilder, sql } from 'kysely'

import type { TenantId } from '#domain/ids.ts'
import type { Identity, Role, User } from '#domain/user.ts'
import type { RecordStore } from '#store/record-store.ts'

import { present } from './row.ts'
import type { Database, DatabaseTransaction, Tables } from './schema.ts'

/** People of this installation. Names are compared without case. */
export function users(db: Database): RecordStore['users'] {
  const rows = () => db.selectFrom('users').select(userColumns)
  return {
    async list() {
      return (await rows().orderBy('name').execute()).map(userOf)
    },

    async create(user, passwordHash) {
      const { id, name, role, createdAt, identity } = user
      return db.transaction().execute(async (trx) => {
        const result = await trx
          .insertInto('users')
          .values({ id, name, role, createdAt, passwordHash, ...identity, ...(identity && { confirmedAt: createdAt }) })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst()
        if ((result.numInsertedOrUpdatedRows ?? 0n) === 0n) return false
        await writeRoles(trx, user)
        return true
      })
    },

    async read(id) {
      const row = await rows().where('id', '=', id).executeTakeFirst()
      return row && userOf(row)
    },

    async findByName(name) {
      const row = await rows()
        .select('passwordHash')
        .where((eb) => eb(eb.fn('lower', ['name']), '=', eb.fn('lower', [eb.cast(eb.val(name), 'text')])))
        .executeTakeFirst()
      if (!row) return undefined
      const { passwordHash, ...user } = row
      return { user: userOf(user), ...(passwordHash !== null && { passwordHash }) }
    },

    async findByIdentity({ issuer, subject }) {
      const row = await rows().where('issuer', '=', issuer).where('subject', '=', subject).executeTakeFirst()
      return row && userOf(row)
    },

    async confirm(id, at) {
      await db.updateTable('users').set({ confirmedAt: at }).where('id', '=', id).execute()
    },

    async setPassword(userId, passwordHash, except = '') {
      await db.transaction().execute(async (trx) => {
        await trx.updateTable('users').set({ passwordHash }).where('id', '=', userId).execute()
        await trx.deleteFrom('sessions').where('userId', '=', userId).where('tokenHash', '<>', except).execute()
      })
    },

    change: (user, { evenLast } = { evenLast: false }) =>
      db.transaction().execute(async (trx) => {
        const { id, role, disabledAt = null } = user
        const administers = role === 'administrator' && disabledAt === null
        if (!evenLast && !administers && (await isLastAdministrator(trx, id))) return 'last'
        const result = await trx.updateTable('users').set({ role, disabledAt }).where('id', '=', id).executeTakeFirst()
        if (result.numUpdatedRows === 0n) return 'missing'
        await writeRoles(trx, user)
        await trx.deleteFrom('sessions').where('userId', '=', id).execute()
        await trx.deleteFrom('apiTokens').where('userId', '=', id).execute()
        return 'changed'
      }),

    remove: (id) =>
      db.transaction().execute(async (trx) => {
        if (await isLastAdministrator(trx, id)) return 'last'
        const result = await trx.deleteFrom('users').where('id', '=', id).executeTakeFirst()
        return result.numDeletedRows === 0n ? 'missing' : 'changed'
      }),
  }
}

/** What makes up a {@link User}: select it, and hand the row to {@link userOf}. */
export function userColumns(eb: ExpressionBuilder<Tables, 'users'>) {
  return [
    'users.id' as const,
    'users.name' as const,
    'users.role' as const,
    'users.createdAt' as const,
    'users.disabledAt' as const,
    sql<Identity | null>`case when users.issuer is not null
      then jsonb_build_object('issuer', users.issuer, 'subject', users.subject) end`.as('identity'),
    eb
      .selectFrom('userRoles')
      .select(sql<Record<string, Role> | null>`jsonb_object_agg(tenant_id, role)`.as('roles'))
      .whereRef('userRoles.userId', '=', 'users.id')
      .as('tenantRoles'),
  ]
}

export function userOf(row: object): User {
  return present(row) as unknown as User
}

/** Holds those who administer the installation, so that no two of them take the role from each other at once. */
async function isLastAdministrator(trx: DatabaseTransaction, id: string): Promise<boolean> {
  const administrators = await trx
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'administrator')
    .where('disabledAt', 'is', null)
    .orderBy('id')
    .forUpdate()
    .execute()
  return administrators.length === 1 && administrators[0]!.id === id
}

async function writeRoles(trx: DatabaseTransaction, { id, tenantRoles = {} }: User): Promise<void> {
  await trx.deleteFrom('userRoles').where('userId', '=', id).execute()
  const rows = Object.entries(tenantRoles).map(([tenantId, role]) => {
    return { tenantId: tenantId as TenantId, userId: id, role }
  })
  if (rows.length > 0) await trx.insertInto('userRoles').values(rows).execute()
}
