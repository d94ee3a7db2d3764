import { randomUUID } from 'node:crypto'

import { isoTime, type Clock } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { Investigation } from '#domain/investigation.ts'
import type { RecordStore } from '#store/record-store.ts'

import { cleanFilter } from './mail/filter.ts'

/** What a person decides about an investigation; the rest follows from running it. */
export type InvestigationRequest = Pick<
  Investigation,
  'tenantId' | 'connectionId' | 'name' | 'filter' | 'targets' | 'createdBy'
>

/**
 * Writes a new investigation, `queued`; asks Microsoft nothing.
 *
 * @throws AppError INVESTIGATION_FILTER_MISSING, REQUEST_INVALID (dates).
 */
export async function createInvestigation(
  records: RecordStore,
  clock: Clock,
  request: InvestigationRequest,
): Promise<Investigation> {
  const { tenantId, connectionId, name, filter, targets, createdBy } = request
  const investigation: Investigation = {
    id: randomUUID(),
    tenantId,
    connectionId,
    name,
    filter: cleanFilter(filter),
    targets,
    state: 'queued',
    mailboxesTotal: 0,
    mailboxesDone: 0,
    mailboxesFailed: 0,
    hits: 0,
    createdBy,
    createdAt: isoTime(clock.now()),
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
  await records.investigations.transition(tenantId, id, ['queued', 'running'], { state: 'stopping' })
  return readInvestigation(records, tenantId, id)
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
