import { Readable } from 'node:stream'

import { ConnectionClosed } from '#connect/connection-closed.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { isoTime, type Clock } from '#domain/clock.ts'
import { AppError, reasonOf } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { Investigation, InvestigationMailbox, MailHit } from '#domain/investigation.ts'
import type { RecordStore } from '#store/record-store.ts'

import { readInvestigation } from '#investigate/investigation.ts'

import { listMailboxes } from './list-mailboxes.ts'
import { scanMailbox } from './scan.ts'

/**
 * Runs an investigation in pieces that each can be cut off and taken up again, by this process or another: what the record
 * store holds is the truth. {@link prepareInvestigation} writes down the mailboxes to search, in chunks;
 * {@link searchChunk} searches those of a chunk that wait; {@link concludeInvestigation} sees how it ended. Mailboxes that
 * have an outcome are not searched again, and nothing found is lost or counted twice.
 */
export interface InvestigationRun {
  records: RecordStore
  microsoft: Microsoft
  tenantId: TenantId
  id: string
  clock: Clock
  /** Leaves the investigation as it stands, to be taken up again: what a server does that shuts down. */
  signal?: AbortSignal
  /** Now and then, and at the end, with the counts so far. */
  onProgress?: (investigation: Investigation) => void
  /** When mailboxes have come that can be searched. */
  onMailboxes?: () => Promise<void>
  /** Mailboxes searched at once; 256 when absent: their requests travel in common batches. */
  concurrency?: number
}

/**
 * All of it, one piece after the other. An investigation that has ended already is returned as it is.
 *
 * @throws AppError INVESTIGATION_NOT_FOUND, STORE_*: then it can be taken up again.
 */
export async function runInvestigation(run: InvestigationRun): Promise<Investigation> {
  const { records, tenantId, id } = run
  await prepareInvestigation(run)
  for (;;) {
    const investigation = await concludeInvestigation(run)
    const { chunks } = await records.investigations.waiting(tenantId, id, 1)
    if (investigation.state !== 'running' || chunks.length === 0 || run.signal?.aborted) return investigation
    await searchChunk(run, chunks[0]!)
  }
}

/**
 * Asks Microsoft's records of deliveries and writes down the mailboxes to search, those first that got the mail. Repeated
 * after a crash it adds what is missing. What Microsoft refuses here ends the investigation as `failed`.
 *
 * @throws AppError INVESTIGATION_NOT_FOUND, STORE_*.
 */
export async function prepareInvestigation(run: InvestigationRun): Promise<void> {
  const { records, tenantId, id, clock, signal } = run
  await records.investigations.transition(tenantId, id, ['queued'], {
    state: 'running',
    startedAt: isoTime(clock.now()),
  })
  const investigation = await readInvestigation(records, tenantId, id)
  if (investigation.state !== 'running') return
  if ((await records.investigations.waiting(tenantId, id, 1)).listed) return
  try {
    await listMailboxes(run, investigation)
    await records.investigations.closeList(tenantId, id)
  } catch (error) {
    if (signal?.aborted) return
    if (!(error instanceof AppError) || error.code.startsWith('STORE_')) throw error
    await abandonInvestigation(run, reasonOf(error))
  }
}

/** Ends it as `failed`: what waits can never be searched. */
export async function abandonInvestigation(run: Omit<InvestigationRun, 'microsoft'>, failure: string): Promise<void> {
  const { records, tenantId, id } = run
  await records.investigations.skipWaiting(tenantId, id, 'The investigation failed before this mailbox.')
  await endInvestigation(run, 'failed', failure)
}

/**
 * Searches the mailboxes of a chunk that wait. A mailbox that cannot be searched gets the reason and stops nothing. Ends early
 * when the investigation was stopped or paused; what waits then goes on waiting.
 *
 * @throws AppError STORE_*; ConnectionClosed, after which the rest of the chunk waits.
 */
export async function searchChunk(run: InvestigationRun, chunk: number): Promise<void> {
  const { records, tenantId, id, signal, concurrency = 256 } = run
  const look = watchState(run)
  const investigation = await look()
  const waiting = await records.investigations.mailboxes(tenantId, id, { state: 'waiting', chunk })
  await Readable.from(waiting).forEach(
    async (mailbox: InvestigationMailbox) => {
      if (signal?.aborted || (await look()).state !== 'running') return
      const { hits, ...outcome } = await searchMailbox(run, investigation, mailbox)
      if (signal?.aborted) return
      await records.investigations.commitMailbox(tenantId, id, { ...mailbox, ...outcome, hits: hits.length }, hits)
    },
    { concurrency },
  )
}

