import { sql } from 'kysely'

import type { DeadLetter, Destination } from '#domain/destination.ts'
import type { TenantId } from '#domain/ids.ts'
import type { RecordStore } from '#store/record-store.ts'
import type { Seal } from '#store/seal.ts'

import { upsert } from './bulk.ts'
import { fence } from './leases.ts'
import { resealing } from './reseal.ts'
import { present } from './row.ts'
import type { Database } from './schema.ts'

/** Destinations. A sealed secret is bound to its tenant and destination: copied to another row it does not open. */
export function destinations(db: Database, seal: Seal): RecordStore['destinations'] {
  const one = (tenantId: TenantId, id: string) =>
    db.selectFrom('destinations').where('tenantId', '=', tenantId).where('id', '=', id)

  const settled = (tenantId: TenantId, id: string, table: Database = db) =>
    table.deleteFrom('deadLetters').where('tenantId', '=', tenantId).where('destinationId', '=', id)

  async function select(tenantId: TenantId, id?: string): Promise<Destination[]> {
    const rows = await db
      .selectFrom('destinations')
      .select(['tenantId', 'id', 'name', 'kind', 'options', 'filter', 'isPaused', 'createdAt', 'delivered'])
      .select(['lastDeliveredAt', 'fault', sql<boolean>`sealed_secret is not null`.as('hasSecret')])
      .select((eb) =>
        eb
          .selectFrom('deadLetters')
          .select((count) => count.fn.countAll<string>().as('count'))
          .whereRef('deadLetters.tenantId', '=', 'destinations.tenantId')
          .whereRef('deadLetters.destinationId', '=', 'destinations.id')
          .as('deadLetters'),
      )
      .where('tenantId', '=', tenantId)
      .$if(id !== undefined, (query) => query.where('id', '=', id!))
      .orderBy('name')
      .orderBy('id')
      .execute()
    return rows.map(({ delivered, deadLetters, ...row }) => ({
      ...present(row),
      delivered: Number(delivered),
      deadLetters: Number(deadLetters),
    }))
  }

  return {
    list: (tenantId) => select(tenantId),
    read: async (tenantId, id) => (await select(tenantId, id))[0],

    async create(destination, { secret, eventsAfter, alertsAfter }) {
      const { tenantId, id, name, kind, options, filter, isPaused, createdAt } = destination
      const sealedSecret = secret === undefined ? null : seal.close(secret, [tenantId, id])
      const settings = { tenantId, id, name, kind, options, filter, isPaused, createdAt }
      await db
        .insertInto('destinations')
        .values({
          ...settings,
          sealedSecret,
          eventsAfter: eventsAfter ?? null,
          alertsAfter: alertsAfter ?? null,
        })
        .execute()
    },

    async change({ tenantId, id, name, options, filter, isPaused }, secret) {
      const sealed = secret === undefined ? {} : { sealedSecret: seal.close(secret, [tenantId, id]) }
      const { numUpdatedRows } = await db
        .updateTable('destinations')
        .set({ name, options, filter, isPaused, ...sealed })
        .where('tenantId', '=', tenantId)
        .where('id', '=', id)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },

    async remove(tenantId, id) {
      const { numDeletedRows } = await db
        .deleteFrom('destinations')
        .where('tenantId', '=', tenantId)
        .where('id', '=', id)
        .executeTakeFirst()
      return numDeletedRows > 0n
    },

    async readSecret(tenantId, id) {
      const row = await one(tenantId, id).select('sealedSecret').executeTakeFirst()
      return row?.sealedSecret ? seal.open(row.sealedSecret, [tenantId, id]) : undefined
    },

    async readCursors(tenantId, id) {
      const row = await one(tenantId, id).select(['eventsAfter', 'alertsAfter']).executeTakeFirst()
      return row ? present(row) : {}
    },

    async commit(lease, { delivered, refused, retried, at, ...cursors }) {
      const { tenantId, connectionId: id } = lease
      await db.transaction().execute(async (trx) => {
        await fence(trx, lease)
        if (retried.length > 0)
          await settled(tenantId, id, trx)
            .where('id', 'in', [...retried])
            .execute()
        await upsert(
          trx,
          'deadLetters',
          ['tenantId', 'destinationId', 'id'],
          refused.map((letter) => rowOf(letter)),
        )
        await trx
          .updateTable('destinations')
          .set({
            ...(cursors.eventsAfter && { eventsAfter: cursors.eventsAfter }),
            ...(cursors.alertsAfter && { alertsAfter: cursors.alertsAfter }),
            ...(delivered > 0 && { delivered: sql<string>`delivered + ${delivered}`, lastDeliveredAt: at }),
            fault: null,
          })
          .where('tenantId', '=', tenantId)
          .where('id', '=', id)
          .execute()
      })

      function rowOf({ document, ...letter }: DeadLetter) {
        // As text in the JSON that carries the rows, which PostgreSQL reads as bytes.
        const bytes = `\\x${Buffer.from(document).toString('hex')}` as unknown as Buffer
        return { tenantId, destinationId: id, ...letter, document: bytes, isRetried: false }
      }
    },

    async noteFault({ tenantId, connectionId: id }, fault) {
      await db
        .updateTable('destinations')
        .set({
          fault:
            fault && sql`${fault}::jsonb || jsonb_build_object('since', coalesce(fault->>'since', ${fault.since}))`,
        })
        .where('tenantId', '=', tenantId)
        .where('id', '=', id)
        .execute()
    },

    async deadLetters(tenantId, id, { limit, offset }) {
      const rows = await letters(tenantId, id)
        .orderBy('refusedAt', 'desc')
        .orderBy('id')
        .limit(limit)
        .offset(offset)
        .execute()
      return rows.map(letterOf)
    },

    async retriedLetters(tenantId, id, limit) {
      const rows = await letters(tenantId, id).where('isRetried', '=', true).orderBy('id').limit(limit).execute()
      return rows.map(letterOf)
    },

    async retryLetters(tenantId, id) {
      const { numUpdatedRows } = await db
        .updateTable('deadLetters')
        .set({ isRetried: true })
        .where('tenantId', '=', tenantId)
        .where('destinationId', '=', id)
        .executeTakeFirst()
      return Number(numUpdatedRows)
    },

    discardLetters: async (tenantId, id) => Number((await settled(tenantId, id).executeTakeFirst()).numDeletedRows),

    ...resealing(db, seal, { table: 'destinations', column: 'sealed_secret' }),
  }

  function letters(tenantId: TenantId, id: string) {
    return db
      .selectFrom('deadLetters')
      .select(['id', 'kind', 'dataset', 'timeMs', 'document', 'reason', 'refusedAt'])
      .where('tenantId', '=', tenantId)
      .where('destinationId', '=', id)
  }
}

function letterOf({
  document,
  refusedAt,
  ...letter
}: Omit<DeadLetter, 'document' | 'refusedAt'> & { document: Buffer; refusedAt: Date }): DeadLetter {
  return { ...letter, document: document.toString('utf8'), refusedAt: refusedAt.toISOString() }
}
