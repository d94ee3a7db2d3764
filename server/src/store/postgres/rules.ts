import type { TenantId } from '#domain/ids.ts'
import type { RecordStore } from '#store/record-store.ts'

import { insertMissing, upsert } from './bulk.ts'
import { changeRules } from './change-rules.ts'
import { present } from './row.ts'
import type { Database, DatabaseTransaction } from './schema.ts'

export function rules(db: Database): RecordStore['rules'] {
  const files = (tenantId: TenantId, on: Database | DatabaseTransaction = db) =>
    on
      .selectFrom('ruleFiles')
      .innerJoin('ruleVersions', (join) =>
        join
          .onRef('ruleVersions.tenantId', '=', 'ruleFiles.tenantId')
          .onRef('ruleVersions.path', '=', 'ruleFiles.path')
          .onRef('ruleVersions.version', '=', 'ruleFiles.version'),
      )
      .select(['ruleFiles.tenantId', 'ruleFiles.path', 'ruleFiles.version', 'ruleVersions.text'])
      .where('ruleFiles.tenantId', '=', tenantId)
      .orderBy('ruleFiles.path')
      .execute()

  return {
    async revisions() {
      const rows = await db.selectFrom('ruleRevisions').selectAll().execute()
      return new Map(rows.map(({ tenantId, revision }) => [tenantId, Number(revision)]))
    },

    files: (tenantId) => files(tenantId),

    write: (tenantId, given, about) =>
      changeRules(db, tenantId, async (trx) => {
        const texts = new Map((await files(tenantId, trx)).map(({ path, text }) => [path, text]))
        const changed = given.filter(({ path, text }) => texts.get(path) !== text)
        const newest = await trx
          .selectFrom('ruleVersions')
          .select((eb) => ['path', eb.fn.max('version').as('version')])
          .where('tenantId', '=', tenantId)
          .groupBy('path')
          .execute()
        const versionOf = new Map(newest.map(({ path, version }) => [path, Number(version)]))
        const rows = changed.map(({ path, text }) => {
          return { tenantId, path, version: (versionOf.get(path) ?? 0) + 1, text, ...about }
        })
        await insertMissing(trx, 'ruleVersions', rows)
        const current = rows.map(({ path, version }) => ({ tenantId, path, version }))
        await upsert(trx, 'ruleFiles', ['tenantId', 'path'], current)
        return changed.map(({ path }) => path)
      }),

    removeFile: (tenantId, path) =>
      changeRules(db, tenantId, async (trx) => {
        const { numDeletedRows } = await trx
          .deleteFrom('ruleFiles')
          .where('tenantId', '=', tenantId)
          .where('path', '=', path)
          .executeTakeFirstOrThrow()
        return numDeletedRows > 0n
      }),

    async versions(tenantId, path) {
      const rows = await db
        .selectFrom('ruleVersions')
        .selectAll()
        .where('tenantId', '=', tenantId)
        .where('path', '=', path)
        .orderBy('version', 'desc')
        .execute()
      return rows.map(present)
    },

    async switches(tenantId) {
      const rows = await db.selectFrom('ruleSwitches').selectAll().where('tenantId', '=', tenantId).execute()
      return new Map(rows.map(({ ruleId, isEnabled }) => [ruleId, isEnabled]))
    },

    switch: (tenantId, ruleIds, isEnabled) =>
      changeRules(db, tenantId, (trx) =>
        upsert(
          trx,
          'ruleSwitches',
          ['tenantId', 'ruleId'],
          ruleIds.map((ruleId) => ({ tenantId, ruleId, isEnabled })),
        ),
      ),

    async tunings(tenantId) {
      const rows = await db
        .selectFrom('ruleTunings')
        .selectAll()
        .where('tenantId', '=', tenantId)
        .orderBy('createdAt')
        .orderBy('id')
        .execute()
      return rows.map(present)
    },

    addTuning: (tuning) =>
      changeRules(
        db,
        tuning.tenantId,
        async (trx) => void (await trx.insertInto('ruleTunings').values(tuning).execute()),
      ),

    removeTuning: (tenantId, id) =>
      changeRules(db, tenantId, async (trx) => {
        const { numDeletedRows } = await trx
          .deleteFrom('ruleTunings')
          .where('tenantId', '=', tenantId)
          .where('id', '=', id)
          .executeTakeFirstOrThrow()
        return numDeletedRows > 0n
      }),
  }
}