/**
 * How it ended, once nothing waits any more: `done`; `watching` where it goes on; `stopped` when a person asked; `failed` when
 * not one mailbox could be searched. Before that, and while paused, it is returned as it is.
 *
 * @throws AppError INVESTIGATION_NOT_FOUND, STORE_*.
 */
export async function concludeInvestigation(run: InvestigationRun): Promise<Investigation> {
  const { records, tenantId, id, signal } = run
  const investigation = await readInvestigation(records, tenantId, id)
  if (signal?.aborted) return investigation
  if (investigation.state === 'stopping') {
    await records.investigations.skipWaiting(tenantId, id, 'The investigation was stopped before this mailbox.')
    return endInvestigation(run, 'stopped')
  }
  const { chunks, listed } = await records.investigations.waiting(tenantId, id, 1)
  if (investigation.state !== 'running' || chunks.length > 0 || !listed) return investigation
  const { mailboxesTotal, mailboxesFailed } = investigation
  if (mailboxesFailed > 0 && mailboxesFailed === mailboxesTotal) {
    const [failed] = await records.investigations.mailboxes(tenantId, id, { state: 'failed', limit: 1 })
    return endInvestigation(run, 'failed', `No mailbox could be searched. ${failed?.reason ?? ''}`.trim())
  }
  if (investigation.duration.kind === 'once') return endInvestigation(run, 'done')
  await records.investigations.note(tenantId, id, { watchedUntil: investigation.startedAt! })
  await records.investigations.transition(tenantId, id, ['running'], { state: 'watching' })
  return report(run)
}

type Outcome = Pick<InvestigationMailbox, 'state' | 'reason' | 'searchedAt'> & { hits: MailHit[] }

async function searchMailbox(
  { microsoft, clock, signal }: InvestigationRun,
  { id: investigationId, filter, finding }: Investigation,
  mailbox: InvestigationMailbox,
): Promise<Outcome> {
  const messageIds = finding?.messageIds ?? {}
  const search = { microsoft, investigationId, filter, messageIds, mailbox, ...(signal && { signal }) }
  try {
    const { hits, reason } = await scanMailbox(search)
    const searchedAt = isoTime(clock.now())
    return reason === undefined
      ? { state: 'searched', searchedAt, hits }
      : { state: 'failed', reason, searchedAt, hits }
  } catch (error) {
    if (error instanceof ConnectionClosed) throw error
    return { state: isWithoutMailbox(error) ? 'no-mailbox' : 'failed', reason: reasonOf(error), hits: [] }
  }
}

/**
 * What Exchange answers for a user without an Exchange Online mailbox: not licensed, a guest, on premises, removed.
 *
 * @see https://learn.microsoft.com/graph/errors, and the codes seen in the field for mail.
 */
export function isWithoutMailbox(error: unknown): boolean {
  return error instanceof AppError && NO_MAILBOX.has(error.microsoft?.code ?? '')
}

const NO_MAILBOX: ReadonlySet<string> = new Set([
  'MailboxNotEnabledForRESTAPI',
  'ErrorNonExistentMailbox',
  'ErrorInvalidUser',
  'ResourceNotFound',
])

/** A person reads no faster, and a stop that is seen a quarter of a second later is soon enough. */
const LOOK_EVERY_MS = 250

/** The investigation as the store has it, read at most every quarter of a second, and told each time. */
function watchState(run: InvestigationRun): () => Promise<Investigation> {
  let last = -Infinity
  let seen: Promise<Investigation> | undefined
  return () => {
    const now = run.clock.now()
    if (seen && now - last < LOOK_EVERY_MS) return seen
    last = now
    seen = report(run)
    return seen
  }
}

async function report(run: Omit<InvestigationRun, 'microsoft'>): Promise<Investigation> {
  const investigation = await readInvestigation(run.records, run.tenantId, run.id)
  run.onProgress?.(investigation)
  return investigation
}

/** Ends it where it stands. */
export async function endInvestigation(
  run: Omit<InvestigationRun, 'microsoft'>,
  state: 'done' | 'stopped' | 'failed',
  failure?: string,
): Promise<Investigation> {
  const { records, tenantId, id, clock } = run
  const change = { state, endedAt: isoTime(clock.now()), ...(failure !== undefined && { failure }) }
  await records.investigations.transition(tenantId, id, ['queued', 'running', 'watching', 'stopping'], change)
  return report(run)
}
