import { addCounts, NO_COUNTS, type IntakeCounts } from '#domain/outcome.ts'

import type { FeedBatch } from './feed.ts'
import { feedSettings } from './feed-settings.ts'
import type { CollectOptions } from './runner.ts'

/** A batch whose records are durable. */
export interface TakenBatch {
  batch: FeedBatch
  counts: IntakeCounts
}

/** Fetches a batch and hands its records in; an error is given back, to be met when it is the batch's turn. */
export async function takeBatch(options: CollectOptions, batch: FeedBatch): Promise<TakenBatch | { error: unknown }> {
  try {
    return { batch, counts: await storeRecords(options, batch) }
  } catch (error) {
    return { error }
  }
}

/**
 * Hands a batch's records in, portion by portion. Portions are cut by the records alone and numbered, so that one that was
 * handed in before a crash has the same token when it comes again.
 */
async function storeRecords(options: CollectOptions, batch: FeedBatch): Promise<IntakeCounts> {
  const { key, feed, ingest, signal } = options
  const { tenantId, connectionId } = key
  const sieve = createSieve(feed.exclusion?.(feedSettings(options).options))
  const source = { tenantId, connectionId, feed: feed.id, dataset: feed.dataset }
  let counts = NO_COUNTS
  let portion = 0
  for await (const records of inPortions(sieve.wanted(batch.read()))) {
    signal.throwIfAborted()
    const token = `${[tenantId, connectionId, feed.id, batch.id].join('/')}#${portion++}`
    counts = addCounts(counts, await ingest({ ...source, token, records }))
  }
  return addCounts(counts, sieve.counts())
}

/** Leaves out what the feed's settings exclude, and counts it by setting. */
function createSieve(exclusionOf: ((record: string) => string | undefined) | undefined) {
  const excluded: Record<string, number> = {}
  let total = 0
  return {
    async *wanted(pieces: AsyncIterable<readonly string[]>): AsyncGenerator<readonly string[], void, undefined> {
      if (!exclusionOf) return yield* pieces
      for await (const piece of pieces) {
        yield piece.filter((record) => {
          const name = exclusionOf(record)
          if (name === undefined) return true
          excluded[name] = (excluded[name] ?? 0) + 1
          total++
          return false
        })
      }
    },
    counts: (): IntakeCounts => (total === 0 ? NO_COUNTS : { ...NO_COUNTS, read: total, excluded }),
  }
}

const PORTION_RECORDS = 5_000
/** On their way to the store records take some four times as much, until all of the portion is stored. */
const PORTION_CHARACTERS = 2 * 1024 * 1024

/** Records in portions of a size that is good to store, whatever pieces they come in. */
async function* inPortions(pieces: AsyncIterable<readonly string[]>): AsyncGenerator<string[], void, undefined> {
  let portion: string[] = []
  let characters = 0
  for await (const piece of pieces) {
    for (const record of piece) {
      portion.push(record)
      characters += record.length
      if (portion.length < PORTION_RECORDS && characters < PORTION_CHARACTERS) continue
      yield portion
      portion = []
      characters = 0
    }
  }
  if (portion.length > 0) yield portion
}
