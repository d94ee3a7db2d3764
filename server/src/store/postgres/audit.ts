import { type AuditEntry, type AuditHead, chainAfter, type ChainedEntry, GENESIS, LOG_ACTIONS } from '#domain/audit.ts'
import type { RecordStore } from '#store/record-store.ts'
import type { Seal } from '#store/seal.ts'

import { insertMissing } from './bulk.ts'
import { toJson } from './database.ts'
import { groupCommit } from './group-commit.ts'
import { present } from './row.ts'
import type { Database, DatabaseTransaction } from './schema.ts'

/** What the head is sealed for. */
const CONTEXT = ['audit', 'head']
const WALK_ROWS = 1000

/**
 * Who did what, in one chain for the whole installation. The head, sealed with the key of the installation, says where the
 * chain ends; whoever appends holds it until the entries are durable. A trigger refuses to change or remove an entry.
 */
export function audit(db: Database, seal: Seal): RecordStore['audit'] {
  /** The newest head that this process left: an older one is a copy that somebody put back. */
  let left = GENESIS.sequence
  const write = groupCommit<AuditEntry>(async (entries) => {
    const head = await db.transaction().execute((trx) => append(trx, seal, left, entries))
    left = Math.max(left, head.sequence)
  })

  return {
    append: write,

    async list(tenantId, limit, { actor, action, from, to, before } = {}) {
      const rows = await db
        .selectFrom('audit')
        .selectAll()
        .$if(tenantId !== undefined, (query) => query.where('tenantId', '=', tenantId!))
        .$if(actor !== undefined, (query) =>
          query.where((eb) => eb(eb.fn('lower', ['actor']), '=', actor!.toLowerCase())),
        )
        .$if(action !== undefined, (query) =>
          query.where(({ eb, or }) =>
            or([eb('action', '=', action!), eb.fn<boolean>('starts_with', ['action', eb.val(`${action}.`)])]),
          ),
        )
        .$if(from !== undefined, (query) => query.where('at', '>=', new Date(from!)))
        .$if(to !== undefined, (query) => query.where('at', '<', new Date(to!)))
        .$if(before !== undefined, (query) => query.where('sequence', '<', String(before)))
        .orderBy('sequence', 'desc')
        .limit(limit)
        .execute()
      return rows.map(entryOf)
    },

    async *walk(last) {
      let after = '0'
      for (;;) {
        const rows = await db
          .selectFrom('audit')
          .selectAll()
          .where('sequence', '>', after)
          .where('sequence', '<=', String(last))
          .orderBy('sequence')
          .limit(WALK_ROWS)
          .execute()
        for (const row of rows) yield entryOf(row)
        if (rows.length < WALK_ROWS) return
        after = rows.at(-1)!.sequence
      }
    },

    async head() {
      const row = await db
        .selectFrom('auditHead')
        .selectAll()
        .select((eb) => eb.selectFrom('audit').select(eb.fn.max('sequence').as('last')).as('newest'))
        .executeTakeFirst()
      return row && { ...headOf(row), seal: stateOf(row, seal), newest: Number(row.newest ?? 0) }
    },

    async placeOf(hash) {
      const row = await db.selectFrom('audit').select('sequence').where('hash', '=', hash).executeTakeFirst()
      return row && Number(row.sequence)
    },
  }
}

type HeadRow = { sequence: string; hash: string; sealed: Buffer | null }
const wordsOf = ({ sequence, hash }: AuditHead) => `${sequence}:${hash}`

function stateOf(row: HeadRow, seal: Seal): 'whole' | 'missing' | 'broken' {
  if (row.sealed === null) return 'missing'
  try {
    const head = { sequence: Number(row.sequence), hash: row.hash }
    return seal.open(row.sealed, CONTEXT) === wordsOf(head) ? 'whole' : 'broken'
  } catch {
    return 'broken'
  }
}

async function append(
  trx: DatabaseTransaction,
  seal: Seal,
  left: number,
  entries: readonly AuditEntry[],
): Promise<AuditHead> {
  const head = await trx.selectFrom('auditHead').selectAll().forUpdate().executeTakeFirst()
  const newest = await trx
    .selectFrom('audit')
    .select(['sequence', 'hash'])
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst()
  const from = headOf(head)
  const stored = headOf(newest)
  const notes = noticed(head, stored, seal, left).map(({ action, ...detail }) => {
    return { at: entries[0]!.at, actor: 'system', action, detail }
  })
  // Behind whichever is later: a place that was taken once is not taken again.
  const chained = chainAfter(stored.sequence > from.sequence ? stored : from, [...notes, ...entries].map(asStored))
  // A process that waited for the head wrote nothing under these numbers; if it did, nothing at all is written.
  if ((await insertMissing(trx, 'audit', chained)) !== chained.length)
    throw new Error('The head of the audit log moved.')
  const { sequence, hash } = chained.at(-1)!
  const sealed = seal.close(wordsOf({ sequence, hash }), CONTEXT)
  const values = { sequence: String(sequence), hash, sealed }
  if (head) await trx.updateTable('auditHead').set(values).execute()
  else
    await trx
      .insertInto('auditHead')
      .values({ id: 1, ...values })
      .execute()
  return { sequence, hash }
}

const headOf = (row: { sequence: string; hash: string } | undefined): AuditHead =>
  row ? { sequence: Number(row.sequence), hash: row.hash } : GENESIS

/**
 * What is not as Cordon left it is written into the log and not refused: an act that nobody could audit would be worse, and a
 * new seal without a word would cover up what was done.
 */
function noticed(head: HeadRow | undefined, newest: AuditHead, seal: Seal, left: number) {
  const broken = (why: string) => [{ action: LOG_ACTIONS.broken, why }]
  if (!head) return broken('The head of the log was gone.')
  const state = stateOf(head, seal)
  if (state === 'broken') return broken('The head of the log was not sealed with a key of this installation.')
  const { sequence, hash } = headOf(head)
  if (sequence < left) return broken(`The head of the log was back at entry ${sequence}, after entry ${left}.`)
  if (sequence !== newest.sequence || hash !== newest.hash)
    return broken(`The log did not end with entry ${sequence}, as its head says, but with entry ${newest.sequence}.`)
  return state === 'missing' ? [{ action: LOG_ACTIONS.sealed, entries: sequence }] : []
}

/** As it will be read back: PostgreSQL does not hold everything that JavaScript does, see `storable`. */
const asStored = (entry: AuditEntry): AuditEntry => JSON.parse(toJson(entry)) as AuditEntry

function entryOf<Row extends { sequence: string; at: Date }>(row: Row): ChainedEntry {
  return { ...present(row), sequence: Number(row.sequence) } as unknown as ChainedEntry
}
