import { z } from 'zod'

import type { ListedRecord } from './inline-batches.ts'
import type { Span } from './feed.ts'

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

/**
 * The items of `span`, in order of time. For lists that have an order of their own, or none: so no minute is cut in two (see
 * inline-batches.ts). All of the span are in memory at one time. An item whose time cannot be read is kept, at the beginning.
 */
export async function* inTimeOrder(
  pages: AsyncIterable<readonly Item[]>,
  span: Span,
  reader: ItemReader,
): AsyncGenerator<ListedRecord[], void, undefined> {
  const records: ListedRecord[] = []
  for await (const page of pages) records.push(...toRecords(page, span, reader))
  yield records.sort((a, b) => a.at - b.at)
}

/** The items that lie in `span`, as they come. */
export function toRecords(items: readonly Item[], { from, to }: Span, { time, key }: ItemReader): ListedRecord[] {
  return items.flatMap((item) => {
    const text = JSON.stringify(item)
    const said = time(item)
    const ms = typeof said === 'number' ? said : Date.parse(String(said))
    const at = Number.isNaN(ms) ? from : ms
    return at < from || at >= to ? [] : [{ at, key: key?.(item) ?? text, text }]
  })
}
