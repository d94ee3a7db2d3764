import { Readable } from 'node:stream'

import { isoTime } from '#domain/clock.ts'
import { AppError, reasonOf } from '#domain/errors.ts'
import type { Investigation, InvestigationMailbox } from '#domain/investigation.ts'
import { readInvestigation } from '#investigate/investigation.ts'

import { endInvestigation, isWithoutMailbox, type InvestigationRun } from './engine.ts'
import { scanMailbox } from './scan.ts'

/** Mail is dated by the server that took it in, and may reach its mailbox minutes later. */
const OVERLAP_MS = 15 * 60_000
const PAGE = 1000
const DAY_MS = 86_400_000

/**
 * One round of an investigation that watches: what has come into the mailboxes since the round before, all folders at once, so
 * that mail which a rule moves or deletes is seen as well. A round that is cut off is repeated from its beginning; hits are
 * counted once.
 *
 * Ends the investigation where its time is over, where it has been quiet for as long as it was told, or where a person asked.
 *
 * @throws AppError INVESTIGATION_NOT_FOUND, STORE_*.
 */
export async function watchRound(run: InvestigationRun): Promise<Investigation> {
  const { records, tenantId, id, clock, signal } = run
  const investigation = await readInvestigation(records, tenantId, id)
  if (investigation.state === 'stopping') return endInvestigation(run, 'stopped')
  if (investigation.state !== 'watching') return investigation
  const begun = clock.now()
  const since = Date.parse(investigation.watchedUntil!) - OVERLAP_MS
  const whole = await lookSince(run, investigation, since)
  if (signal?.aborted || !whole) return readInvestigation(records, tenantId, id)
  await records.investigations.note(tenantId, id, { watchedUntil: isoTime(begun) })
  return (await isOver(run, investigation, begun))
    ? endInvestigation(run, 'done')
    : readInvestigation(records, tenantId, id)
}

/** False when it was stopped or paused on the way. */
async function lookSince(run: InvestigationRun, investigation: Investigation, since: number): Promise<boolean> {
  const { records, tenantId, id, signal, concurrency = 256 } = run
  const { filter } = investigation
  const receivedFrom = isoTime(Math.max(since, Date.parse(filter.receivedFrom ?? '1970-01-01T00:00:00Z')))
  const narrowed = { ...investigation, filter: { ...filter, receivedFrom } }
  for (let offset = 0; ; offset += PAGE) {
    const mailboxes = await records.investigations.mailboxes(tenantId, id, { limit: PAGE, offset })
    await Readable.from(mailboxes.filter(({ state }) => state !== 'no-mailbox')).forEach(
      (mailbox: InvestigationMailbox) => lookInto(run, narrowed, mailbox),
      { concurrency },
    )
    if (signal?.aborted || mailboxes.length < PAGE) return true
    if ((await readInvestigation(records, tenantId, id)).state !== 'watching') return false
  }
}

/** Writes only what is new: of most mailboxes nothing, every few minutes, for weeks. */
async function lookInto(
  run: InvestigationRun,
  investigation: Investigation,
  mailbox: InvestigationMailbox,
): Promise<void> {
  const { records, microsoft, tenantId, id, clock, signal } = run
  if (signal?.aborted) return
  const { filter } = investigation
  const search = { microsoft, investigationId: id, filter, mailbox, brief: true, ...(signal && { signal }) }
  const searched = { ...mailbox, searchedAt: isoTime(clock.now()) }
  try {
    const { hits, reason } = await scanMailbox(search)
    const state = reason === undefined ? 'searched' : 'failed'
    if (hits.length > 0 || state !== mailbox.state)
      await records.investigations.commitMailbox(tenantId, id, { ...searched, state, ...(reason && { reason }) }, hits)
  } catch (error) {
    if (signal?.aborted) return
    if (!(error instanceof AppError) || error.code.startsWith('STORE_')) throw error
    const state = isWithoutMailbox(error) ? 'no-mailbox' : 'failed'
    if (state !== mailbox.state)
      await records.investigations.commitMailbox(tenantId, id, { ...searched, state, reason: reasonOf(error) }, [])
  }
}

async function isOver({ records, tenantId, id }: InvestigationRun, investigation: Investigation, now: number) {
  const { duration, startedAt } = investigation
  if (duration.kind !== 'standing') return duration.kind === 'until' && now >= Date.parse(duration.until)
  const [newest] = await records.investigations.hits(tenantId, id, { limit: 1, offset: 0 })
  const last = Math.max(Date.parse(startedAt!), newest ? Date.parse(newest.receivedAt) : 0)
  return now - last >= duration.quietDays * DAY_MS
}
