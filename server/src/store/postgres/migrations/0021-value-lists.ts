import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Named lists of values that rules look up. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table value_lists (
    tenant_id text not null references tenants on delete cascade,
    name text not null,
    description text not null,
    created_by text not null,
    created_at timestamptz not null,
    primary key (tenant_id, name)
  )`,
  `create table listed_values (
    tenant_id text not null,
    list text not null,
    value text not null,
    note text,
    expires_at timestamptz,
    added_by text not null,
    added_at timestamptz not null,
    primary key (tenant_id, list, value),
    foreign key (tenant_id, list) references value_lists on delete cascade
  )`,
]
