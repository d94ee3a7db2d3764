import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** The first tables. Whatever belongs to a tenant has the tenant first in its key and in every index. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table tenants (
    id text primary key,
    name text not null,
    created_at timestamptz not null default now()
  )`,
  `create table connections (
    tenant_id text not null,
    id text not null,
    name text not null,
    cloud text not null,
    client_id text not null,
    credential_kind text not null,
    sealed_credential bytea not null,
    feeds text[] not null,
    created_at timestamptz not null,
    last_test jsonb,
    primary key (tenant_id, id)
  )`,

  // The ledger outlives its connection: what was collected stays accounted for.
  `create table checkpoints (
    tenant_id text not null,
    connection_id text not null,
    feed text not null,
    until timestamptz not null,
    primary key (tenant_id, connection_id, feed)
  )`,
  `create table ledger_batches (
    tenant_id text not null,
    connection_id text not null,
    feed text not null,
    id text not null,
    available_at timestamptz not null,
    stored_at timestamptz not null,
    counts jsonb not null,
    primary key (tenant_id, connection_id, feed, id)
  )`,
  `create table ledger_windows (
    tenant_id text not null,
    connection_id text not null,
    feed text not null,
    "from" timestamptz not null,
    "to" timestamptz not null,
    state text not null,
    listed integer not null,
    stored integer not null,
    counts jsonb not null,
    reason text,
    updated_at timestamptz not null,
    primary key (tenant_id, connection_id, feed, "from", "to")
  )`,
  `create index ledger_windows_by_time on ledger_windows (tenant_id, "from", "to")`,

  `create table quarantine (
    tenant_id text not null,
    id text not null,
    dataset text not null,
    origin text not null,
    step text not null,
    error text not null,
    original bytea not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id)
  )`,
  `create index quarantine_newest on quarantine (tenant_id, created_at desc)`,

  `create table alerts (
    tenant_id text not null,
    id text not null,
    rule_id text not null,
    rule_title text not null,
    severity text not null,
    attack text[] not null,
    group_key text not null,
    sentence text not null,
    status text not null,
    close_reason text,
    event_count integer not null,
    first_event_at timestamptz not null,
    last_event_at timestamptz not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (tenant_id, id)
  )`,
  `create unique index alerts_one_open on alerts (tenant_id, rule_id, group_key) where status = 'open'`,
  `create index alerts_newest on alerts (tenant_id, last_event_at desc)`,
  `create table alert_evidence (
    tenant_id text not null,
    rule_id text not null,
    event_id text not null,
    alert_id text,
    event_time timestamptz not null,
    primary key (tenant_id, rule_id, event_id),
    foreign key (tenant_id, alert_id) references alerts
  )`,
  `create index alert_evidence_newest on alert_evidence (tenant_id, alert_id, event_time desc)`,

  `create table investigations (
    tenant_id text not null,
    id text not null,
    connection_id text not null,
    name text not null,
    filter jsonb not null,
    targets jsonb not null,
    state text not null,
    failure text,
    mailboxes_total integer not null,
    mailboxes_done integer not null,
    mailboxes_failed integer not null,
    hits integer not null,
    created_by text not null,
    created_at timestamptz not null,
    started_at timestamptz,
    ended_at timestamptz,
    primary key (tenant_id, id)
  )`,
  `create index investigations_newest on investigations (tenant_id, created_at desc)`,
  `create table investigation_mailboxes (
    tenant_id text not null,
    investigation_id text not null,
    user_id text not null,
    user_principal_name text not null,
    display_name text not null,
    state text not null,
    hits integer not null,
    reason text,
    searched_at timestamptz,
    primary key (tenant_id, investigation_id, user_id),
    foreign key (tenant_id, investigation_id) references investigations
  )`,
  `create table mail_hits (
    tenant_id text not null,
    investigation_id text not null,
    id text not null,
    user_id text not null,
    user_principal_name text not null,
    message_id text not null,
    internet_message_id text not null,
    subject text not null,
    sender text not null,
    received_at timestamptz not null,
    folder_id text not null,
    folder_name text not null,
    is_read boolean not null,
    has_attachments boolean not null,
    primary key (tenant_id, investigation_id, id),
    foreign key (tenant_id, investigation_id) references investigations
  )`,

  `create table action_runs (
    tenant_id text not null,
    id text not null,
    connection_id text not null,
    action text not null,
    investigation_id text not null,
    state text not null,
    effect text not null,
    reversible boolean not null,
    targets_total integer not null,
    created_by text not null,
    created_at timestamptz not null,
    started_at timestamptz,
    ended_at timestamptz,
    primary key (tenant_id, id)
  )`,
  `create index action_runs_newest on action_runs (tenant_id, created_at desc)`,
  `create index action_runs_of_investigation on action_runs (tenant_id, investigation_id, created_at desc)`,
  `create table action_targets (
    tenant_id text not null,
    run_id text not null,
    id text not null,
    hit_id text not null,
    user_id text not null,
    user_principal_name text not null,
    message_id text not null,
    subject text not null,
    state text not null,
    before jsonb,
    proof text,
    reason text,
    updated_at timestamptz not null,
    primary key (tenant_id, run_id, id),
    foreign key (tenant_id, run_id) references action_runs
  )`,
  `create index action_targets_by_state on action_targets (tenant_id, run_id, state)`,

  `create table users (
    id text primary key,
    name text not null,
    role text not null,
    created_at timestamptz not null,
    password_hash text not null
  )`,
  `create unique index users_name on users (lower(name))`,
  `create table sessions (
    token_hash text primary key,
    user_id text not null references users on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null
  )`,
  `create index sessions_expiry on sessions (expires_at)`,
  `create table api_tokens (
    id text primary key,
    token_hash text not null unique,
    user_id text not null references users on delete cascade,
    name text not null,
    role text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null
  )`,
  `create index api_tokens_of_user on api_tokens (user_id)`,

  `create table audit (
    sequence bigint generated always as identity primary key,
    at timestamptz not null,
    actor text not null,
    tenant_id text,
    action text not null,
    detail jsonb not null
  )`,
  `create index audit_newest on audit (tenant_id, sequence desc)`,
  `create function audit_is_append_only() returns trigger language plpgsql as $$
    begin
      raise exception 'The audit log is append-only.';
    end
  $$`,
  `create trigger audit_is_append_only before update or delete or truncate on audit
    for each statement execute function audit_is_append_only()`,
]
