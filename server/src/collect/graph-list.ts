import { z } from 'zod'

import { isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'

import type { FeedBatch, FeedContext, Span } from './feed.ts'
import { sortedByTime } from './listed-items.ts'
import { inlineBatches, type ListedRecord } from './inline-batches.ts'

/** An object as Graph wrote it, whatever it holds. */
export type GraphItem = Record<string, unknown>

const Item = z.record(z.string(), z.unknown())

export interface GraphList {
  /** Below the root of Graph, percent-encoded: `/v1.0/auditLogs/signIns?$top=1000`. */
  path: string
  /** First sentence of the error if it fails. */
  what: string
  permission: string
  /** The license it needs, if any: `Microsoft Entra ID P2`. */
  license?: string
  headers?: Record<string, string>
  /** Where Graph lists in another order than that of the feed's time: all of a listing are in memory then. */
  isUnordered?: boolean
}

/**
 * Batches of what a list of Graph holds, page by page; see {@link inlineBatches}. `toRecord` gives undefined for what is none of
 * the feed's.
 *
 * A batch of these holds its records, and whoever lists a span (`listMs` of the feed) stores none before all of it is listed: so
 * that much is in memory at one time. To read them again when their turn comes would cost a request each, and would not
 * give the same batch where something came late in between.
 *
 * @throws AppError CONNECT_*.
 */
export function listGraph(
  context: FeedContext<unknown>,
  list: GraphList,
  toRecord: (item: GraphItem) => ListedRecord | undefined,
): AsyncGenerator<FeedBatch[], void, undefined> {
  return readGraph(context, list, async function* (pages) {
    const records = async function* (): AsyncGenerator<ListedRecord[], void, undefined> {
      for await (const page of pages) yield page.flatMap((item) => toRecord(item) ?? [])
    }
    yield* inlineBatches(list.isUnordered ? sortedByTime(records()) : records())
  })
}

/**
 * What `read` makes of the pages of a list. Where Microsoft drops the listing halfway, because the address of a page went
 * stale, all begins anew once.
 *
 * @throws AppError CONNECT_*.
 */
export async function* readGraph<T>(
  { microsoft, signal }: FeedContext<unknown>,
  list: GraphList,
  read: (pages: AsyncIterable<GraphItem[]>) => AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  let turned = 0
  async function* pages(): AsyncGenerator<GraphItem[], void, undefined> {
    for await (const page of microsoft.pages({ api: 'graph', ...list, signal }, Item)) {
      turned++
      yield page
    }
  }
  try {
    yield* read(pages())
  } catch (error) {
    const isStale = turned > 0 && error instanceof AppError && error.code === 'CONNECT_REQUEST_REFUSED'
    if (!isStale) throw error
    yield* read(pages())
  }
}

/** Everything that a list holds. @throws AppError CONNECT_*. */
export async function readAll(context: FeedContext<unknown>, list: GraphList): Promise<GraphItem[]> {
  const whole = readGraph(context, list, async function* (pages) {
    const items: GraphItem[] = []
    for await (const page of pages) items.push(...page)
    yield items
  })
  const { value } = await whole.next()
  return value ?? []
}

/** The first page of a list, to see whether it can be had. @throws AppError CONNECT_*. */
export async function readFirst({ microsoft, signal }: FeedContext<unknown>, list: GraphList): Promise<GraphItem[]> {
  const { value } = await microsoft.pages({ api: 'graph', ...list, signal }, Item).next()
  return value ?? []
}

/**
 * The filter of a span on a property of time, encoded. Of what Microsoft documents for its logs (`eq`, `ge`, `le`) the end can
 * only be included: {@link recordIn} leaves out what is beyond it.
 */
export function filterOf(time: string, { from, to }: Span, more = ''): string {
  return `$filter=${encodeURIComponent(`${time} ge ${isoTime(from)} and ${time} le ${isoTime(to)}${more}`)}`
}

/** A log's record that happened in the span, known by its id. */
export function recordIn({ from, to }: Span, time: string): (item: GraphItem) => ListedRecord | undefined {
  return (item) => {
    const at = timeOf(item, time)
    return at >= from && at < to ? { at, key: textOf(item, 'id'), text: JSON.stringify(item) } : undefined
  }
}

/** A property that holds a time, milliseconds since the epoch. @throws AppError CONNECT_REPLY_UNREADABLE. */
export function timeOf(item: GraphItem, name: string): number {
  const at = Date.parse(textOf(item, name))
  if (Number.isNaN(at)) throw lacks(name)
  return at
}

/** A property that holds text. @throws AppError CONNECT_REPLY_UNREADABLE. */
export function textOf(item: GraphItem, name: string): string {
  const value = item[name]
  if (typeof value !== 'string' || value === '') throw lacks(name)
  return value
}

function lacks(name: string): AppError {
  return new AppError({
    code: 'CONNECT_REPLY_UNREADABLE',
    what: 'Could not read a record of Microsoft Graph.',
    why: `It has no usable "${name}", without which it has no place and no identity.`,
    fix: 'Report this with the name of the feed: such a record has not been seen.',
    retry: 'backoff',
  })
}
