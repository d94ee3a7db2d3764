import { Readable } from 'node:stream'

import type { Microsoft } from '#connect/microsoft.ts'
import { isoTime, type Clock } from '#domain/clock.ts'
import { AppError, reasonOf } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { Investigation, InvestigationMailbox, MailHit } from '#domain/investigation.ts'
import type { RecordStore } from '#store/record-store.ts'

import { readInvestigation } from '#investigate/investigation.ts'

import { findMailboxes } from './mailboxes.ts'
import { scanMailbox } from './scan.ts'

export interface InvestigationRun {
  records: RecordStore
  microsoft: Microsoft
  tenantId: TenantId
  id: string
  clock: Clock
  /** Leaves the investigation as it stands, to be taken up again: what a server does that shuts down. */
  signal?: AbortSignal
  /** After every mailbox, with the counts so far. */
  onProgress?: (investigation: Investigation) => void
  /** Mailboxes searched at once, one request each; 8 when absent. */
  concurrency?: number
}

/**
 * Runs an investigation to its end, or takes up one that was cut off: what the record store holds is the truth, so
 * mailboxes that have an outcome are not searched again and nothing found is lost.
 *
 * A mailbox that cannot be searched gets the reason and does not end the run. The end is `done`; `stopped` when a person
 * asked; `failed` when the mailboxes could not be listed or not one of them could be searched. An investigation that has
 * ended already is returned as it is.
 *
 * One engine runs an investigation at a time.
 *
 * @throws AppError INVESTIGATION_NOT_FOUND, STORE_*: then it can be taken up again.
 */
export async function runInvestigation(run: InvestigationRun): Promise<Investigation> {
  const { records, tenantId, id, clock } = run
  const investigation = await readInvestigation(records, tenantId, id)
  if (ENDED.has(investigation.state)) return investigation
  await records.investigations.transition(tenantId, id, ['queued'], {
    state: 'running',
    startedAt: isoTime(clock.now()),
  })
  try {
    if (investigation.state !== 'stopping') await addMailboxes(run, investigation)
    await searchMailboxes(run, investigation)
  } catch (error) {
    if (run.signal?.aborted) return readInvestigation(records, tenantId, id)
    if (!(error instanceof AppError && error.code.startsWith('CONNECT_'))) throw error
    await skipWaiting(run, 'The investigation failed before this mailbox.')
    return end(run, 'failed', reasonOf(error))
  }
  return run.signal?.aborted ? readInvestigation(records, tenantId, id) : conclude(run)
}

const ENDED: ReadonlySet<Investigation['state']> = new Set(['done', 'failed', 'stopped'])

/** Repeated whenever a run is taken up: the listing may have been cut off, and rows that exist stay as they are. */
async function addMailboxes(
  { records, microsoft, tenantId, id, signal }: InvestigationRun,
  { targets }: Investigation,
) {
  for await (const mailboxes of findMailboxes(microsoft, targets, signal)) {
    await records.investigations.addMailboxes(
      tenantId,
      id,
      mailboxes.map((mailbox) => ({ ...mailbox, state: 'waiting' })),
    )
    for (const mailbox of mailboxes) {
      if (mailbox.state !== 'waiting') await records.investigations.commitMailbox(tenantId, id, mailbox, [])
    }
  }
}

async function searchMailboxes(run: InvestigationRun, investigation: Investigation): Promise<void> {
  const { records, tenantId, id, signal, concurrency = 8 } = run
  const waiting = await records.investigations.mailboxes(tenantId, id, { state: 'waiting' })
  let now = await readInvestigation(records, tenantId, id)
  await Readable.from(waiting).forEach(
    async (mailbox: InvestigationMailbox) => {
      if (signal?.aborted || now.state === 'stopping') return
      const { hits, ...outcome } = await searchMailbox(run, investigation, mailbox)
      if (signal?.aborted) return
      await records.investigations.commitMailbox(tenantId, id, { ...mailbox, ...outcome, hits: hits.length }, hits)
      now = await readInvestigation(records, tenantId, id)
      run.onProgress?.(now)
    },
    { concurrency },
  )
}

type Outcome = Pick<InvestigationMailbox, 'state' | 'reason' | 'searchedAt'> & { hits: MailHit[] }

async function searchMailbox(
  { microsoft, clock, signal }: InvestigationRun,
  { id: investigationId, filter }: Investigation,
  mailbox: InvestigationMailbox,
): Promise<Outcome> {
  const search = { microsoft, investigationId, filter, mailbox, ...(signal && { signal }) }
  try {
    const { hits, reason } = await scanMailbox(search)
    const searchedAt = isoTime(clock.now())
    return reason === undefined
      ? { state: 'searched', searchedAt, hits }
      : { state: 'failed', reason, searchedAt, hits }
  } catch (error) {
    const state = error instanceof AppError && NO_MAILBOX.has(error.microsoft?.code ?? '') ? 'no-mailbox' : 'failed'
    return { state, reason: reasonOf(error), hits: [] }
  }
}

/**
 * What Exchange answers for a user without an Exchange Online mailbox: not licensed, a guest, on premises, removed.
 * @see https://learn.microsoft.com/graph/errors, and the codes seen in the field for mail.
 */
const NO_MAILBOX: ReadonlySet<string> = new Set([
  'MailboxNotEnabledForRESTAPI',
  'ErrorNonExistentMailbox',
  'ErrorInvalidUser',
  'ResourceNotFound',
])

async function conclude(run: InvestigationRun): Promise<Investigation> {
  const { records, tenantId, id } = run
  const { state } = await readInvestigation(records, tenantId, id)
  if (state === 'stopping') {
    await skipWaiting(run, 'The investigation was stopped before this mailbox.')
    return end(run, 'stopped')
  }
  const mailboxes = await records.investigations.mailboxes(tenantId, id)
  const failed = mailboxes.filter((mailbox) => mailbox.state === 'failed')
  return failed.length > 0 && failed.length === mailboxes.length
    ? end(run, 'failed', `No mailbox could be searched. ${failed[0]!.reason ?? ''}`.trim())
    : end(run, 'done')
}

async function skipWaiting({ records, tenantId, id }: InvestigationRun, reason: string): Promise<void> {
  for (const mailbox of await records.investigations.mailboxes(tenantId, id, { state: 'waiting' })) {
    await records.investigations.commitMailbox(tenantId, id, { ...mailbox, state: 'skipped', reason }, [])
  }
}

async function end(
  run: InvestigationRun,
  state: 'done' | 'stopped' | 'failed',
  failure?: string,
): Promise<Investigation> {
  const { records, tenantId, id, clock } = run
  const change = { state, endedAt: isoTime(clock.now()), ...(failure !== undefined && { failure }) }
  await records.investigations.transition(tenantId, id, ['running', 'stopping'], change)
  const investigation = await readInvestigation(records, tenantId, id)
  run.onProgress?.(investigation)
  return investigation
}
