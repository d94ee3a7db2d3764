import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** When a hit was found, for what an investigation that watches tells of each day. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(`alter table mail_hits add column found_at timestamptz not null default now()`).execute(db)
}
