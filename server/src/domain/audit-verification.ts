import { type AuditHead, type ChainedEntry, GENESIS, hashEntry, LOG_ACTIONS } from './audit.ts'

/** The first entry that is not as it was written. */
export interface AuditBreak {
  kind: 'altered' | 'removed' | 'inserted' | 'reordered' | 'head'
  /** Where it is, or was. */
  sequence: number
  /** A sentence. */
  what: string
}

export interface AuditVerification {
  /** Entries looked at. */
  entries: number
  /** The newest one that fits. */
  head: AuditHead
  /** Absent when the log is whole. */
  broken?: AuditBreak
}

/**
 * Walks a log from its first entry and stops at the first that does not fit.
 *
 * That something was changed is certain; the word for it is the likeliest: who changes entries can also compute their hashes
 * anew, and then the first entry that names another one before it is what tells.
 *
 * @param head where the log should end; what is behind or missing before it is told.
 * @param placeOf the sequence of the entry with this hash.
 */
export async function verifyChain(
  entries: AsyncIterable<ChainedEntry>,
  head: AuditHead,
  placeOf: (hash: string) => Promise<number | undefined>,
): Promise<AuditVerification> {
  let last = GENESIS
  let looked = 0
  let seals = 0
  const found = (broken?: AuditBreak) => ({ entries: looked, head: last, ...(broken && { broken }) })

  for await (const entry of entries) {
    looked += 1
    const broken = (await misplaced(entry, last, placeOf)) ?? ofTheLog(entry, (seals += isSeal(entry)))
    if (broken) return found(broken)
    if (entry.sequence > head.sequence)
      return found(at('inserted', entry.sequence, `The log ends with entry ${head.sequence}; this one came later.`))
    last = { sequence: entry.sequence, hash: entry.hash }
  }
  if (last.sequence < head.sequence) {
    const missing = `Entries ${last.sequence + 1} to ${head.sequence}, the newest, are gone.`
    return found(at('removed', last.sequence + 1, missing))
  }
  if (last.hash !== head.hash)
    return found(at('altered', last.sequence, 'The newest entry is not the one that the log ends with.'))
  return found()
}

const isSeal = ({ action }: ChainedEntry) => (action === LOG_ACTIONS.sealed ? 1 : 0)
const at = (kind: AuditBreak['kind'], sequence: number, what: string): AuditBreak => ({ kind, sequence, what })

async function misplaced(
  entry: ChainedEntry,
  last: AuditHead,
  placeOf: (hash: string) => Promise<number | undefined>,
): Promise<AuditBreak | undefined> {
  const { sequence, previousHash } = entry
  const due = last.sequence + 1
  if (sequence > due) return at('removed', due, `Entry ${due} is gone; the next one that is there is ${sequence}.`)
  if (sequence < due) return at('reordered', sequence, `Entry ${sequence} stands behind entry ${last.sequence}.`)
  const isAsWritten = hashEntry(entry) === entry.hash
  if (previousHash === last.hash) {
    return isAsWritten ? undefined : at('altered', sequence, `What entry ${sequence} says does not have its hash.`)
  }
  if (hashEntry({ ...entry, previousHash: last.hash }) === entry.hash)
    return at('altered', sequence, `Entry ${sequence} no longer names the entry before it.`)
  const previous = previousHash === GENESIS.hash ? 0 : await placeOf(previousHash)
  if (previous !== undefined && previous < last.sequence)
    return at(
      'inserted',
      previous + 1,
      `Entry ${sequence} was written behind entry ${previous}; what is between was put there.`,
    )
  if (previous !== undefined)
    return at('reordered', sequence, `Entry ${sequence} was written behind the one that is entry ${previous} now.`)
  return isAsWritten && last.sequence > 0
    ? at('altered', last.sequence, `Entry ${sequence} was written behind another entry ${last.sequence}.`)
    : at('removed', sequence, `The entry that entry ${sequence} was written behind is gone.`)
}

/** What the log says of itself. */
function ofTheLog({ action, sequence, detail }: ChainedEntry, seals: number): AuditBreak | undefined {
  if (action === LOG_ACTIONS.broken) return at('head', sequence, String(detail['why']))
  if (seals < 2 || action !== LOG_ACTIONS.sealed) return undefined
  return at('head', sequence, 'The head of the log had lost its seal; entries before this one may be gone.')
}
