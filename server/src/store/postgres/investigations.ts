import type { TenantId } from '#domain/ids.ts'
import type { InvestigationMailbox } from '#domain/investigation.ts'
import type { RecordStore } from '#store/record-store.ts'

import { insertMissing } from './bulk.ts'
import { readHits } from './hits.ts'
import { present } from './row.ts'
import type { Database, DatabaseTransaction } from './schema.ts'

const ENDED: ReadonlySet<InvestigationMailbox['state']> = new Set(['searched', 'no-mailbox', 'failed', 'skipped'])

/**
 * Investigations. Progress is read every second over up to 100,000 mailboxes, so the counters stand in the investigation's
 * row; they move by the difference a commit makes, in the same transaction, so that a repeated commit moves nothing.
 */
export function investigations(db: Database): RecordStore['investigations'] {
  return {
    async create(investigation) {
      const counters = { mailboxesTotal: 0, mailboxesDone: 0, mailboxesFailed: 0, hits: 0 }
      await db
        .insertInto('investigations')
        .values({ ...investigation, ...counters })
        .execute()
    },

    async list(tenantId, limit) {
      const rows = await db
        .selectFrom('investigations')
        .selectAll()
        .where('tenantId', '=', tenantId)
        .orderBy('createdAt', 'desc')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(present)
    },

    async read(tenantId, id) {
      const row = await db
        .selectFrom('investigations')
        .selectAll()
        .where('tenantId', '=', tenantId)
        .where('id', '=', id)
        .executeTakeFirst()
      return row && present(row)
    },

    async transition(tenantId, id, from, change) {
      const result = await db
        .updateTable('investigations')
        .set(change)
        .where('tenantId', '=', tenantId)
        .where('id', '=', id)
        .where('state', 'in', from)
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },

    async addMailboxes(tenantId, id, mailboxes) {
      await db.transaction().execute(async (trx) => {
        const rows = mailboxes.map((mailbox) => ({
          ...mailbox,
          tenantId,
          investigationId: id,
          state: 'waiting' as const,
          hits: 0,
        }))
        const added = await insertMissing(trx, 'investigationMailboxes', rows)
        await moveCounters(trx, tenantId, id, { total: added, done: 0, failed: 0, hits: 0 })
      })
    },

    async mailboxes(tenantId, id, filter) {
      const state = filter?.state
      const rows = await db
        .selectFrom('investigationMailboxes')
        .select(['userId', 'userPrincipalName', 'displayName', 'state', 'hits', 'reason', 'searchedAt'])
        .where('tenantId', '=', tenantId)
        .where('investigationId', '=', id)
        .$if(state !== undefined, (query) => query.where('state', '=', state!))
        .orderBy('userPrincipalName')
        .orderBy('userId')
        .execute()
      return rows.map(present)
    },

    async commitMailbox(tenantId, id, mailbox, hits) {
      await db.transaction().execute(async (trx) => {
        const before = await trx
          .selectFrom('investigationMailboxes')
          .select('state')
          .where('tenantId', '=', tenantId)
          .where('investigationId', '=', id)
          .where('userId', '=', mailbox.userId)
          .forUpdate()
          .executeTakeFirst()
        const written = { reason: null, searchedAt: null, ...mailbox }
        await trx
          .insertInto('investigationMailboxes')
          .values({ ...written, tenantId, investigationId: id })
          .onConflict((conflict) => conflict.columns(['tenantId', 'investigationId', 'userId']).doUpdateSet(written))
          .execute()
        const rows = hits.map(({ lastAction: _action, ...hit }) => ({ ...hit, tenantId, investigationId: id }))
        const added = await insertMissing(trx, 'mailHits', rows)
        await moveCounters(trx, tenantId, id, {
          total: before ? 0 : 1,
          done: Number(ENDED.has(mailbox.state)) - Number(before !== undefined && ENDED.has(before.state)),
          failed: Number(mailbox.state === 'failed') - Number(before?.state === 'failed'),
          hits: added,
        })
      })
    },

    hits: (tenantId, id) => readHits(db, tenantId, id),

    async unfinished() {
      return db
        .selectFrom('investigations')
        .select(['tenantId', 'id'])
        .where('state', 'in', ['queued', 'running', 'stopping'])
        .orderBy('createdAt')
        .execute()
    },
  }
}

async function moveCounters(
  trx: DatabaseTransaction,
  tenantId: TenantId,
  id: string,
  by: { total: number; done: number; failed: number; hits: number },
): Promise<void> {
  if (Object.values(by).every((step) => step === 0)) return
  await trx
    .updateTable('investigations')
    .set((eb) => ({
      mailboxesTotal: eb('mailboxesTotal', '+', by.total),
      mailboxesDone: eb('mailboxesDone', '+', by.done),
      mailboxesFailed: eb('mailboxesFailed', '+', by.failed),
      hits: eb('hits', '+', by.hits),
    }))
    .where('tenantId', '=', tenantId)
    .where('id', '=', id)
    .execute()
}
