import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Filters become groups of conditions; those of investigations that exist had a field for each of three conditions. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    update investigations
    set filter = jsonb_strip_nulls(jsonb_build_object(
      'where', jsonb_build_object('logic', 'and', 'conditions', (
        select coalesce(jsonb_agg(jsonb_build_object('field', field, 'value', filter ->> old) order by place), '[]')
        from (values (1, 'sender', 'from'), (2, 'subject', 'subject'), (3, 'internetMessageId', 'internet-message-id'))
          as fields (place, old, field)
        where filter ->> old is not null
      )),
      'receivedFrom', filter -> 'receivedFrom',
      'receivedTo', filter -> 'receivedTo'
    ))
    where filter -> 'where' is null`.execute(db)
}
