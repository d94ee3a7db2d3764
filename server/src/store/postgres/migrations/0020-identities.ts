import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/**
 * People may sign in elsewhere: an issuer vouches for them under a subject of its own, and they have no password here. Nobody has
 * both, so that a password set by mistake is no way around the issuer.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `alter table users
    alter column password_hash drop not null,
    add column issuer text,
    add column subject text,
    add column confirmed_at timestamptz,
    add constraint users_password_or_identity check (
      num_nonnulls(issuer, subject, confirmed_at) in (0, 3) and (password_hash is null) = (issuer is not null)
    ),
    add constraint users_one_of_identity unique (issuer, subject)`,
]
