import { sql } from 'kysely'
import type { Insertable } from 'kysely'

import { isoTime, systemClock } from '#domain/clock.ts'
import type { TenantId } from '#domain/ids.ts'
import type { Investigation, InvestigationMailbox, MailHit } from '#domain/investigation.ts'
import type { RecordStore } from '#store/record-store.ts'

import { insertMissing, upsert } from './bulk.ts'
import { groupCommit } from './group-commit.ts'
import { readHits } from './hits.ts'
import { readDays } from './investigation-days.ts'
import { present } from './row.ts'
import type { Database, DatabaseTransaction, Tables } from './schema.ts'

const ENDED: ReadonlySet<InvestigationMailbox['state']> = new Set(['searched', 'no-mailbox', 'failed', 'skipped'])
const OVER: ReadonlySet<Investigation['state']> = new Set(['stopping', 'stopped', 'done', 'failed'])

/**
 * Investigations. Progress is read every second over up to 100,000 mailboxes, so the counters stand in the investigation's
 * row; they move by the difference a commit makes, in the same transaction, so that a repeated commit moves nothing.
 */
export function investigations(db: Database): RecordStore['investigations'] {
  const commit = groupCommit<Outcome>((outcomes) => commitOutcomes(db, outcomes))
  return {
    async create(investigation) {
      const { finding, watchedUntil, followUp, ...row } = investigation
      const counters = { mailboxesTotal: 0, mailboxesDone: 0, mailboxesFailed: 0, hits: 0, listed: false }
      await db
        .insertInto('investigations')
        .values({
          ...row,
          ...counters,
          finding: finding ?? null,
          watchedUntil: watchedUntil ?? null,
          followUp: followUp ?? null,
        })
        .execute()
    },

    async list(tenantId, limit) {
      const rows = await db
        .selectFrom('investigations')
        .selectAll()
        .where('tenantId', '=', tenantId)
        .orderBy('createdAt', 'desc')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(toInvestigation)
    },

    async read(tenantId, id) {
      const row = await db
        .selectFrom('investigations')
        .selectAll()
        .where('tenantId', '=', tenantId)
        .where('id', '=', id)
        .executeTakeFirst()
      return row && toInvestigation(row)
    },

    async transition(tenantId, id, from, change) {
      const result = await db
        .updateTable('investigations')
        .set(change)
        .where('tenantId', '=', tenantId)
        .where('id', '=', id)
        .where('state', 'in', from)
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },

    async note(tenantId, id, change) {
      await db.updateTable('investigations').set(change).where('tenantId', '=', tenantId).where('id', '=', id).execute()
    },

    addMailboxes(tenantId, id, chunk, mailboxes) {
      return db.transaction().execute(async (trx) => {
        // Held until the rows are there: whoever ends the investigation does so before, and nothing is added, or sees them all.
        const investigation = await trx
          .selectFrom('investigations')
          .select('state')
          .where('tenantId', '=', tenantId)
          .where('id', '=', id)
          .forUpdate()
          .executeTakeFirst()
        if (!investigation || OVER.has(investigation.state)) return false
        const rows = mailboxes.map((mailbox) => ({ ...mailbox, tenantId, investigationId: id, chunk }))
        const known = await readStates(trx, tenantId, id, mailboxes)
        const added = mailboxes.filter(({ userId }) => !known.has(userId))
        await insertMissing(trx, 'investigationMailboxes', rows)
        await moveCounters(trx, tenantId, id, {
          total: added.length,
          done: added.filter(({ state }) => ENDED.has(state)).length,
          failed: added.filter(({ state }) => state === 'failed').length,
          hits: 0,
        })
        return true
      })
    },

    async closeList(tenantId, id) {
      await db
        .updateTable('investigations')
        .set({ listed: true })
        .where('tenantId', '=', tenantId)
        .where('id', '=', id)
        .execute()
    },

    async waiting(tenantId, id, limit) {
      // In this order: a list that is closed after the chunks were read is asked again.
      const investigation = await db
        .selectFrom('investigations')
        .select('listed')
        .where('tenantId', '=', tenantId)
        .where('id', '=', id)
        .executeTakeFirst()
      const rows = await db
        .selectFrom('investigationMailboxes')
        .select('chunk')
        .distinct()
        .where('tenantId', '=', tenantId)
        .where('investigationId', '=', id)
        .where('state', '=', 'waiting')
        .orderBy('chunk')
        .limit(limit)
        .execute()
      return { chunks: rows.map(({ chunk }) => chunk), listed: investigation?.listed ?? false }
    },

    async mailboxes(tenantId, id, { state, chunk, name, limit, offset } = {}) {
      const rows = await db
        .selectFrom('investigationMailboxes')
        .select(['userId', 'userPrincipalName', 'displayName', 'state', 'hits', 'reason', 'searchedAt'])
        .where('tenantId', '=', tenantId)
        .where('investigationId', '=', id)
        .$if(state !== undefined, (query) => query.where('state', '=', state!))
        .$if(chunk !== undefined, (query) => query.where('chunk', '=', chunk!))
        .$if(name !== undefined, (query) => {
          const wanted = `%${name!.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
          return query.where((eb) =>
            eb.or([eb('userPrincipalName', 'ilike', wanted), eb('displayName', 'ilike', wanted)]),
          )
        })
        .orderBy('userPrincipalName')
        .orderBy('userId')
        .$if(limit !== undefined, (query) => query.limit(limit!))
        .$if(offset !== undefined, (query) => query.offset(offset!))
        .execute()
      return rows.map(present)
    },

    async countMailboxes(tenantId, id) {
      const rows = await db
        .selectFrom('investigationMailboxes')
        .select((eb) => ['state', eb.fn.countAll<string>().as('mailboxes')])
        .where('tenantId', '=', tenantId)
        .where('investigationId', '=', id)
        .groupBy('state')
        .execute()
      return Object.fromEntries(rows.map(({ state, mailboxes }) => [state, Number(mailboxes)]))
    },

    async skipWaiting(tenantId, id, reason) {
      await db.transaction().execute(async (trx) => {
        const { numUpdatedRows } = await trx
          .updateTable('investigationMailboxes')
          .set({ state: 'skipped', reason })
          .where('tenantId', '=', tenantId)
          .where('investigationId', '=', id)
          .where('state', '=', 'waiting')
          .executeTakeFirst()
        await moveCounters(trx, tenantId, id, { total: 0, done: Number(numUpdatedRows), failed: 0, hits: 0 })
      })
    },

    commitMailbox: (tenantId, id, mailbox, hits) => commit({ tenantId, id, mailbox, hits }),

    addHits: (tenantId, id, hits) => db.transaction().execute((trx) => insertHits(trx, tenantId, id, hits)),

    hits: (tenantId, id, page) => readHits(db, tenantId, id, page),

    days: (tenantId, id, limit) => readDays(db, tenantId, id, limit),

    async unfinished() {
      return db
        .selectFrom('investigations')
        .select(['tenantId', 'id'])
        .where((eb) =>
          eb.or([
            eb('state', 'in', ['queued', 'running', 'watching', 'stopping']),
            sql<boolean>`follow_up->>'state' = 'running'`,
            sql<boolean>`follow_up->>'state' = 'waiting' and state = 'done'`,
          ]),
        )
        .orderBy('createdAt')
        .execute()
    },
  }
}

function toInvestigation(row: object): Investigation {
  // What is for the store alone does not leave it.
  const { listed: _, ...shown } = present(row as { listed: boolean })
  return shown as unknown as Investigation
}

interface Outcome {
  tenantId: TenantId
  id: string
  mailbox: InvestigationMailbox
  hits: readonly MailHit[]
}

/** Outcomes of any number of investigations in one transaction. */
async function commitOutcomes(db: Database, outcomes: readonly Outcome[]): Promise<void> {
  await db.transaction().execute(async (trx) => {
    for (const group of Map.groupBy(outcomes, ({ tenantId, id }) => `${tenantId} ${id}`).values()) {
      await commitGroup(trx, group)
    }
  })
}

async function commitGroup(trx: DatabaseTransaction, outcomes: readonly Outcome[]): Promise<void> {
  const { tenantId, id } = outcomes[0]!
  const ends = [...new Map(outcomes.map((outcome) => [outcome.mailbox.userId, outcome.mailbox])).values()]
  const before = await readStates(trx, tenantId, id, ends, 'locked')
  const rows = ends.map((mailbox): Insertable<Tables['investigationMailboxes']> => ({
    reason: null,
    searchedAt: null,
    ...mailbox,
    tenantId,
    investigationId: id,
    chunk: before.get(mailbox.userId)?.chunk ?? 0,
  }))
  await upsert(trx, 'investigationMailboxes', ['tenantId', 'investigationId', 'userId'], rows)
  const hits = outcomes.flatMap((outcome) => outcome.hits)
  await insertHits(trx, tenantId, id, hits)
  const count = (holds: (state: InvestigationMailbox['state'] | undefined) => boolean) =>
    ends.reduce((sum, { userId, state }) => sum + Number(holds(state)) - Number(holds(before.get(userId)?.state)), 0)
  await moveCounters(trx, tenantId, id, {
    total: ends.filter(({ userId }) => !before.has(userId)).length,
    done: count((state) => state !== undefined && ENDED.has(state)),
    failed: count((state) => state === 'failed'),
    hits: 0,
  })
}

/** How many were new. */
async function insertHits(
  trx: DatabaseTransaction,
  tenantId: TenantId,
  id: string,
  hits: readonly MailHit[],
): Promise<number> {
  if (hits.length === 0) return 0
  const own = { tenantId, investigationId: id, foundAt: isoTime(systemClock.now()) }
  const rows = hits.map(({ lastAction: _action, ...hit }) => ({ ...hit, ...own }))
  const added = await insertMissing(trx, 'mailHits', rows)
  await countHits(trx, tenantId, id, [...new Set(hits.map(({ userId }) => userId))])
  await moveCounters(trx, tenantId, id, { total: 0, done: 0, failed: 0, hits: added })
  return added
}

/** A mailbox's hits are those there are: a later round finds some of them again. */
async function countHits(trx: DatabaseTransaction, tenantId: TenantId, id: string, userIds: string[]): Promise<void> {
  await sql`update investigation_mailboxes mailbox set hits = (
      select count(*) from mail_hits hit
      where hit.tenant_id = mailbox.tenant_id and hit.investigation_id = mailbox.investigation_id
        and hit.user_id = mailbox.user_id
    ) where tenant_id = ${tenantId} and investigation_id = ${id} and user_id = any(${userIds})`.execute(trx)
}

/** How mailboxes stand now; `locked` until the transaction ends, so that two commits of one mailbox count it once. */
async function readStates(
  trx: DatabaseTransaction,
  tenantId: TenantId,
  id: string,
  mailboxes: readonly InvestigationMailbox[],
  lock?: 'locked',
) {
  const userIds = mailboxes.map(({ userId }) => userId)
  const rows = await trx
    .selectFrom('investigationMailboxes')
    .select(['userId', 'state', 'chunk'])
    .where('tenantId', '=', tenantId)
    .where('investigationId', '=', id)
    .where(sql<boolean>`user_id = any(${userIds})`)
    .orderBy('userId')
    .$if(lock === 'locked', (query) => query.forUpdate())
    .execute()
  return new Map(rows.map(({ userId, state, chunk }) => [userId, { state, chunk }]))
}

async function moveCounters(
  trx: DatabaseTransaction,
  tenantId: TenantId,
  id: string,
  by: { total: number; done: number; failed: number; hits: number },
): Promise<void> {
  if (Object.values(by).every((step) => step === 0)) return
  await trx
    .updateTable('investigations')
    .set((eb) => ({
      mailboxesTotal: eb('mailboxesTotal', '+', by.total),
      mailboxesDone: eb('mailboxesDone', '+', by.done),
      mailboxesFailed: eb('mailboxesFailed', '+', by.failed),
      hits: eb('hits', '+', by.hits),
    }))
    .where('tenantId', '=', tenantId)
    .where('id', '=', id)
    .execute()
}
