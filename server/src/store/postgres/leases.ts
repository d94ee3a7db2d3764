import { sql } from 'kysely'

import type { Lease, Leases } from '#domain/lease.ts'
import { AppError } from '#domain/errors.ts'

import { present } from './row.ts'
import type { Database } from './schema.ts'

/** Leases by the database's own clock. One statement takes a feed, so that no two get it. */
export function leases(db: Database): Leases {
  return {
    async take({ tenantId, connectionId, feed }, holder, forMs) {
      const { rows } = await sql<{ token: string; failures: number }>`
        insert into feed_leases as lease (tenant_id, connection_id, feed, holder, token, expires_at)
        values (${tenantId}, ${connectionId}, ${feed}, ${holder}, 1, ${later(forMs)})
        on conflict (tenant_id, connection_id, feed) do update
          set holder = excluded.holder, token = lease.token + 1, expires_at = excluded.expires_at
          where lease.due_at <= clock_timestamp() and (lease.holder is null or lease.expires_at < clock_timestamp())
        returning token, failures`.execute(db)
      const [taken] = rows
      if (taken) return { tenantId, connectionId, feed, token: Number(taken.token), failures: taken.failures }
      const refused = await sql<{ wait: string }>`
        select extract(epoch from
          greatest(due_at, case when holder is not null then expires_at end) - clock_timestamp()) * 1000 as wait
        from feed_leases
        where tenant_id = ${tenantId} and connection_id = ${connectionId} and feed = ${feed}`.execute(db)
      return { againInMs: Math.max(1, Math.ceil(Number(refused.rows[0]?.wait ?? 0))) }
    },

    async renew(holder, forMs) {
      const rows = await db
        .updateTable('feedLeases')
        .set({ expiresAt: later(forMs) })
        .where('holder', '=', holder)
        .returning(['tenantId', 'connectionId', 'feed', 'token'])
        .execute()
      return rows.map((row) => ({ ...row, token: Number(row.token) }))
    },

    async release(lease, { dueInMs, failures, edge = null }) {
      await db
        .updateTable('feedLeases')
        .where('tenantId', '=', lease.tenantId)
        .where('connectionId', '=', lease.connectionId)
        .where('feed', '=', lease.feed)
        .where('token', '=', String(lease.token))
        .set({
          holder: null,
          dueAt: later(dueInMs),
          failures,
          edge: sql<string | null>`greatest(edge, ${edge}::timestamptz)`,
        })
        .execute()
    },

    async hurry(only) {
      const due = db.updateTable('feedLeases').set({ dueAt: later(0) })
      const chosen = only
        ? due
            .where('tenantId', '=', only.tenantId)
            .where('connectionId', '=', only.connectionId)
            .where('feed', '=', only.feed)
        : due.where('failures', '>', 0)
      await chosen.execute()
    },

    async clear() {
      await db
        .updateTable('feedLeases')
        .set({ holder: null, dueAt: later(0) })
        .execute()
    },

    async list(tenantId) {
      const rows = await db
        .selectFrom('feedLeases')
        .select(['tenantId', 'connectionId', 'feed', 'failures', 'edge'])
        .where('tenantId', '=', tenantId)
        .execute()
      return rows.map(present)
    },
  }
}

/**
 * Holds a lease still until the transaction ends, so that nobody takes the feed between the question and what is written.
 *
 * @throws AppError COLLECT_LEASE_LOST when another has taken it.
 */
export async function fence(trx: Database, lease: Lease): Promise<void> {
  const { rows } = await sql`
    select from feed_leases
    where tenant_id = ${lease.tenantId} and connection_id = ${lease.connectionId} and feed = ${lease.feed}
      and token = ${lease.token} for share`.execute(trx)
  if (rows.length > 0) return
  throw new AppError({
    code: 'COLLECT_LEASE_LOST',
    what: `Could not write down what was collected of ${lease.feed}.`,
    why: 'Another process reads this feed now: this one did not answer for too long.',
    fix: 'Nothing needs doing: the other process collects it again, and nothing is stored twice.',
    retry: 'backoff',
  })
}

function later(ms: number) {
  return sql<Date>`clock_timestamp() + ${ms} * interval '1 millisecond'`
}
