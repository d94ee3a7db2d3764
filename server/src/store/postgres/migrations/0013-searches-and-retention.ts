import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Searches that people keep, and how long the events of a tenant are kept. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create table saved_searches (
        tenant_id text not null references tenants,
        id text not null,
        name text not null,
        query text not null,
        "from" text not null,
        "to" text not null,
        columns text[] not null,
        created_by text not null,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        primary key (tenant_id, id)
      )`,
    )
    .execute(db)
  await sql.raw('create unique index saved_searches_by_name on saved_searches (tenant_id, lower(name))').execute(db)
  // The dataset is empty for the default of the tenant; what has no row is kept for ever.
  await sql
    .raw(
      `create table retention (
        tenant_id text not null references tenants,
        dataset text not null,
        days integer not null,
        primary key (tenant_id, dataset)
      )`,
    )
    .execute(db)
  await sql
    .raw(
      `create table retention_passes (
        tenant_id text not null references tenants primary key,
        applied_at timestamptz not null
      )`,
    )
    .execute(db)
}
