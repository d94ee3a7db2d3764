import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/**
 * Actions are on more than messages. A target has an id, a name and an address, whatever it is, and a lane; runs from before
 * are on messages, and only those have an investigation and mailboxes.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `alter table action_runs
    add column target_kind text not null default 'message',
    alter column investigation_id drop not null,
    alter column mailboxes_total drop not null,
    alter column mailboxes_total drop default`,
  'alter table action_runs alter column target_kind drop default',
  `update action_runs set sample = (
    select coalesce(jsonb_agg(
      jsonb_build_object('address', each.value->'userPrincipalName', 'name', each.value->'subject') order by each.place
    ), '[]')
    from jsonb_array_elements(sample) with ordinality each (value, place)
  )`,
  'alter table action_targets rename column hit_id to ref',
  'alter table action_targets rename column message_id to object_id',
  'alter table action_targets rename column subject to name',
  'alter table action_targets rename column user_principal_name to address',
  'alter table action_targets rename column user_id to lane',
]
