import { sql } from 'kysely'

import type { CoverageLedger, FeedKey } from '#domain/coverage.ts'
import type { Lease } from '#domain/lease.ts'

import { fence } from './leases.ts'
import { present } from './row.ts'
import type { Database } from './schema.ts'

/** What a window that is written again takes from its new state. */
const REPLACED = ['state', 'listed', 'stored', 'late', 'counts', 'reason', 'updatedAt'] as const

/**
 * The coverage ledger. The caller counts a window's totals; here they are only kept, with the batch they came with.
 *
 * @param lease under which `commit` writes, or not at all.
 */
export function coverage(db: Database, lease?: Lease): CoverageLedger {
  return {
    async readCheckpoint(key) {
      const row = await db
        .selectFrom('checkpoints')
        .select('until')
        .where('tenantId', '=', key.tenantId)
        .where('connectionId', '=', key.connectionId)
        .where('feed', '=', key.feed)
        .executeTakeFirst()
      return row && present(row)
    },

    async storedBatches(key, batchIds) {
      const rows = await db
        .selectFrom('ledgerBatches')
        .select('id')
        .where('tenantId', '=', key.tenantId)
        .where('connectionId', '=', key.connectionId)
        .where('feed', '=', key.feed)
        .where((eb) => eb('id', '=', eb.fn.any(eb.val([...batchIds]))))
        .execute()
      return new Set(rows.map((row) => row.id))
    },

    async commit(key, { batches = [], windows, checkpoint }) {
      await db.transaction().execute(async (trx) => {
        await hastily(trx)
        if (lease) await fence(trx, lease)
        if (batches.length > 0) {
          await trx
            .insertInto('ledgerBatches')
            .values(batches.map((batch) => ({ ...columns(key), ...batch })))
            .onConflict((conflict) => conflict.doNothing())
            .execute()
        }
        if (windows.length > 0) {
          await trx
            .insertInto('ledgerWindows')
            .values(windows.map((window) => ({ ...columns(key), reason: null, ...window })))
            .onConflict((conflict) =>
              conflict
                .columns(['tenantId', 'connectionId', 'feed', 'from', 'to'])
                .doUpdateSet((eb) =>
                  Object.fromEntries(REPLACED.map((column) => [column, eb.ref(`excluded.${column}`)])),
                ),
            )
            .execute()
        }
        if (checkpoint) {
          const written = await trx
            .insertInto('checkpoints')
            .values({ ...columns(key), until: checkpoint.until })
            .onConflict((conflict) =>
              conflict
                .columns(['tenantId', 'connectionId', 'feed'])
                .doUpdateSet((eb) => ({ until: eb.fn('greatest', ['checkpoints.until', 'excluded.until']) })),
            )
            .returning(sql<boolean>`xmax = 0`.as('isFirst'))
            .executeTakeFirstOrThrow()
          if (written.isFirst) await surely(trx)
        }
      })
    },

    async request(key, windows, at) {
      if (windows.length === 0) return
      await db
        .insertInto('ledgerWindows')
        .values(windows.map((window) => ({ ...columns(key), reason: null, ...window, requestedAt: at })))
        .onConflict((conflict) =>
          conflict
            .columns(['tenantId', 'connectionId', 'feed', 'from', 'to'])
            .doUpdateSet({ requestedAt: (eb) => eb.ref('excluded.requestedAt') }),
        )
        .execute()
    },

    async windows(tenantId, range, only) {
      let query = db.selectFrom('ledgerWindows').selectAll().where('tenantId', '=', tenantId)
      if (only) query = query.where('connectionId', '=', only.connectionId).where('feed', '=', only.feed)
      const rows = await query
        .where('from', '<', new Date(range.to))
        .where('to', '>', new Date(range.from))
        .orderBy('from')
        .orderBy('connectionId')
        .orderBy('feed')
        .orderBy('to')
        .execute()
      return rows.map(present)
    },
  }
}

/**
 * Commits without waiting for the disk, of which a blob costs one otherwise. The events are durable before; what a crash
 * takes from the newest end of the ledger is collected again, and changes nothing.
 */
async function hastily(trx: Database): Promise<void> {
  await sql`set local synchronous_commit to off`.execute(trx)
}

/** Where a feed begins is found in no other place: were it lost, the feed would begin later. */
async function surely(trx: Database): Promise<void> {
  await sql`set local synchronous_commit to on`.execute(trx)
}

/** Only the columns of the key: callers may hand in objects that carry more. */
function columns({ tenantId, connectionId, feed }: FeedKey): FeedKey {
  return { tenantId, connectionId, feed }
}
