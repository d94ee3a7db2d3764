import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/**
 * Workers share the feeds: who reads one, until when, and when it is due again; by this database's clock. A window counts what
 * came late, and may be asked for again.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create table feed_leases (
        tenant_id text not null,
        connection_id text not null,
        feed text not null,
        holder text,
        token bigint not null default 0,
        expires_at timestamptz not null default clock_timestamp(),
        due_at timestamptz not null default clock_timestamp(),
        failures integer not null default 0,
        edge timestamptz,
        primary key (tenant_id, connection_id, feed)
      )`,
    )
    .execute(db)
  await sql
    .raw(
      `alter table ledger_windows
        add column late integer not null default 0,
        add column requested_at timestamptz`,
    )
    .execute(db)
}
