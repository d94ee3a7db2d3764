import { isoTime } from '#domain/clock.ts'
import type { LedgerBatch } from '#domain/coverage.ts'
import { AppError } from '#domain/errors.ts'
import { addCounts, NO_COUNTS, type IntakeCounts } from '#domain/outcome.ts'

import type { TakenBatch } from './batch-records.ts'
import { ContentGone, PartlyListed, type FeedBatch, type FeedContext } from './feed.ts'
import type { Frontier } from './frontier.ts'
import type { Listing } from './listings.ts'
import { closedRow, noteListed, noteListing, noteTaken, openWindow, type OpenWindow } from './open-window.ts'
import type { CollectOptions } from './runner.ts'
import { takeBatches } from './take-batches.ts'
import type { Visit } from './windows.ts'

/** Storing goes on for at least as many times as long as listing took, which a pass that ends begins anew. */
const STORING_PER_LISTING = 3

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

  /** Notes what Microsoft could not give; false for anything else, which ends the pass. */
  function isNoted(error: unknown, missed: readonly OpenWindow[]): boolean {
    if (signal.aborted) return false
    if (error instanceof ContentGone) for (const window of missed) window.gone.push(error)
    else if (isMicrosofts(error)) {
      outcome.failures.push(error)
      for (const window of missed) window.failures.push(error)
    } else return false
    return true
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
    const missed = isGone ? oldestFirst.slice(0, 1) : windows.filter(({ row }) => row.state !== 'complete')
    if (!isNoted(error, missed)) {
      signal.throwIfAborted()
      throw error
    }
  }

  for (const window of windows) noteListing(window, listingFault === undefined)

  const deadline = Math.max(options.deadline, clock.now() + STORING_PER_LISTING * (clock.now() - begun))
  const missing = windows.flatMap((window) => window.missing.map((batch) => ({ place: window, batch })))
  const ahead = new Map(windows.map((window) => [window, window.missing.length]))

  /** Windows of which nothing lies ahead. None as long as a part of the listing is unknown. */
  const done = (): OpenWindow[] => (listingFault ? [] : [...unclosed].filter((window) => ahead.get(window) === 0))

  const taking = takeBatches(options, missing, () => clock.now() <= deadline)
  for await (const ended of taking.ended()) {
    const taken: [OpenWindow, TakenBatch][] = []
    const faults: unknown[] = []
    for (const { place, result } of ended) {
      ahead.set(place, ahead.get(place)! - 1)
      if (!('error' in result)) taken.push([place, result])
      else if (!isNoted(result.error, [place])) faults.push(result.error)
    }
    // What is durable is written down even where something ends the pass.
    await commit(taken, faults.length === 0 ? done() : [])
    if (faults.length > 0) {
      signal.throwIfAborted()
      throw faults[0]
    }
  }
  const isTooOld = listingFault instanceof ContentGone
  const hasFailed = listingFault !== undefined && !isTooOld
  outcome.isStopped = taking.hasFailed() || (hasFailed && listing.isEdge && !(listingFault instanceof PartlyListed))

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
