import { sql } from 'kysely'

import type { RecordStore } from '#store/record-store.ts'

import { insertMissing, upsert } from './bulk.ts'
import { present } from './row.ts'
import type { Database } from './schema.ts'

/** What became of the mails of investigations. */
export function followUps(db: Database): RecordStore['followUps'] {
  return {
    async write(tenantId, investigationId, people, unreached) {
      const owner = { tenantId, investigationId }
      await db.transaction().execute(async (trx) => {
        const rows = people.map((person) => ({ userId: null, ...person, ...owner }))
        if (rows.length > 0) await upsert(trx, 'mailPeople', ['tenantId', 'investigationId', 'userPrincipalName'], rows)
        await trx
          .deleteFrom('unreachedCopies')
          .where('tenantId', '=', tenantId)
          .where('investigationId', '=', investigationId)
          .execute()
        await insertMissing(
          trx,
          'unreachedCopies',
          unreached.map((copy) => ({ ...copy, ...owner })),
        )
      })
    },

    async people(tenantId, investigationId, page) {
      const rows = await db
        .selectFrom('mailPeople')
        .select(['userPrincipalName', 'userId', 'opened', 'replied', 'forwarded', 'clicked'])
        .where('tenantId', '=', tenantId)
        .where('investigationId', '=', investigationId)
        .orderBy('userPrincipalName')
        .$if(page !== undefined, (query) => query.limit(page!.limit).offset(page!.offset))
        .execute()
      return rows.map(present)
    },

    async count(tenantId, investigationId) {
      const did = (what: 'opened' | 'replied' | 'forwarded' | 'clicked') =>
        sql<string>`count(*) filter (where ${sql.ref(what)}->>'is' = 'yes')`.as(what)
      const { people, ...counts } = await db
        .selectFrom('mailPeople')
        .select((eb) => eb.fn.countAll<string>().as('people'))
        .select([did('opened'), did('replied'), did('forwarded'), did('clicked')])
        .where('tenantId', '=', tenantId)
        .where('investigationId', '=', investigationId)
        .executeTakeFirstOrThrow()
      const { opened, replied, forwarded, clicked } = counts
      return {
        people: Number(people),
        opened: Number(opened),
        replied: Number(replied),
        forwarded: Number(forwarded),
        clicked: Number(clicked),
      }
    },

    async unreached(tenantId, investigationId) {
      return db
        .selectFrom('unreachedCopies')
        .select(['foundBy', 'hitId', 'recipient', 'internetMessageId', 'reason'])
        .where('tenantId', '=', tenantId)
        .where('investigationId', '=', investigationId)
        .orderBy('recipient')
        .orderBy('internetMessageId')
        .orderBy('hitId')
        .execute()
    },
  }
}
