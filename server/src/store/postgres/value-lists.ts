import { sql } from 'kysely'

import type { ListedValue } from '#domain/value-list.ts'
import type { RecordStore } from '#store/record-store.ts'

import { upsert } from './bulk.ts'
import { changeRules } from './change-rules.ts'
import { present } from './row.ts'
import type { Database } from './schema.ts'

/** A change of a list changes what rules match, so it counts as one of the rules. */
export function valueLists(db: Database): RecordStore['valueLists'] {
  return {
    async list(tenantId) {
      const [lists, values] = await Promise.all([
        db.selectFrom('valueLists').selectAll().where('tenantId', '=', tenantId).orderBy('name').execute(),
        db
          .selectFrom('listedValues')
          .select(['list', 'value', 'note', 'expiresAt', 'addedBy', 'addedAt'])
          .where('tenantId', '=', tenantId)
          .orderBy('addedAt', 'desc')
          .orderBy('value')
          .execute(),
      ])
      const byList = new Map<string, ListedValue[]>(lists.map(({ name }) => [name, []]))
      for (const { list, ...value } of values) byList.get(list)?.push(present(value))
      return lists.map((list) => ({ ...present(list), values: byList.get(list.name)! }))
    },

    create: (list) =>
      changeRules(db, list.tenantId, async (trx) => {
        const { numInsertedOrUpdatedRows } = await trx
          .insertInto('valueLists')
          .values(list)
          .onConflict((conflict) => conflict.columns(['tenantId', 'name']).doNothing())
          .executeTakeFirstOrThrow()
        return (numInsertedOrUpdatedRows ?? 0n) > 0n
      }),

    remove: (tenantId, name) =>
      changeRules(db, tenantId, async (trx) => {
        const { numDeletedRows } = await trx
          .deleteFrom('valueLists')
          .where('tenantId', '=', tenantId)
          .where('name', '=', name)
          .executeTakeFirstOrThrow()
        return numDeletedRows > 0n
      }),

    add: (tenantId, list, values, most) =>
      changeRules(db, tenantId, async (trx) => {
        const known = await trx
          .selectFrom('listedValues')
          .select('value')
          .where('tenantId', '=', tenantId)
          .where('list', '=', list)
          .execute()
        const all = new Set([...known, ...values].map(({ value }) => value))
        if (all.size > most) return false
        const rows = values.map((value) => ({ note: null, expiresAt: null, ...value, tenantId, list }))
        await upsert(trx, 'listedValues', ['tenantId', 'list', 'value'], rows)
        return true
      }),

    drop: (tenantId, list, values) =>
      changeRules(db, tenantId, async (trx) => {
        const { numDeletedRows } = await trx
          .deleteFrom('listedValues')
          .where('tenantId', '=', tenantId)
          .where('list', '=', list)
          .where(sql<boolean>`value = any(${[...values]})`)
          .executeTakeFirstOrThrow()
        return Number(numDeletedRows)
      }),
  }
}
