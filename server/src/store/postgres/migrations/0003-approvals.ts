import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** What a plan shows to whoever approves it, who that was, and shadow runs. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `alter table action_runs
    add column options jsonb,
    add column shadow boolean not null default false,
    add column mailboxes_total integer not null default 0,
    add column mailboxes_covered integer,
    add column sample jsonb not null default '[]',
    add column needs_approval boolean not null default false,
    add column expires_at timestamptz,
    add column decided_by text,
    add column decided_at timestamptz,
    add column decision_note text`,
  // Plans from before have a day, as those after them.
  `update action_runs run set
    expires_at = created_at + interval '1 day',
    mailboxes_total = (
      select count(distinct user_id) from action_targets target
      where target.tenant_id = run.tenant_id and target.run_id = run.id
    )`,
  `alter table action_runs alter column expires_at set not null`,
]
