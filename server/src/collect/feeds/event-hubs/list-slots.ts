import { ContentGone, type FeedBatch, type Span } from '#collect/feed.ts'
import type { HubAddress } from '#connect/apis/event-hubs/address.ts'
import type { Extent, Hub, HubEvent } from '#connect/apis/event-hubs/open-hub.ts'
import { withHub } from '#connect/apis/event-hubs/shared-hub.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { isoTime } from '#domain/clock.ts'

import { cutEnvelope } from './cut-envelope.ts'

/**
 * Batches of a hub, which has none of its own: what was enqueued in one partition within one slot of time, by Microsoft's
 * clock. Events of a partition never change nor change places, so a slot that is over is the same batch whenever it is listed.
 *
 * A hub is listed by reading it. Few events are kept for when their batch is read; of many only the numbers, and they are read
 * again. What was walked through once is remembered, since the runner lists the same minutes again and again.
 */
const SLOT_MS = 30_000
/** Of one listing, bytes. */
const KEPT_BYTES = 16 * 2 ** 20

export interface Listed {
  microsoft: Microsoft
  address: HubAddress
  signal: AbortSignal
  /** Before that (ms) the hub may have forgotten. */
  keptFrom: number
}

/** Events of a partition that lie in one slot of time. */
interface Slot {
  first: number
  last: number
  /** When the first was enqueued, milliseconds since the epoch. */
  at: number
  /** Their bodies, where they were kept. */
  bodies?: Buffer[]
}

/**
 * @throws AppError CONNECT_*; {@link ContentGone} when the hub has forgotten the beginning of the span, after the rest was
 *   given.
 */
export async function* listSlots(listed: Listed, span: Span): AsyncGenerator<FeedBatch[], void, undefined> {
  const { microsoft, address, signal } = listed
  let gone: ContentGone | undefined
  yield* withHub(microsoft, address, async function* (hub) {
    const partitions = await hub.partitions(signal)
    const keep = keeper(KEPT_BYTES)
    const walks = partitions.map(async (partition) => {
      const { slots, forgotten } = await walk(hub, partition, listed, span, keep)
      return { batches: slots.map((slot) => toBatch(listed, partition, slot)), forgotten }
    })
    for (const { batches, forgotten } of await Promise.all(walks)) {
      gone ??= forgotten
      yield batches
    }
  })
  if (gone) throw gone
}

/** Says of one body after another whether it may be kept. */
function keeper(bytes: number): (body: Buffer) => boolean {
  let left = bytes
  return ({ length }) => (left -= length) >= 0
}

/** How far a partition was walked through from a moment on. */
interface Walk {
  /** Those that are over, without their bodies. */
  slots: Slot[]
  /** Number of the first event behind them. */
  next?: number
  /** When the first event behind the span was enqueued (ms), where one was seen: until then there is nothing else. */
  behindAt?: number
}

async function walk(
  hub: Hub,
  partition: string,
  listed: Listed,
  { from, to }: Span,
  keep: (body: Buffer) => boolean,
): Promise<{ slots: Slot[]; forgotten: ContentGone | undefined }> {
  const { signal } = listed
  const extent = await hub.extent(partition, signal)
  if (extent.last < 0 || extent.lastAt < from) return { slots: [], forgotten: undefined }
  const known = walkOf(listed, partition, from)
  const fresh: Slot[] = []
  let first: number | undefined
  let behind: HubEvent | undefined
  const isThere = known.behindAt !== undefined && known.behindAt >= to
  if (!extent.isEmpty && !isThere && (known.next ?? 0) <= extent.last) {
    const start = known.next === undefined ? { since: from } : { sequence: known.next }
    for await (const events of hub.events(partition, start, signal)) {
      first ??= events[0]!.sequence
      behind = events.find((event) => !add(fresh, event, to, keep))
      if (behind || events.at(-1)!.sequence >= extent.last) break
    }
  }
  const slots = [...known.slots.filter(({ at }) => at < to), ...fresh]
  const forgotten = isForgotten(extent, { from, start: known.next, first, keptFrom: listed.keptFrom })
  remember(known, fresh, behind)
  return { slots, forgotten: forgotten ? new ContentGone(`begin_sequence_number ${extent.first}`) : undefined }
}

