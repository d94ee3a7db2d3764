import { addCounts, NO_COUNTS, type IntakeCounts } from '#domain/outcome.ts'

import type { FeedBatch } from './feed.ts'
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
async function storeRecords({ key, feed, ingest, signal }: CollectOptions, batch: FeedBatch): Promise<IntakeCounts> {
  const { tenantId, connectionId } = key
  const source = { tenantId, connectionId, feed: feed.id, dataset: feed.dataset }
  let counts = NO_COUNTS
  let portion = 0
  for await (const records of inPortions(batch.read())) {
    signal.throwIfAborted()
    const token = `${[tenantId, connectionId, feed.id, batch.id].join('/')}#${portion++}`
    counts = addCounts(counts, await ingest({ ...source, token, records }))
  }
  return counts
}

const PORTION_RECORDS = 10_000
const PORTION_CHARACTERS = 16 * 1024 * 1024

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
