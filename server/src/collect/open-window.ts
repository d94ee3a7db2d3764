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
  /** What may still be had and was not. */
  failures: AppError[]
  /** What Microsoft no longer has. */
  gone: ContentGone[]
}

export function openWindow(visit: Visit, updatedAt: string): OpenWindow {
  const row = visit.previous ?? newRow(visit.window, updatedAt)
  return { visit, row, missing: [], held: 0, failures: [], gone: [] }
}

/** A window of which nothing is known yet. */
export function newRow({ from, to }: Span, updatedAt: string): LedgerWindow {
  const counts = { listed: 0, stored: 0, late: 0, counts: NO_COUNTS }
  return { from: isoTime(from), to: isoTime(to), state: 'in-progress', ...counts, updatedAt }
}

/** Notes a page of its listing: which of the batches are stored already, and which are not. */
export function noteListed(window: OpenWindow, batches: readonly FeedBatch[], stored: ReadonlySet<string>): void {
  const missing = batches.filter(({ id }) => !stored.has(id))
  window.missing.push(...missing)
  window.held += batches.length - missing.length
}

/**
 * Notes the end of its listing. A whole one tells how many batches there are now: records that come with their listing make
 * others of them when something shows up late. Only what could not be had and is listed no more is still counted.
 */
export function noteListing(window: OpenWindow, isWhole: boolean): void {
  const { visit, row, held, missing } = window
  const listed = held + missing.length
  if (isWhole && visit.listed.from === visit.window.from) {
    const unhad = row.state === 'gap' ? Math.max(0, row.listed - row.stored - missing.length) : 0
    window.row = { ...row, listed: listed + unhad, stored: held }
  } else {
    window.row = { ...row, listed: Math.max(row.listed, listed), stored: Math.max(row.stored, held) }
  }
}

/** Notes batches that are durable now. In progress until the visit ends: a crash makes the next pass list it again. */
export function noteTaken(window: OpenWindow, taken: readonly TakenBatch[], updatedAt: string): void {
  const { row, visit } = window
  const fresh = taken.reduce((total, batch) => addCounts(total, batch.counts), NO_COUNTS)
  const late = visit.previous?.state === 'complete' ? row.late + fresh.kept : row.late
  const counts = addCounts(row.counts, fresh)
  window.row = { ...row, state: 'in-progress', stored: row.stored + taken.length, late, counts, updatedAt }
}

/** The row of a window that this pass is done with. `loss` is why some of it may be missing for ever. */
export function closedRow(window: OpenWindow, loss: string | undefined, updatedAt: string): LedgerWindow {
  const { visit, failures } = window
  const { reason: _, ...rest } = window.row
  const row = { ...rest, updatedAt }
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
