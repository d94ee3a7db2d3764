import { isoTime } from '#domain/clock.ts'
import type { LedgerBatch } from '#domain/coverage.ts'
import { AppError } from '#domain/errors.ts'
import { addCounts, NO_COUNTS, type IntakeCounts } from '#domain/outcome.ts'

import { takeBatch, type TakenBatch } from './batch-records.ts'
import { ContentGone, PartlyListed, type FeedBatch, type FeedContext } from './feed.ts'
import type { Frontier } from './frontier.ts'
import type { Listing } from './listings.ts'
import { closedRow, noteListed, noteListing, noteTaken, openWindow, type OpenWindow } from './open-window.ts'
import type { CollectOptions } from './runner.ts'
import type { Visit } from './windows.ts'

/** Batches fetched, stored and written down at one time: together they cost the stores little more than one. */
const TAKEN_AT_ONCE = 8
/** Storing goes on for at least as many times as long as listing took, which a pass that ends begins anew. */
const STORING_PER_LISTING = 3
/** As many failures in a row are not the batches' fault: the pass ends and the next one goes on. */
const FAILURES_IN_A_ROW = 24

export interface ListingOutcome {
  /** Windows that this pass is done with, whether whole or with a gap. */
  windows: number
  /** Batches and records that were stored. */
  stored: number
  counts: IntakeCounts
  /** What may still be had and was not. */
  failures: AppError[]
  /** Some windows are left that another pass could do at once. */
  isUnfinished: boolean
  /** The live edge could not be listed, or no batch can be read: other listings would fare no better now. */
  isStopped: boolean
}

interface ListingVisit extends CollectOptions {
  context: FeedContext
  listing: Listing
  frontier: Frontier
  /** Why content of a window may be missing for ever. */
  lossOf: (visit: Visit) => string | undefined
  /** When (ms) to leave the rest for the next pass. */
  deadline: number
}

/**
 * Lists windows that lie next to each other and stores what is not stored yet, with its ledger entries as soon as it is
 * durable. A batch that cannot be read holds up nothing but the end of its window.
 */
export async function collectListing(options: ListingVisit): Promise<ListingOutcome> {
  const { feed, key, ledger, clock, signal, context, listing, frontier, lossOf } = options
  const begun = clock.now()
  const windows = listing.visits.map((visit) => openWindow(visit, isoTime(begun)))
  const oldestFirst = windows.toSorted((a, b) => a.visit.window.from - b.visit.window.from)
  const outcome: ListingOutcome = {
    windows: 0,
    stored: 0,
    counts: NO_COUNTS,
    failures: [],
    isUnfinished: false,
    isStopped: false,
  }
  /** Those with something left to do. */
  const unclosed = new Set(windows)

  async function list(): Promise<void> {
    const seen = new Set<string>()
    for await (const page of feed.source.list(context, listing.span)) {
      const fresh = page.filter(({ id }) => !seen.has(id) && seen.add(id))
      if (fresh.length === 0) continue
      const stored = await ledger.storedBatches(
        key,
        fresh.map(({ id }) => id),
      )
      for (const [window, batches] of Map.groupBy(fresh, windowOf)) noteListed(window, batches, stored)
    }
  }

  function windowOf({ availableAt }: FeedBatch): OpenWindow {
    const at = Date.parse(availableAt)
    return oldestFirst.findLast(({ visit }) => visit.window.from <= at) ?? oldestFirst[0]!
  }

  /** Notes what Microsoft could not give; anything else is thrown on. */
  function note(error: unknown, missed: readonly OpenWindow[]): void {
    signal.throwIfAborted()
    if (error instanceof ContentGone) for (const window of missed) window.gone.push(error)
    else if (isMicrosofts(error)) {
      outcome.failures.push(error)
      for (const window of missed) window.failures.push(error)
    } else throw error
  }

  /** Writes down together what was taken, how its windows stand, and which windows are done. */
  async function commit(taken: readonly [OpenWindow, TakenBatch][], finished: readonly OpenWindow[]): Promise<void> {
    const now = isoTime(clock.now())
    for (const [window, own] of Map.groupBy(taken, ([each]) => each)) {
      noteTaken(
        window,
        own.map(([, batch]) => batch),
        now,
      )
    }
    const closed = finished.map((window) => {
      unclosed.delete(window)
      frontier.settle(window.visit, window.failures.length === 0)
      return closedRow(window, lossOf(window.visit), now)
    })
    const touched = [...new Set(taken.map(([window]) => window))].filter((window) => unclosed.has(window))
    const rows = [...closed, ...touched.map(({ row }) => row)]
    if (rows.length === 0) return
    const batches = taken.map(([, batch]) => entryOf(batch, now))
    await ledger.commit(key, { batches, windows: rows, checkpoint: frontier.checkpoint() })
    outcome.windows += closed.length
    outcome.stored += taken.length
    outcome.counts = taken.reduce((total, [, { counts }]) => addCounts(total, counts), outcome.counts)
  }

  let listingFault: unknown
  try {
    await list()
  } catch (error) {
    listingFault = error
    // What is too old is so at the old end. What was whole before has lost nothing.
    const isGone = error instanceof ContentGone
    note(error, isGone ? oldestFirst.slice(0, 1) : windows.filter(({ row }) => row.state !== 'complete'))
  }

  for (const window of windows) noteListing(window, listingFault === undefined)

  const deadline = Math.max(options.deadline, clock.now() + STORING_PER_LISTING * (clock.now() - begun))
  const missing = windows.flatMap((window) => window.missing.map((batch) => ({ window, batch })))
  let next = 0
  let failedInARow = 0

  /** Windows of which nothing lies ahead. None as long as a part of the listing is unknown. */
  function done(): OpenWindow[] {
    const ahead = new Set(missing.slice(next).map(({ window }) => window))
    return listingFault ? [] : [...unclosed].filter((window) => !ahead.has(window))
  }

  while (next < missing.length && failedInARow < FAILURES_IN_A_ROW && !(next > 0 && clock.now() > deadline)) {
    const together = missing.slice(next, next + TAKEN_AT_ONCE)
    const results = await Promise.all(together.map(({ batch }) => takeBatch(options, batch)))
    const taken: [OpenWindow, TakenBatch][] = []
    const refused: [OpenWindow, unknown][] = []
    for (const [index, result] of results.entries()) {
      const { window } = together[index]!
      failedInARow = 'error' in result ? failedInARow + 1 : 0
      if ('error' in result) refused.push([window, result.error])
      else taken.push([window, result])
    }
    await commit(taken, [])
    for (const [window, error] of refused) note(error, [window])
    next += together.length
    await commit([], done())
  }
  const isTooOld = listingFault instanceof ContentGone
  const hasFailed = listingFault !== undefined && !isTooOld
  outcome.isStopped =
    failedInARow >= FAILURES_IN_A_ROW || (hasFailed && listing.isEdge && !(listingFault instanceof PartlyListed))

  const failed = [...unclosed].filter((each) => each.failures.length > 0 || (isTooOld && each === oldestFirst[0]))
  await commit([], [...new Set([...done(), ...failed])])
  outcome.isUnfinished = unclosed.size > 0 && !hasFailed
  return outcome
}

function entryOf({ batch: { id, availableAt }, counts }: TakenBatch, storedAt: string): LedgerBatch {
  return { id, availableAt, storedAt, counts }
}

/** Whether it is Microsoft that could not or would not; anything else ends the pass. */
export function isMicrosofts(error: unknown): error is AppError {
  return error instanceof AppError && error.code.startsWith('CONNECT_')
}
