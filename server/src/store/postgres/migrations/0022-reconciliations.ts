import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/**
 * How far correlations have been held against history, by rule; and which events of alerts history added, or does not confirm.
 * What was counted is counted from the events themselves, so that a crash can neither lose nor double it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table reconciliations (
    tenant_id text not null references tenants on delete cascade,
    rule_id text not null,
    until timestamptz not null,
    waiting jsonb not null,
    passed_at timestamptz,
    fault jsonb,
    primary key (tenant_id, rule_id)
  )`,
  'alter table alert_evidence add column is_added boolean, add column is_unconfirmed boolean',
  'create index alert_evidence_by_history on alert_evidence (tenant_id, rule_id) where is_added or is_unconfirmed',
]
