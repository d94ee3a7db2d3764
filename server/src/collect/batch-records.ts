import { addCounts, NO_COUNTS, type IntakeCounts } from '#domain/outcome.ts'

import type { FeedBatch } from './feed.ts'
import type { CollectOptions } from './runner.ts'

/** A batch whose first records have been fetched. */
export interface OpenBatch {
  batch: FeedBatch
  first: IteratorResult<string[]>
  records: AsyncIterator<string[]>
}

/** Fetches a batch as far as its first records; an error is given back, to be met when it is the batch's turn. */
export async function openBatch(batch: FeedBatch): Promise<OpenBatch | { error: unknown }> {
  const records = inPortions(batch.read())
  try {
    return { batch, first: await records.next(), records }
  } catch (error) {
    return { error }
  }
}

/**
 * Hands a batch's records in, portion by portion. Portions are cut by the records alone and numbered, so that one that was
 * handed in before a crash has the same token when it comes again.
 */
export async function storeRecords(
  { key, feed, ingest, signal }: CollectOptions,
  batchId: string,
  first: IteratorResult<string[]>,
  records: AsyncIterator<string[]>,
): Promise<IntakeCounts> {
  const { tenantId, connectionId } = key
  const source = { tenantId, connectionId, feed: feed.id, dataset: feed.dataset }
  let counts = NO_COUNTS
  let next = first
  for (let portion = 0; !next.done; portion++) {
    signal.throwIfAborted()
    const token = `${[tenantId, connectionId, feed.id, batchId].join('/')}#${portion}`
    counts = addCounts(counts, await ingest({ ...source, token, records: next.value }))
    next = await records.next()
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
