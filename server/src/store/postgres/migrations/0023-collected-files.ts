import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/**
 * Files that actions have brought from devices: in pieces, sealed under a key of the file's own, which is sealed itself. One without
 * a hash is being written, or was cut off.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table collected_files (
    tenant_id text not null references tenants on delete cascade,
    id text not null,
    action_run_id text not null,
    session text not null,
    device_id text not null,
    device_name text not null,
    path text not null,
    sha256 text,
    size_bytes bigint not null default 0,
    collected_at timestamptz not null,
    sealed_key bytea not null,
    primary key (tenant_id, id)
  )`,
  'create index collected_files_by_run on collected_files (tenant_id, action_run_id)',
  `create table collected_pieces (
    tenant_id text not null,
    file_id text not null,
    number integer not null,
    sealed bytea not null,
    primary key (tenant_id, file_id, number),
    foreign key (tenant_id, file_id) references collected_files on delete cascade
  )`,
]
