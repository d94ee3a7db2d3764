import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** What an investigation was told by Microsoft's records, how long it goes on, and which mailboxes are searched together. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `alter table investigations
    add column method text not null default 'auto',
    add column duration jsonb not null default '{"kind":"once"}',
    add column finding jsonb,
    add column listed boolean not null default false,
    add column watched_until timestamptz`,
  // Investigations from before listed everybody and then searched.
  `update investigations set method = 'scan', listed = state in ('done', 'stopped', 'failed')`,
  `alter table investigation_mailboxes add column chunk integer not null default 0`,
  `create index investigation_mailboxes_waiting on investigation_mailboxes
    (tenant_id, investigation_id, chunk) where state = 'waiting'`,
  `create index mail_hits_mailbox on mail_hits (tenant_id, investigation_id, user_id)`,
  // In the order in which they are shown, page by page.
  `create index mail_hits_shown on mail_hits (tenant_id, investigation_id, received_at desc, id)`,
  `alter table mail_hits add column matched text[] not null default '{}'`,
]
