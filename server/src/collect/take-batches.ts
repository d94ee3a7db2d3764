import { takeBatch, type TakenBatch } from './batch-records.ts'
import type { FeedBatch } from './feed.ts'
import type { CollectOptions } from './runner.ts'

/** Batches on their way at one time, whatever their size. */
const AT_LEAST = 8
/** More of them while they are small: the stores' price is by the statement, and a blob may hold a handful of records. */
const AT_MOST = 32
/** As many records on their way are enough. */
const RECORDS = 5_000
/** As many failures in a row are not the batches' fault. */
const FAILURES_IN_A_ROW = 24

/** How a batch that was on its way ended, and what it was missing from. */
interface Ended<Place> {
  place: Place
  result: TakenBatch | { error: unknown }
}

interface Taking<Place> {
  /**
   * Takes the batches in order, several at a time. Gives together what ended since the last was given, so that it can be written
   * down at once while the next are on their way. Who leaves early has waited for those under way.
   */
  ended(): AsyncGenerator<Ended<Place>[], void, undefined>
  /** Whether it ended because no batch can be had. */
  hasFailed(): boolean
}

/** @param mayBegin whether there is time for another one; the first is taken in any case. */
export function takeBatches<Place>(
  options: CollectOptions,
  missing: readonly { place: Place; batch: FeedBatch }[],
  mayBegin: () => boolean,
): Taking<Place> {
  const underWay = new Set<Promise<void>>()
  let ended: Ended<Place>[] = []
  let next = 0
  let failedInARow = 0
  let taken = 0
  let records = 0
  let isLeft = false

  const hasFailed = (): boolean => failedInARow >= FAILURES_IN_A_ROW

  function places(): number {
    return taken === 0 ? AT_LEAST : Math.min(AT_MOST, Math.max(AT_LEAST, Math.floor((RECORDS * taken) / (records + 1))))
  }

  function mayTake(): boolean {
    if (isLeft || next === missing.length || (next > 0 && !mayBegin())) return false
    // Where they fail, no more are tried than those that would make it too many.
    if (failedInARow > 0 && failedInARow + underWay.size >= FAILURES_IN_A_ROW) return false
    return underWay.size < places()
  }

  function begin(): void {
    while (mayTake()) {
      const { place, batch } = missing[next++]!
      const way = takeBatch(options, batch).then((result) => {
        underWay.delete(way)
        ended.push({ place, result })
        failedInARow = 'error' in result ? failedInARow + 1 : 0
        if ('counts' in result) {
          taken += 1
          records += result.counts.read
        }
        begin()
      })
      underWay.add(way)
    }
  }

  return {
    hasFailed,
    async *ended() {
      try {
        begin()
        while (underWay.size > 0 || ended.length > 0) {
          if (ended.length === 0) await Promise.race(underWay)
          const some = ended
          ended = []
          yield some
        }
      } finally {
        isLeft = true
        await Promise.all(underWay)
      }
    },
  }
}
