import { Readable } from 'node:stream'

import { isoTime } from '#domain/clock.ts'
import { AppError, reasonOf } from '#domain/errors.ts'
import type { Investigation, InvestigationMailbox } from '#domain/investigation.ts'
import type { MailFilter } from '#domain/mail-filter.ts'
import { readInvestigation } from '#investigate/investigation.ts'

import { endInvestigation, isWithoutMailbox, type InvestigationRun } from './engine.ts'
import { scanMailbox } from './scan.ts'
import { sourceOf } from './source-of.ts'

/** Mail is dated by the server that took it in, and may reach its mailbox minutes later. */
const OVERLAP_MS = 15 * 60_000
const PAGE = 1000
const DAY_MS = 86_400_000
/** Of mailboxes that come while it watches, in the place of a chunk: they are searched in the round that finds them. */
const NEWCOMERS = -1

/**
 * One round of an investigation that watches: what has come into the mailboxes since the round before, all folders at once, so
 * that mail which a rule moves or deletes is seen as well. Mailboxes that could not be searched so far, and those that have
 * come to its targets since, are searched from end to end. A round that is cut off is repeated from its beginning; hits are
 * counted once.
 *
 * Ends the investigation where its time is over, where it has been quiet for as long as it was told, or where a person asked.
 *
 * @throws AppError INVESTIGATION_NOT_FOUND, STORE_*; ConnectionClosed.
 */
export async function watchRound(run: InvestigationRun): Promise<Investigation> {
  const { records, tenantId, id, clock, signal } = run
  const investigation = await readInvestigation(records, tenantId, id)
  if (investigation.state === 'stopping') return endInvestigation(run, 'stopped')
  if (investigation.state !== 'watching') return investigation
  const begun = clock.now()
  const since = Date.parse(investigation.watchedUntil!) - OVERLAP_MS
  const whole = await lookSince(run, investigation, since)
  if (signal?.aborted) return readInvestigation(records, tenantId, id)
  // Paused and resumed on the way: the round begins again, for nobody else does.
  if (!whole) return watchRound(run)
  await records.investigations.note(tenantId, id, { watchedUntil: isoTime(begun) })
  return (await isOver(run, investigation, begun))
    ? endInvestigation(run, 'done')
    : readInvestigation(records, tenantId, id)
}

/** False when it was stopped or paused on the way. */
async function lookSince(run: InvestigationRun, investigation: Investigation, since: number): Promise<boolean> {
  const { records, tenantId, id } = run
  const { filter } = investigation
  const receivedFrom = isoTime(Math.max(since, Date.parse(filter.receivedFrom ?? '1970-01-01T00:00:00Z')))
  const narrowed = { ...filter, receivedFrom }
  const known = new Set<string>()
  for (let offset = 0; ; offset += PAGE) {
    const mailboxes = await records.investigations.mailboxes(tenantId, id, { limit: PAGE, offset })
    for (const { userId } of mailboxes) known.add(userId)
    const whole = await lookAt(run, mailboxes, ({ state }) => (state === 'searched' ? narrowed : filter))
    if (!whole) return false
    if (mailboxes.length < PAGE) break
  }
  for await (const mailboxes of newcomers(run, investigation, known)) {
    for (const { userId } of mailboxes) known.add(userId)
    await records.investigations.addMailboxes(tenantId, id, NEWCOMERS, mailboxes)
    if (!(await lookAt(run, mailboxes, () => filter))) return false
  }
  return true
}

/** All of them, each with the filter that is right for it. False when it was stopped or paused on the way. */
async function lookAt(
  run: InvestigationRun,
  mailboxes: readonly InvestigationMailbox[],
  filterFor: (mailbox: InvestigationMailbox) => MailFilter,
): Promise<boolean> {
  const { records, tenantId, id, concurrency = 256 } = run
  await Readable.from(mailboxes).forEach(
    (mailbox: InvestigationMailbox) => lookInto(run, mailbox, filterFor(mailbox)),
    { concurrency },
  )
  return !run.signal?.aborted && (await readInvestigation(records, tenantId, id)).state === 'watching'
}

/** Mailboxes of the targets that were none of theirs before. Named users are who they are. */
async function* newcomers(
  { microsoft, signal }: InvestigationRun,
  { targets }: Investigation,
  known: ReadonlySet<string>,
): AsyncGenerator<InvestigationMailbox[]> {
  if (targets.kind === 'users') return
  try {
    for await (const page of sourceOf(microsoft).mailboxes(targets, signal)) {
      const found = page.filter(({ userId }) => !known.has(userId))
      if (found.length > 0) yield found
    }
  } catch (error) {
    // A directory that does not answer, or a group that is gone: those who are known are watched all the same.
    if (!(error instanceof AppError)) throw error
  }
}

/** Writes only what is new: of most mailboxes nothing, every few minutes, for weeks. */
async function lookInto(run: InvestigationRun, mailbox: InvestigationMailbox, filter: MailFilter): Promise<void> {
  const { records, microsoft, tenantId, id, clock, signal } = run
  if (signal?.aborted) return
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
