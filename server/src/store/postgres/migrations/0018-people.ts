import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/**
 * People may have a role in single tenants and may be disabled; API tokens may be narrowed to rights and tenants and say when they
 * were last used; sessions say from where they were begun. Those of before end: nobody knows from where they are.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  'alter table users add column disabled_at timestamptz',
  `create table user_roles (
    tenant_id text not null,
    user_id text not null references users on delete cascade,
    role text not null,
    primary key (tenant_id, user_id)
  )`,
  'delete from sessions',
  'alter table sessions add column address text not null, add column user_agent text not null',
  'alter table api_tokens add column rights text[], add column tenant_ids text[], add column last_used_at timestamptz',
]
