import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Stops of all acting, and actions that only run as shadow. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  // The tenant is empty for the whole installation.
  `create table acting_stops (
    tenant_id text primary key,
    reason text not null,
    stopped_by text not null,
    stopped_at timestamptz not null
  )`,
  `create table shadow_actions (
    tenant_id text not null references tenants,
    action text not null,
    primary key (tenant_id, action)
  )`,
]