/** Notes what was walked through, and the first event `behind` it where it was seen. */
function remember(known: Walk, fresh: readonly Slot[], behind: HubEvent | undefined): void {
  // The last may go on, unless an event of another slot was seen.
  const over = fresh.filter(
    ({ at }, index) => index < fresh.length - 1 || (behind && slotOf(at) !== slotOf(behind.enqueuedAt)),
  )
  known.slots.push(...over.map(({ first, last, at }) => ({ first, last, at })))
  const next = fresh[over.length]?.first ?? behind?.sequence
  if (next !== undefined) known.next = next
  if (behind) known.behindAt = behind.enqueuedAt
}

/** Puts an event into its slot; false for one behind the span. */
function add(
  slots: Slot[],
  { sequence, enqueuedAt, body }: HubEvent,
  to: number,
  keep: (body: Buffer) => boolean,
): boolean {
  if (enqueuedAt >= to) return false
  let slot = slots.at(-1)
  if (!slot || slotOf(slot.at) !== slotOf(enqueuedAt)) {
    slot = { first: sequence, last: sequence, at: enqueuedAt, bodies: [] }
    slots.push(slot)
  }
  slot.last = sequence
  if (slot.bodies && keep(body)) slot.bodies.push(body)
  else delete slot.bodies
  return true
}

function slotOf(ms: number): number {
  return Math.floor(ms / SLOT_MS)
}

/**
 * Whether events of the span may have been forgotten before they were listed. When they were enqueued nothing tells; a hub that
 * begins with number 0 has forgotten none, and what is younger than its retention is there.
 */
function isForgotten(
  extent: Extent,
  walked: { from: number; start: number | undefined; first: number | undefined; keptFrom: number },
): boolean {
  const { from, start, first, keptFrom } = walked
  if (extent.isEmpty) return start === undefined || start <= extent.last
  if (first === undefined) return false
  if (start !== undefined) return first > start
  return extent.first > 0 && first <= extent.first && from < keptFrom
}

function toBatch(listed: Listed, partition: string, { first, last, at, bodies }: Slot): FeedBatch {
  const { namespace, hub } = listed.address
  return {
    id: `${namespace}/${hub}/${partition}/${first}-${last}`,
    availableAt: isoTime(at),
    async *read() {
      if (!bodies) return yield* readSlot(listed, partition, first, last)
      for (const body of bodies) yield await cutEnvelope(body)
    },
  }
}

async function* readSlot(
  { microsoft, address, signal }: Listed,
  partition: string,
  first: number,
  last: number,
): AsyncGenerator<string[], void, undefined> {
  yield* withHub(microsoft, address, async function* (hub) {
    let isBegun = false
    for await (const events of hub.events(partition, { sequence: first }, signal)) {
      const begin = events[0]!.sequence
      // Forgotten in the meantime: what comes in its place is another batch's.
      if (!isBegun && begin > first) throw new ContentGone(`begin_sequence_number ${begin}`)
      isBegun = true
      for (const { sequence, body } of events) if (sequence <= last) yield await cutEnvelope(body)
      if (events.at(-1)!.sequence >= last) return
    }
  })
}

/** By partition and the moment it began, newest last; as long as the client is in use. */
const walks = new WeakMap<Microsoft, Map<string, Walk>>()
/** More than are listed again. */
const WALKS_KEPT = 500

function walkOf({ microsoft, address }: Listed, partition: string, from: number): Walk {
  const all = walks.get(microsoft) ?? new Map<string, Walk>()
  walks.set(microsoft, all)
  const key = [address.namespace, address.hub, partition, from].join('/')
  const known = all.get(key) ?? { slots: [] }
  all.delete(key)
  all.set(key, known)
  if (all.size > WALKS_KEPT) all.delete(all.keys().next().value!)
  return known
}
