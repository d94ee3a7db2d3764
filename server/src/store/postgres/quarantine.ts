import { sql } from 'kysely'

import { stableId } from '#domain/ids.ts'
import type { RecordStore } from '#store/record-store.ts'

import { present } from './row.ts'
import type { Database } from './schema.ts'

/** A broken file may hold millions of records, some of them large. */
const RECORDS_A_STATEMENT = 500

/** Records that failed at a named step, kept with their own text so that they can be replayed. */
export function quarantine(db: Database): RecordStore['quarantine'] {
  return {
    async add(tenantId, { dataset, origin }, records) {
      for (let start = 0; start < records.length; start += RECORDS_A_STATEMENT) {
        const part = records.slice(start, start + RECORDS_A_STATEMENT)
        const ids = part.map((record) => stableId(dataset, origin, record.original))
        const originals = part.map((record) => Buffer.from(record.original, 'utf8'))
        await sql`insert into quarantine (tenant_id, id, dataset, origin, step, error, original)
          select ${tenantId}, given.id, ${dataset}, ${origin}, given.step, given.error, given.original
          from unnest(${ids}::text[], ${part.map((record) => record.step)}::text[],
            ${part.map((record) => record.error)}::text[], ${originals}::bytea[])
            as given (id, step, error, original)
          on conflict do nothing`.execute(db)
      }
    },

    async list(tenantId, limit) {
      const rows = await db
        .selectFrom('quarantine')
        .selectAll()
        .where('tenantId', '=', tenantId)
        .orderBy('createdAt', 'desc')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(({ tenantId: _tenant, original, ...row }) => ({
        outcome: 'quarantined' as const,
        ...present(row),
        original: original.toString('utf8'),
      }))
    },

    async countByStep(tenantId) {
      const rows = await db
        .selectFrom('quarantine')
        .select((eb) => ['step', eb.fn.countAll<string>().as('records')])
        .where('tenantId', '=', tenantId)
        .groupBy('step')
        .execute()
      return Object.fromEntries(rows.map((row) => [row.step, Number(row.records)]))
    },
  }
}
