import { z } from 'zod'

import type { Span } from './feed.ts'
import type { ListedRecord } from './inline-batches.ts'

/** An item of a list as Microsoft wrote it: the feed that knows it looks at its own fields only. */
export const Item = z.record(z.string(), z.unknown())
export type Item = z.infer<typeof Item>

/** How a feed reads an item. */
export interface ItemReader {
  /** Its moment on the feed's clock, as Microsoft writes moments: text, or milliseconds since the epoch. */
  time: (item: Item) => unknown
  /** What it is known by; its text where that is all there is. */
  key?: (item: Item) => string
}

/** The items that lie in `span`, as they come. One whose time cannot be read is kept, at the beginning. */
export function toRecords(items: readonly Item[], { from, to }: Span, { time, key }: ItemReader): ListedRecord[] {
  return items.flatMap((item) => {
    const text = JSON.stringify(item)
    const said = time(item)
    const ms = typeof said === 'number' ? said : Date.parse(String(said))
    const at = Number.isNaN(ms) ? from : ms
    return at < from || at >= to ? [] : [{ at, key: key?.(item) ?? text, text }]
  })
}

/** The items of `span` in order of time; see {@link sortedByTime}. */
export async function* inTimeOrder(
  pages: AsyncIterable<readonly Item[]>,
  span: Span,
  reader: ItemReader,
): AsyncGenerator<ListedRecord[], void, undefined> {
  async function* records() {
    for await (const page of pages) yield toRecords(page, span, reader)
  }
  yield* sortedByTime(records())
}

/**
 * Records of a list that has another order than time, or none: in order, no minute of them is cut in two (see
 * inline-batches.ts). All are in memory at one time.
 */
export async function* sortedByTime(
  pages: AsyncIterable<readonly ListedRecord[]>,
): AsyncGenerator<ListedRecord[], void, undefined> {
  const records: ListedRecord[] = []
  for await (const page of pages) records.push(...page)
  yield records.sort((a, b) => a.at - b.at)
}
