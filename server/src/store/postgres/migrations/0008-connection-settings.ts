import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** What is said about a connection beyond its application: settings of feeds, addresses of services. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(`alter table connections add column settings jsonb not null default '{}'`).execute(db)
}
