import { isoTime } from '#domain/clock.ts'
import type { LedgerWindow } from '#domain/coverage.ts'
import { AppError } from '#domain/errors.ts'
import { addCounts, NO_COUNTS, type IntakeCounts } from '#domain/outcome.ts'

import { takeBatch, type TakenBatch } from './batch-records.ts'
import { ContentGone, type FeedContext, type Span } from './feed.ts'
import { lastingReason, lost, notYet } from './gap-reason.ts'
import type { CollectOptions } from './runner.ts'
import type { Visit } from './windows.ts'

/** Batches fetched, stored and written down at one time: together they cost the stores little more than one. */
const TAKEN_AT_ONCE = 8
/** As many failures in a row are not the batches' fault: the pass ends and the next one goes on. */
const FAILURES_IN_A_ROW = 24

export interface WindowOutcome {
  row: LedgerWindow
  /** Batches and records that this visit stored. */
  stored: number
  counts: IntakeCounts
  /** What may still be had and was not. */
  failures: AppError[]
  /** The listing itself failed, or everything does: other windows would fare no better now. */
  isStopped: boolean
}

interface WindowVisit extends CollectOptions {
  context: FeedContext
  visit: Visit
  /** Why content of this window may be missing for ever. */
  outage: string | undefined
}

/**
 * Lists a window and stores what is not stored yet, each batch with its ledger entry as soon as it is durable. A batch that
 * cannot be read holds up nothing but the end of its window.
 */
export async function collectWindow(options: WindowVisit): Promise<WindowOutcome> {
  const { feed, key, ledger, clock, signal, context, visit, outage } = options
  const outcome: WindowOutcome = {
    row: { ...(visit.previous ?? rowOf(visit.window, isoTime(clock.now()))) },
    stored: 0,
    counts: NO_COUNTS,
    failures: [],
    isStopped: false,
  }
  const seen = new Set<string>()
  const gone: ContentGone[] = []
  let held = 0
  let failedInARow = 0

  async function commitBatches(taken: readonly TakenBatch[]): Promise<void> {
    if (taken.length === 0) return
    const storedAt = isoTime(clock.now())
    const counts = taken.reduce((total, batch) => addCounts(total, batch.counts), NO_COUNTS)
    const { row } = outcome
    // In progress until the visit ends, so that a crash makes the next pass list it again.
    const state = lastingReason(row) ? row.state : 'in-progress'
    const stored = row.stored + taken.length
    outcome.row = { ...row, state, stored, counts: addCounts(row.counts, counts), updatedAt: storedAt }
    outcome.stored += taken.length
    outcome.counts = addCounts(outcome.counts, counts)
    const entries = taken.map(({ batch: { id, availableAt }, counts: own }) => ({
      id,
      availableAt,
      storedAt,
      counts: own,
    }))
    await ledger.commitBatches(key, entries, outcome.row)
  }

  /** Notes what Microsoft could not give; anything else is thrown on. */
  function note(error: unknown): void {
    signal.throwIfAborted()
    if (error instanceof ContentGone) gone.push(error)
    else if (isMicrosofts(error)) outcome.failures.push(error)
    else throw error
  }

  try {
    listing: for await (const page of feed.source.list(context, visit.listed)) {
      const listed = page.filter(({ id }) => !seen.has(id) && seen.add(id))
      const ids = listed.map(({ id }) => id)
      const stored = await ledger.storedBatches(key, ids)
      held += stored.size
      outcome.row.listed = Math.max(outcome.row.listed, seen.size)
      const missing = listed.filter(({ id }) => !stored.has(id))
      for (let next = 0; next < missing.length; next += TAKEN_AT_ONCE) {
        const together = missing.slice(next, next + TAKEN_AT_ONCE)
        const results = await Promise.all(together.map((batch) => takeBatch(options, batch)))
        await commitBatches(results.filter((result) => 'counts' in result))
        for (const result of results) {
          failedInARow = 'error' in result ? failedInARow + 1 : 0
          if ('error' in result) note(result.error)
        }
        if (failedInARow >= FAILURES_IN_A_ROW) break listing
      }
    }
  } catch (error) {
    note(error)
    outcome.isStopped = !(error instanceof ContentGone)
  }
  outcome.isStopped ||= failedInARow >= FAILURES_IN_A_ROW

  outcome.row.stored = Math.max(outcome.row.stored, held + outcome.stored)
  outcome.row = closed(outcome.row, visit, gapReason(outcome, outage, gone), isoTime(clock.now()))
  return outcome
}

/** A window of which nothing is known yet. */
export function rowOf({ from, to }: Span, updatedAt: string): LedgerWindow {
  const counts = { listed: 0, stored: 0, counts: NO_COUNTS }
  return { from: isoTime(from), to: isoTime(to), state: 'in-progress', ...counts, updatedAt }
}

function gapReason(outcome: WindowOutcome, outage: string | undefined, gone: ContentGone[]): string | undefined {
  const { row, failures } = outcome
  const missing = row.listed - row.stored
  if (gone[0]) return lost(`${missing} of ${row.listed} batches could not be had any more (${gone[0].code}).`)
  if (outage) return lost(outage)
  const lasting = lastingReason(row)
  if (lasting || !failures[0]) return lasting
  return notYet(failures[0].message)
}

function closed(row: LedgerWindow, visit: Visit, reason: string | undefined, updatedAt: string): LedgerWindow {
  const { reason: _, ...rest } = row
  if (reason) return { ...rest, state: 'gap', reason, updatedAt }
  return { ...rest, state: visit.listed.to < visit.window.to ? 'in-progress' : 'complete', updatedAt }
}

/** Whether it is Microsoft that could not or would not; anything else ends the pass. */
export function isMicrosofts(error: unknown): error is AppError {
  return error instanceof AppError && error.code.startsWith('CONNECT_')
}
