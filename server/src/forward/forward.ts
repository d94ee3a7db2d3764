import { type Clock, isoTime } from '#domain/clock.ts'
import type { Destination, ForwardItem } from '#domain/destination.ts'
import { parseQuery } from '#domain/kql.ts'
import type { Lease } from '#domain/lease.ts'
import type { EventQuery } from '#domain/query.ts'
import type { ArrivalCursor, EventStore } from '#store/event-store.ts'
import type { AlertCursor, ForwardedBatch, RecordStore } from '#store/record-store.ts'

import { alertItem } from './alert-document.ts'
import { deliver } from './deliver.ts'
import type { DestinationKind, Sender } from './destination.ts'

/** What a pass over a destination works with. */
export interface ForwardParts {
  events: Pick<EventStore, 'arrivals'>
  records: Pick<RecordStore, 'destinations' | 'alertChanges'>
  destination: Destination
  kind: DestinationKind
  sender: Sender
  /** Held while it runs: what is written under a lost one is refused. */
  lease: Lease
  clock: Clock
  signal: AbortSignal
}

/** Others wait for their turn as well. */
const PASS_MS = 10_000
/** Read at once, if they are not too many bytes: looking for what comes next costs the same for many as for few. */
const PAGE_EVENTS = 5_000
/** A place that is so much further on is written down even where nothing was sent. */
const WORTH_NOTING_MS = 60_000

/**
 * Sends on what has arrived since the last pass: what somebody asked to try again, then alerts, then events. A batch is read
 * only when the one before is settled and its place written down, so a slow destination holds the reading up and nothing
 * grows; whatever stops it, the batch that was under way is sent again.
 *
 * @returns whether there is more to send.
 * @throws AppError FORWARD_*, STORE_*, COLLECT_LEASE_LOST; APP_DATA_UNWRITABLE from files.
 */
export async function forwardPass(parts: ForwardParts): Promise<{ isUnfinished: boolean }> {
  const { events, records, destination, kind, sender, lease, clock, signal } = parts
  const { tenantId, id, filter } = destination
  const begun = clock.now()
  const isOver = () => clock.now() - begun >= PASS_MS
  const cursors = await records.destinations.readCursors(tenantId, id)

  /** In batches that the destination takes; `progressOf` says how far each brings it. */
  async function send<Item extends ForwardItem>(
    items: readonly Item[],
    progressOf: (batch: readonly Item[], isLast: boolean) => Partial<ForwardedBatch>,
  ): Promise<void> {
    const batches = [...cut(items, kind.batch)]
    for (const [index, batch] of batches.entries()) {
      signal.throwIfAborted()
      const { refused } = await deliver(sender, batch, signal)
      const at = isoTime(clock.now())
      await commit({
        delivered: batch.length - refused.length,
        refused: refused.map(({ item, reason }) => letterOf(item, reason, at)),
        ...progressOf(batch, index === batches.length - 1),
      })
    }
  }

  const commit = (batch: Partial<ForwardedBatch>) =>
    records.destinations.commit(lease, { delivered: 0, refused: [], retried: [], at: isoTime(clock.now()), ...batch })

  async function again(): Promise<boolean> {
    const letters = await records.destinations.retriedLetters(tenantId, id, kind.batch.items)
    await send(letters, (batch) => ({ retried: batch.map((letter) => letter.id) }))
    return letters.length === kind.batch.items
  }

  async function alerts(): Promise<boolean> {
    for (let after: AlertCursor | undefined = cursors.alertsAfter; !isOver();) {
      const page = await records.alertChanges(tenantId, after, kind.batch.items)
      await send(page.alerts.map(alertItem), (_batch, isLast) => (isLast ? { alertsAfter: page.next } : {}))
      after = page.next
      if (page.isLast) return false
    }
    return true
  }

  async function arrived(): Promise<boolean> {
    const query = queryOf(destination)
    for (let after: ArrivalCursor | undefined = cursors.eventsAfter; !isOver();) {
      const page = await events.arrivals(tenantId, { query, limit: PAGE_EVENTS, ...(after && { after }) })
      const items = page.events.map((event) => ({ ...event, kind: 'event' as const }))
      await send(items, (batch, isLast) => ({ eventsAfter: isLast ? page.next : placeOf(batch.at(-1)!) }))
      // So that what does not fit is not looked through for ever.
      const passedMs = page.next.arrivedMs - (after?.arrivedMs ?? 0)
      if (items.length === 0 && passedMs > WORTH_NOTING_MS) await commit({ eventsAfter: page.next })
      after = page.next
      if (page.isLast) return false
    }
    return true
  }

  const left = [await again(), filter.alerts && (await alerts()), filter.events && (await arrived())]
  return { isUnfinished: left.includes(true) }
}

/** What of the events is sent on. @throws AppError QUERY_* for a query that cannot be read. */
export function queryOf({ filter }: Pick<Destination, 'filter'>): EventQuery {
  const { datasets, query } = filter
  const typed = parseQuery(query)
  if (datasets.length === 0) return typed
  const terms = datasets.map((value) => ({ kind: 'match' as const, field: 'event.dataset', value, wildcard: false }))
  return { kind: 'and', terms: [{ kind: 'or', terms }, typed] }
}

function placeOf({ arrivedMs, timeMs, id }: ArrivalCursor): ArrivalCursor {
  return { arrivedMs, timeMs, id }
}

function letterOf({ id, kind, dataset, timeMs, document }: ForwardItem, reason: string, refusedAt: string) {
  return { id, kind, dataset, timeMs, document, reason, refusedAt }
}

/** Batches of at most so many items and bytes; an item that is longer is one by itself. */
function* cut<Item extends ForwardItem>(items: readonly Item[], batch: DestinationKind['batch']): Generator<Item[]> {
  let some: Item[] = []
  let bytes = 0
  for (const item of items) {
    const length = Buffer.byteLength(item.document)
    if (some.length > 0 && (some.length === batch.items || bytes + length > batch.bytes)) {
      yield some
      some = []
      bytes = 0
    }
    some.push(item)
    bytes += length
  }
  if (some.length > 0) yield some
}
