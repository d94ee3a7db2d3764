import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Turns booked in Microsoft's budgets: milliseconds since 1970, the last ones, oldest first. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table budgets (
    tenant_id text not null, name text not null, turns bigint[] not null, primary key (tenant_id, name)
  )`.execute(db)
}
