import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Connections to Exchange servers on premises. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw('alter table connections add column exchange jsonb').execute(db)
}
