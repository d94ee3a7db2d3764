import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/**
 * What may be known of a connection's credential without opening it; a certificate that was made and is not used yet; and which
 * feeds have a secret of their own.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `alter table connections
         add column certificate jsonb,
         add column pending_certificate jsonb,
         add column sealed_pending bytea,
         add column secret_feeds text[]`,
    )
    .execute(db)
}
