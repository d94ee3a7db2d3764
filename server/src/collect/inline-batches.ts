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
 * identities of their own, and those that are there already change nothing. What a page holds twice is in its batch once.
 *
 * `pages` should be in order of time, whichever way; then no minute is cut in two.
 */
export async function* inlineBatches(
  pages: AsyncIterable<readonly ListedRecord[]>,
): AsyncGenerator<FeedBatch[], void, undefined> {
  let slot: number | undefined
  let open = new Map<string, ListedRecord>()
  for await (const page of pages) {
    const full: FeedBatch[] = []
    for (const record of page) {
      const own = Math.floor(record.at / SLOT_MS)
      const isNew = !open.has(record.key)
      if (open.size > 0 && (own !== slot || (isNew && open.size === BATCH_RECORDS))) {
        full.push(toBatch([...open.values()]))
        open = new Map()
      }
      slot = own
      open.set(record.key, record)
    }
    if (full.length > 0) yield full
  }
  if (open.size > 0) yield [toBatch([...open.values()])]
}

/** The same batch in whatever order its records were listed. */
function toBatch(listed: readonly ListedRecord[]): FeedBatch {
  const records = listed.toSorted((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1))
  return {
    id: stableId(...records.map(({ key }) => key)),
    availableAt: isoTime(records[0]!.at),
    async *read() {
      yield records.map(({ text }) => text)
    },
  }
}
