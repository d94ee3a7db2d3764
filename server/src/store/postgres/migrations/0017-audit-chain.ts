import { sql } from 'kysely'
import type { Kysely } from 'kysely'

import { type AuditEntry, chainAfter, GENESIS } from '#domain/audit.ts'

const ROWS_A_STATEMENT = 1000

/**
 * Entries of the audit log become a chain: each has the hash of the one before, and where the act came from. They are copied
 * into a new table and numbered without gaps, as the old numbers had gaps wherever a write had failed. `audit_head` says where
 * the chain ends; it is sealed with the first entry that is added.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of BEFORE) await sql.raw(statement).execute(db)
  let head = GENESIS
  let after = '0'
  for (;;) {
    const { rows } = await sql<{ sequence: string; at: Date; entry: Omit<AuditEntry, 'at'> }>`
      select sequence, at, jsonb_strip_nulls(jsonb_build_object('actor', actor, 'tenantId', tenant_id, 'action', action))
        || jsonb_build_object('detail', detail) as entry
      from audit_before where sequence > ${after} order by sequence limit ${ROWS_A_STATEMENT}`.execute(db)
    if (rows.length === 0) break
    const chained = chainAfter(
      head,
      rows.map(({ at, entry }) => ({ ...entry, at: at.toISOString() })),
    )
    await sql`insert into audit (sequence, at, actor, tenant_id, action, detail, previous_hash, hash)
      select e.sequence, e.at, e.actor, e."tenantId", e.action, e.detail, e."previousHash", e.hash
      from jsonb_to_recordset(${JSON.stringify(chained)}::jsonb) as e(sequence bigint, at timestamptz, actor text,
        "tenantId" text, action text, detail jsonb, "previousHash" text, hash text)`.execute(db)
    const { sequence, hash } = chained.at(-1)!
    head = { sequence, hash }
    after = rows.at(-1)!.sequence
  }
  await sql`insert into audit_head values (1, ${head.sequence}, ${head.hash}, null)`.execute(db)
  for (const statement of AFTER) await sql.raw(statement).execute(db)
}

const BEFORE = [
  'alter table audit rename to audit_before',
  'alter index audit_pkey rename to audit_before_pkey',
  'alter index audit_newest rename to audit_before_newest',
  // Milliseconds, so that a moment cannot be moved by less than is hashed.
  `create table audit (
    sequence bigint primary key,
    at timestamptz(3) not null,
    actor text not null,
    tenant_id text,
    action text not null,
    detail jsonb not null,
    origin jsonb,
    previous_hash text not null,
    hash text not null
  )`,
  'create table audit_head (id integer primary key check (id = 1), sequence bigint not null, hash text not null, sealed bytea)',
]

const AFTER = [
  'drop table audit_before',
  'create index audit_newest on audit (tenant_id, sequence desc)',
  `create trigger audit_is_append_only before update or delete or truncate on audit
    for each statement execute function audit_is_append_only()`,
]
