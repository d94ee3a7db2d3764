import { sql } from 'kysely'
import type { Insertable } from 'kysely'

import type { ActionRun } from '#domain/action-run.ts'
import type { TenantId } from '#domain/ids.ts'
import type { RecordStore } from '#store/record-store.ts'

import { insertMissing, upsert } from './bulk.ts'
import { groupCommit } from './group-commit.ts'
import { toJson } from './database.ts'
import { present } from './row.ts'
import type { Database, Tables } from './schema.ts'

/** Well below the parameters that PostgreSQL takes with a statement. */
const OBJECTS_A_STATEMENT = 10_000

/** Action runs with the journal of their targets. Targets by state are counted when read, from the index on (run, state). */
export function actionRuns(db: Database): RecordStore['actionRuns'] {
  const write = groupCommit<Insertable<Tables['actionTargets']>>((rows) =>
    upsert(db, 'actionTargets', ['tenantId', 'runId', 'id'], rows),
  )
  return {
    async create(run, targets) {
      await db.transaction().execute(async (trx) => {
        const { targetsByState: _, ...row } = run
        const values = { ...row, sample: toJson(row.sample) }
        await trx.insertInto('actionRuns').values(values).execute()
        const rows = targets.map((target) => ({ ...target, tenantId: run.tenantId, runId: run.id }))
        await insertMissing(trx, 'actionTargets', rows)
      })
    },

    async list(tenantId, filter) {
      const { investigationId, target } = filter
      const rows = await db
        .selectFrom('actionRuns')
        .selectAll()
        .where('tenantId', '=', tenantId)
        .$if(investigationId !== undefined, (query) => query.where('investigationId', '=', investigationId!))
        .$if(target !== undefined, (query) =>
          query
            .where('targetKind', '=', target!.kind)
            .where(({ exists, selectFrom }) =>
              exists(
                selectFrom('actionTargets')
                  .select('actionTargets.id')
                  .whereRef('actionTargets.tenantId', '=', 'actionRuns.tenantId')
                  .whereRef('actionTargets.runId', '=', 'actionRuns.id')
                  .where('actionTargets.objectId', '=', target!.objectId),
              ),
            ),
        )
        .orderBy('createdAt', 'desc')
        .orderBy('id')
        .limit(filter.limit)
        .execute()
      return withTargetCounts(db, tenantId, rows.map(present))
    },

    async read(tenantId, id) {
      const row = await db
        .selectFrom('actionRuns')
        .selectAll()
        .where('tenantId', '=', tenantId)
        .where('id', '=', id)
        .executeTakeFirst()
      if (!row) return undefined
      const [run] = await withTargetCounts(db, tenantId, [present(row)])
      return run
    },

    async transition(tenantId, id, from, change) {
      const result = await db
        .updateTable('actionRuns')
        .set(change)
        .where('tenantId', '=', tenantId)
        .where('id', '=', id)
        .where('state', 'in', from)
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },

    async targets(tenantId, id) {
      const rows = await db
        .selectFrom('actionTargets')
        .selectAll()
        .where('tenantId', '=', tenantId)
        .where('runId', '=', id)
        .orderBy('address')
        .orderBy('id')
        .execute()
      return rows.map(({ tenantId: _tenant, runId: _run, ...target }) => present(target))
    },

    async earlier(tenantId, objectIds) {
      const found = new Map<string, Record<string, unknown>>()
      for (let start = 0; start < objectIds.length; start += OBJECTS_A_STATEMENT) {
        const rows = await db
          .selectFrom('actionTargets')
          .select(['objectId', 'before'])
          .where('tenantId', '=', tenantId)
          .where('objectId', 'in', objectIds.slice(start, start + OBJECTS_A_STATEMENT))
          .where('state', '=', 'verified')
          .where(sql`before->>'place'`, '=', 'folder')
          .orderBy('updatedAt')
          .execute()
        for (const { objectId, before } of rows) found.set(objectId, before!)
      }
      return found
    },

    writeTarget: (tenantId, runId, target) =>
      write({ before: null, proof: null, reason: null, ...target, tenantId, runId }),

    async unfinished() {
      return db
        .selectFrom('actionRuns')
        .select(['tenantId', 'id'])
        .where('state', 'in', ['running', 'reverting'])
        .orderBy('createdAt')
        .execute()
    },
  }
}

async function withTargetCounts(
  db: Database,
  tenantId: TenantId,
  runs: readonly Omit<ActionRun, 'targetsByState'>[],
): Promise<ActionRun[]> {
  if (runs.length === 0) return []
  const counts = await db
    .selectFrom('actionTargets')
    .select((eb) => ['runId', 'state', eb.fn.countAll<string>().as('targets')])
    .where('tenantId', '=', tenantId)
    .where(
      'runId',
      'in',
      runs.map((run) => run.id),
    )
    .groupBy(['runId', 'state'])
    .execute()
  return runs.map((run) => ({
    ...run,
    targetsByState: Object.fromEntries(
      counts.filter((count) => count.runId === run.id).map((count) => [count.state, Number(count.targets)]),
    ),
  }))
}
