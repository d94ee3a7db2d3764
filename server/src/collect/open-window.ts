import { isoTime } from '#domain/clock.ts'
import type { LedgerWindow } from '#domain/coverage.ts'
import type { AppError } from '#domain/errors.ts'
import { addCounts, NO_COUNTS } from '#domain/outcome.ts'

import type { TakenBatch } from './batch-records.ts'
import type { ContentGone, FeedBatch, Span } from './feed.ts'
import { lastingReason, lost, notYet } from './gap-reason.ts'
import type { Visit } from './windows.ts'

/** A window while a pass collects it. */
export interface OpenWindow {
  visit: Visit
  row: LedgerWindow
  /** Batches that are listed and not stored. */
  missing: FeedBatch[]
  /** Batches that were stored before. */
  held: number
  /** Batches that this visit stored. */
  stored: number
  /** What may still be had and was not. */
  failures: AppError[]
  /** What Microsoft no longer has. */
  gone: ContentGone[]
}

export function openWindow(visit: Visit, updatedAt: string): OpenWindow {
  const row = visit.previous ?? newRow(visit.window, updatedAt)
  return { visit, row, missing: [], held: 0, stored: 0, failures: [], gone: [] }
}

/** A window of which nothing is known yet. */
export function newRow({ from, to }: Span, updatedAt: string): LedgerWindow {
  const counts = { listed: 0, stored: 0, counts: NO_COUNTS }
  return { from: isoTime(from), to: isoTime(to), state: 'in-progress', ...counts, updatedAt }
}

/** Notes a page of its listing: which of the batches are stored already, and which are not. */
export function noteListed(window: OpenWindow, batches: readonly FeedBatch[], stored: ReadonlySet<string>): void {
  const missing = batches.filter(({ id }) => !stored.has(id))
  window.missing.push(...missing)
  window.held += batches.length - missing.length
  const { row } = window
  window.row = { ...row, listed: Math.max(row.listed, window.held + window.missing.length) }
}

/** Notes batches that are durable now. In progress until the visit ends: a crash makes the next pass list it again. */
export function noteTaken(window: OpenWindow, taken: readonly TakenBatch[], updatedAt: string): void {
  const { row } = window
  const counts = taken.reduce((total, batch) => addCounts(total, batch.counts), row.counts)
  window.stored += taken.length
  window.row = { ...row, state: 'in-progress', stored: row.stored + taken.length, counts, updatedAt }
}

/** The row of a window that this pass is done with. `loss` is why some of it may be missing for ever. */
export function closedRow(window: OpenWindow, loss: string | undefined, updatedAt: string): LedgerWindow {
  const { visit, held, failures } = window
  const { reason: _, ...rest } = window.row
  const row = { ...rest, stored: Math.max(rest.stored, held + window.stored), updatedAt }
  const isOver = visit.listed.to === visit.window.to
  const lasting = lossOf(window, row) ?? (loss === undefined ? lastingReason(window.row) : lost(loss))
  if (failures[0]) return { ...row, state: 'gap', reason: notYet(failures[0].message, lasting) }
  if (lasting) return { ...row, state: 'gap', reason: isOver ? lasting : notYet('This window is not over.', lasting) }
  return { ...row, state: isOver ? 'complete' : 'in-progress' }
}

function lossOf({ gone, failures }: OpenWindow, { listed, stored }: LedgerWindow): string | undefined {
  if (!gone[0]) return undefined
  const missing = listed - stored - failures.length
  return lost(`${missing} of ${listed} batches could not be had any more (${gone[0].code}).`)
}
