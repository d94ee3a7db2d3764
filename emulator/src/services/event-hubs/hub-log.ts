import { leave } from '#world/surface.ts'
import { random } from '#world/random.ts'
import type { Surface } from '#world/surface.ts'
import type { Tenant } from '#cloud.ts'

import { Partition } from './partition.ts'
import { KEY, readContent, textContent } from './event.ts'
import { partitionOfKey } from './partition-key.ts'
import type { Content } from './event.ts'
import type { Hub, Published } from './hubs.ts'

/**
 * What is in a hub: a pure function of the tenant's logs, and what producers have sent. What a log publishes within a slot
 * of time is enqueued at the slot's end, twenty records to a message; by then nothing can be published within it any more,
 * so what has once been enqueued never changes its number.
 */
export const SLOT = 30_000
const RECORDS = 20

const DAY = 86_400_000
const HOUR = 3_600_000

/** How long before the epoch the logs were first sent to the hubs, and how long an event is kept: a day. */
const HISTORY = DAY
export const RETENTION = DAY

/**
 * Numbers have to be counted from somewhere, and counting a year of logs takes minutes: so the count begins anew two days
 * after the hub was made, and every day from then on, at a number that none before it reaches.
 */
const FIRST_COUNT = 2 * DAY
const COUNT = DAY
const NUMBERS = 100_000_000

/** Nothing is published later than so long after it happened. */
export const LATEST_PUBLICATION = 3 * HOUR
/** A long absence is made up for a while at a time. */
const STRIDE = 12 * HOUR

/** What a producer sent in one go. */
interface Sent {
  hub: string
  partition: number
  key?: string
  /** Encoded messages, base64. */
  events: string[]
}

const sent: Surface<Sent> = { name: 'eventHub.sent', everyday: () => [] }

export const createdAt = ({ world }: Tenant): number => Math.floor((world.epoch - HISTORY) / SLOT) * SLOT

/** Which count a moment belongs to, and when a count began. */
const countAt = (created: number, moment: number) =>
  Math.max(0, 1 + Math.floor((moment - created - FIRST_COUNT) / COUNT))
const beginOf = (created: number, count: number) =>
  count === 0 ? created : created + FIRST_COUNT + (count - 1) * COUNT

export class HubLog {
  readonly era: number
  readonly partitions: readonly Partition[]
  readonly #tenant: Tenant
  readonly #hub: Hub
  readonly #created: number
  /** Slots before this moment have been enqueued. */
  #slots: number
  /** What happened before this moment has been looked at. */
  #seen: number
  /** Happened, and not enqueued yet: in the order of publication. */
  #waiting: Published[] = []
  /** Sent in an earlier run, and not enqueued yet: in the order of sending. */
  #resent: { at: number; record: Sent }[]
  #turn: number

  constructor(tenant: Tenant, hub: Hub) {
    this.era = tenant.era
    this.#tenant = tenant
    this.#hub = hub
    this.partitions = Array.from({ length: hub.partitions }, (_, i) => new Partition(String(i)))
    this.#created = createdAt(tenant)
    this.#slots = this.#created
    this.#seen = this.#created - LATEST_PUBLICATION
    this.#resent = tenant
      .log(sent)
      .between(-Infinity, Infinity, Infinity)
      .filter(({ record }) => record.hub === hub.name)
    this.#turn = this.#resent.length
  }

  /** Enqueues what has been published by now. */
  advance(): void {
    const { now } = this.#tenant
    this.#skip(now)
    while (this.#slots <= now - SLOT) {
      const to = Math.min(now, this.#seen + STRIDE)
      this.#enqueueSlots(Math.floor(to / SLOT) * SLOT, to)
      this.#forget(now)
    }
    this.#enqueueSent(now + 1)
    this.#forget(now)
  }

  /** Leaves out counts of which nothing is kept any more. */
  #skip(now: number): void {
    const count = countAt(this.#created, now - RETENTION)
    const begin = beginOf(this.#created, count)
    if (begin <= this.#slots) return
    this.#slots = begin
    this.#seen = Math.max(this.#seen, begin - LATEST_PUBLICATION)
    this.#waiting = this.#waiting.filter(({ publishedAt }) => publishedAt >= begin)
    this.#resent = this.#resent.filter(({ at }) => at > begin)
  }

  #forget(now: number): void {
    for (const partition of this.partitions) partition.forget(now - RETENTION)
  }

  #enqueueSlots(until: number, now: number): void {
    this.#waiting = [...this.#waiting, ...this.#hub.published(this.#tenant, this.#seen, now)]
    this.#waiting.sort((a, b) => a.publishedAt - b.publishedAt || (a.id < b.id ? -1 : 1))
    this.#seen = now
    const due = this.#waiting.findIndex(({ publishedAt }) => publishedAt >= until)
    const ready = this.#waiting
      .splice(0, due < 0 ? this.#waiting.length : due)
      .filter(({ publishedAt }) => publishedAt >= this.#slots)
    const slotOf = ({ publishedAt }: Published) => Math.floor(publishedAt / SLOT)
    for (const [slot, records] of Map.groupBy(ready, slotOf)) this.#enqueueSlot(slot, records)
    this.#slots = until
  }

  #enqueueSlot(slot: number, records: readonly Published[]): void {
    const at = (slot + 1) * SLOT
    this.#enqueueSent(at)
    const r = random(this.#tenant.world.seed, 'hub', this.#hub.name, slot)
    for (let i = 0; i < records.length; i += RECORDS) {
      const batch = records.slice(i, i + RECORDS)
      const partition = this.partitions[r.between(0, this.partitions.length - 1)]!
      partition.append(this.#leastAt(at), at, () =>
        textContent(JSON.stringify({ records: batch.map(({ record }) => record()) })),
      )
    }
  }

  #enqueueSent(before: number): void {
    let due = 0
    for (const { at, record } of this.#resent) {
      if (at >= before) break
      due++
      this.#append(record, at)
    }
    this.#resent.splice(0, due)
  }

  #append({ partition, key, events }: Sent, at: number): void {
    for (const event of events) {
      const encoded = Buffer.from(event, 'base64')
      this.partitions[partition]?.append(this.#leastAt(at), at, () => contentOf(encoded, key))
    }
  }

  /** The number that the count of this moment begins with. */
  #leastAt(at: number): number {
    return countAt(this.#created, at - 1) * NUMBERS
  }

  /**
   * Takes in what a producer sends: to the partition it names, the one its key leads to, or each in turn. On the disk when
   * this returns.
   */
  send(events: readonly Buffer[], to: { partition?: number; key?: string }): void {
    this.advance()
    const tenant = this.#tenant
    const at = tenant.now
    const partition = to.partition ?? (to.key === undefined ? this.#nextTurn() : this.#partitionOf(to.key))
    const record: Sent = {
      hub: this.#hub.name,
      partition,
      ...(to.key === undefined ? {} : { key: to.key }),
      events: events.map((event) => event.toString('base64')),
    }
    const id = String(tenant.changeCount).padStart(12, '0')
    tenant.leave(leave(sent, { id, at, publishedAt: at, record }))
    this.#append(record, at)
  }

  #nextTurn(): number {
    return this.#turn++ % this.partitions.length
  }

  #partitionOf(key: string): number {
    return partitionOfKey(key, this.partitions.length)
  }
}

/** The content, with the key of the batch it came in where it has none of its own. */
function contentOf(encoded: Buffer, key: string | undefined): Content {
  const content = readContent(encoded)
  return key === undefined ? content : { ...content, annotations: { [KEY]: key, ...content.annotations } }
}
