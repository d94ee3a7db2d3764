import { isoTime } from '#domain/clock.ts'
import { stableId } from '#domain/ids.ts'

import type { FeedBatch } from './feed.ts'

/** A record that came with its listing. */
export interface ListedRecord {
  /** On the feed's clock of availability, milliseconds since the epoch. */
  at: number
  /** What it is known by; where records change, with what changes: its id and the moment of its update. */
  key: string
  text: string
}

const SLOT_MS = 60_000
/** Records in a batch at most. */
const BATCH_RECORDS = 1_000

/**
 * Batches of records that come with their listing, as Graph's do, which has no blobs: a batch is what lies in one minute. It is
 * known by what it holds, so a record that shows up late makes its minute another batch, which is stored again: events have
 * identities of their own, and those that are there already change nothing.
 *
 * `pages` should be in order of time, whichever way; then no minute is cut in two.
 */
export async function* inlineBatches(
  pages: AsyncIterable<readonly ListedRecord[]>,
): AsyncGenerator<FeedBatch[], void, undefined> {
  let open: ListedRecord[] = []
  for await (const page of pages) {
    const full: FeedBatch[] = []
    for (const record of page) {
      const last = open.at(-1)
      if (last && (slotOf(last) !== slotOf(record) || open.length === BATCH_RECORDS)) {
        full.push(toBatch(open))
        open = []
      }
      open.push(record)
    }
    if (full.length > 0) yield full
  }
  if (open.length > 0) yield [toBatch(open)]
}

function slotOf({ at }: ListedRecord): number {
  return Math.floor(at / SLOT_MS)
}

function toBatch(records: readonly ListedRecord[]): FeedBatch {
  return {
    id: stableId(...records.map(({ key }) => key).sort()),
    availableAt: isoTime(records.reduce((first, { at }) => Math.min(first, at), Infinity)),
    async *read() {
      yield records.map(({ text }) => text)
    },
  }
}
