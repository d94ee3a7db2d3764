import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/**
 * Where events and alerts are sent on to, how far each got, and what it refused.
 *
 * Alerts change, and are sent on at each change, in the order of transactions: `alert_changes` has the newest transaction that
 * changed an alert. All before the oldest that runs have ended, so a reader who stays behind that one passes none by.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table destinations (
    tenant_id text not null references tenants,
    id text not null,
    name text not null,
    kind text not null,
    options jsonb not null,
    sealed_secret bytea,
    filter jsonb not null,
    is_paused boolean not null default false,
    created_at timestamptz not null,
    events_after jsonb,
    alerts_after jsonb,
    delivered bigint not null default 0,
    last_delivered_at timestamptz,
    fault jsonb,
    primary key (tenant_id, id)
  )`,
  `create table dead_letters (
    tenant_id text not null,
    destination_id text not null,
    id text not null,
    kind text not null,
    dataset text not null,
    time_ms double precision not null,
    document bytea not null,
    reason text not null,
    refused_at timestamptz not null,
    is_retried boolean not null default false,
    primary key (tenant_id, destination_id, id),
    foreign key (tenant_id, destination_id) references destinations on delete cascade
  )`,
  `create table alert_changes (
    tenant_id text not null,
    alert_id text not null,
    changed_in xid8 not null,
    primary key (tenant_id, alert_id)
  )`,
  'create index alert_changes_in_order on alert_changes (tenant_id, changed_in, alert_id)',
  'insert into alert_changes select tenant_id, id, pg_current_xact_id() from alerts',
  `create function note_alert_change() returns trigger language plpgsql as $$
    begin
      insert into alert_changes values (new.tenant_id, new.id, pg_current_xact_id())
      on conflict (tenant_id, alert_id) do update set changed_in = excluded.changed_in;
      return null;
    end
  $$`,
  'create trigger alert_changed after insert or update on alerts for each row execute function note_alert_change()',
]
