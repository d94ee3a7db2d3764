import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Who did what with the mails that were found, where copies of them went, and how far finding that out has come. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `alter table investigations add column follow_up jsonb`,
  `alter table mail_hits add column found_by text not null default 'search'`,
  `create table mail_people (
    tenant_id text not null, investigation_id text not null, user_principal_name text not null, user_id text,
    opened jsonb not null, replied jsonb not null, forwarded jsonb not null, clicked jsonb not null,
    primary key (tenant_id, investigation_id, user_principal_name)
  )`,
  `create table unreached_copies (
    tenant_id text not null, investigation_id text not null, found_by text not null, hit_id text not null,
    recipient text not null, internet_message_id text not null, reason text not null,
    primary key (tenant_id, investigation_id, recipient, internet_message_id, hit_id, found_by)
  )`,
]
