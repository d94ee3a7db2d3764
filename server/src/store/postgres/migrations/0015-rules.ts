import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/**
 * What a tenant does differently about rules: files of its own with all their versions, what is switched on, what is left
 * out; `rule_revisions` counts the changes, so that every process learns of them. `correlation_hits` is what correlations
 * remember, of every process together: a row has the hits of one batch in one minute, since a row for each would cost as much
 * as the rest of storing an event. Alerts are given to people, put off, and closed with a verdict.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table rule_revisions (
    tenant_id text primary key references tenants,
    revision bigint not null
  )`,
  `create table rule_versions (
    tenant_id text not null references tenants,
    path text not null,
    version integer not null,
    text text not null,
    change text not null,
    note text,
    created_by text not null,
    created_at timestamptz not null,
    primary key (tenant_id, path, version)
  )`,
  `create table rule_files (
    tenant_id text not null,
    path text not null,
    version integer not null,
    primary key (tenant_id, path),
    foreign key (tenant_id, path, version) references rule_versions
  )`,
  `create table rule_switches (
    tenant_id text not null references tenants,
    rule_id text not null,
    is_enabled boolean not null,
    primary key (tenant_id, rule_id)
  )`,
  `create table rule_tunings (
    tenant_id text not null references tenants,
    id text not null,
    rule_id text not null,
    yaml text not null,
    reason text not null,
    expires_at timestamptz,
    created_by text not null,
    created_at timestamptz not null,
    primary key (tenant_id, id)
  )`,
  `create table correlation_hits (
    tenant_id text not null,
    id text not null,
    minute bigint not null,
    count integer not null,
    hits text not null,
    changed_in xid8 not null default pg_current_xact_id(),
    arrived_at timestamptz not null default now(),
    primary key (tenant_id, id)
  )`,
  'create index correlation_hits_by_minute on correlation_hits (tenant_id, minute)',
  'create index correlation_hits_by_arrival on correlation_hits (tenant_id, changed_in, id)',
  'alter table alerts add column assignee text, add column suppressed_until timestamptz, add column verdict text',
  'create index alerts_by_rule on alerts (tenant_id, rule_id, created_at)',
]
