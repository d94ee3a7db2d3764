import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Keys with which programs push records into a tenant. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create table intake_keys (
        tenant_id text not null references tenants,
        id text not null,
        key_hash text not null unique,
        name text not null,
        dataset text not null,
        created_at timestamptz not null,
        expires_at timestamptz,
        primary key (tenant_id, id)
      )`,
    )
    .execute(db)
}
