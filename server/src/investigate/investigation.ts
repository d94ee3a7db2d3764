import { randomUUID } from 'node:crypto'

import { isoTime, type Clock } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { FollowUp } from '#domain/follow-up.ts'
import type { TenantId } from '#domain/ids.ts'
import type { Investigation } from '#domain/investigation.ts'
import type { RecordStore } from '#store/record-store.ts'

import { cleanFilter } from './mail/filter.ts'

/** What a person decides about an investigation; the rest follows from running it. */
export type InvestigationRequest = Pick<
  Investigation,
  'tenantId' | 'connectionId' | 'name' | 'filter' | 'targets' | 'method' | 'duration' | 'createdBy'
> & {
  /** What is found is followed once the search has ended (mail/follow.ts). */
  followUp?: boolean | undefined
}

/**
 * Writes a new investigation, `queued`; asks Microsoft nothing.
 *
 * @throws AppError INVESTIGATION_FILTER_MISSING, REQUEST_INVALID (dates, an end that is past).
 */
export async function createInvestigation(
  records: RecordStore,
  clock: Clock,
  { followUp, ...request }: InvestigationRequest,
): Promise<Investigation> {
  const { filter, duration } = request
  if (duration.kind === 'until' && Date.parse(duration.until) <= clock.now()) throw endsInThePast(duration.until)
  const investigation: Investigation = {
    id: randomUUID(),
    ...request,
    filter: cleanFilter(filter),
    state: 'queued',
    mailboxesTotal: 0,
    mailboxesDone: 0,
    mailboxesFailed: 0,
    hits: 0,
    createdAt: isoTime(clock.now()),
    ...(followUp && { followUp: asked(clock, 'waiting') }),
  }
  await records.investigations.create(investigation)
  return investigation
}

/**
 * Asks an investigation to stop; its run sees that before the next mailbox and ends it as `stopped`. Stopping twice, or
 * after the end, changes nothing.
 *
 * @throws AppError INVESTIGATION_NOT_FOUND.
 */
export async function stopInvestigation(records: RecordStore, tenantId: TenantId, id: string): Promise<Investigation> {
  const from = ['queued', 'running', 'watching', 'paused'] as const
  await records.investigations.transition(tenantId, id, from, { state: 'stopping' })
  return readInvestigation(records, tenantId, id)
}

/**
 * Holds an investigation before its next mailbox. What was found stays, and what waits goes on waiting.
 *
 * @throws AppError INVESTIGATION_NOT_FOUND, INVESTIGATION_STATE_WRONG.
 */
export async function pauseInvestigation(records: RecordStore, tenantId: TenantId, id: string): Promise<Investigation> {
  const from = ['queued', 'running', 'watching'] as const
  const paused = await records.investigations.transition(tenantId, id, from, { state: 'paused' })
  const investigation = await readInvestigation(records, tenantId, id)
  if (paused || investigation.state === 'paused') return investigation
  throw stateWrong(investigation, 'Only one that is under way can be paused.')
}

/**
 * Lets a paused investigation go on where it was.
 *
 * @throws AppError INVESTIGATION_NOT_FOUND, INVESTIGATION_STATE_WRONG.
 */
export async function resumeInvestigation(
  records: RecordStore,
  tenantId: TenantId,
  id: string,
): Promise<Investigation> {
  const { watchedUntil, startedAt } = await readInvestigation(records, tenantId, id)
  const state = watchedUntil === undefined ? (startedAt === undefined ? 'queued' : 'running') : 'watching'
  const resumed = await records.investigations.transition(tenantId, id, ['paused'], { state })
  const investigation = await readInvestigation(records, tenantId, id)
  if (resumed) return investigation
  throw stateWrong(investigation, 'Only one that is paused can go on.')
}

/** States in which the search still goes on, or may again. */
const SEARCHING: ReadonlySet<Investigation['state']> = new Set(['queued', 'running', 'paused', 'stopping'])

/**
 * Asks to follow what an investigation found, at once or when its search has ended; again where that was done before.
 *
 * @throws AppError INVESTIGATION_NOT_FOUND.
 */
export async function askFollowUp(
  records: RecordStore,
  clock: Clock,
  tenantId: TenantId,
  id: string,
): Promise<Investigation> {
  const { state, followUp } = await readInvestigation(records, tenantId, id)
  if (followUp?.state !== 'running') {
    const { copies = 0, unreached = 0 } = followUp ?? {}
    const next = { ...asked(clock, SEARCHING.has(state) ? 'waiting' : 'running'), copies, unreached }
    await records.investigations.note(tenantId, id, { followUp: next })
  }
  return readInvestigation(records, tenantId, id)
}

function asked(clock: Clock, state: FollowUp['state']): FollowUp {
  return { state, askedAt: isoTime(clock.now()), copies: 0, unreached: 0, notes: [] }
}

function endsInThePast(until: string): AppError {
  return new AppError({
    code: 'REQUEST_INVALID',
    what: 'The investigation was not created.',
    why: `It is to end at ${until}, which is past.`,
    fix: 'Give a moment that is to come, or leave the end out.',
  })
}

function stateWrong({ id, state }: Investigation, why: string): AppError {
  return new AppError({
    code: 'INVESTIGATION_STATE_WRONG',
    what: 'Nothing was changed.',
    why: `The investigation ${id} is ${state}. ${why}`,
    fix: 'To search again, duplicate it.',
  })
}

/** @throws AppError INVESTIGATION_NOT_FOUND. */
export async function readInvestigation(records: RecordStore, tenantId: TenantId, id: string): Promise<Investigation> {
  const investigation = await records.investigations.read(tenantId, id)
  if (investigation) return investigation
  throw new AppError({
    code: 'INVESTIGATION_NOT_FOUND',
    what: `There is no investigation ${id}.`,
    why: 'This tenant has none with this id.',
    fix: 'See the Investigations page, or run `npx cordon investigations list`.',
  })
}
