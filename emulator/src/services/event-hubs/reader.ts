import type { Sender } from 'rhea'

import { encodeEvent } from './event.ts'
import { epochReaderExists, higherEpochExists, stolen, tooManyReaders } from './errors.ts'
import { MAX_MESSAGE, drain, localOf, textOf } from './amqp.ts'
import { firstToRead } from './position.ts'
import type { Partition } from './partition.ts'
import type { Strike } from './strikes.ts'

/** A link on which a client reads a partition. */
const EPOCH = 'com.microsoft:epoch'
const NAME = 'com.microsoft:receiver-name'
export const METRICS = 'com.microsoft:enable-receiver-runtime-metric'
const SELECTOR = 'apache.org:selector-filter:string'

/** As much may wait in a connection's buffers; a slow client holds back its own events only. */
const CONGESTED = MAX_MESSAGE
const AGAIN_AFTER = 20
const AT_ONCE = 64

export interface ReaderOptions {
  link: Sender
  /** The partition as it is now: another one after the emulator was set back. */
  partition: () => Partition
  /** Tenant time. */
  now: () => number
  /** Bytes that the connection has not sent yet. */
  buffered: () => number
  /** A fault that strikes the event of this number on its way. */
  strike: (sequence: number) => Strike | undefined
}

export class Reader {
  readonly link: Sender
  readonly name: string
  /** Owner level: the reader with the highest one is the only one. */
  readonly epoch: number | undefined
  readonly #options: ReaderOptions
  readonly #tellsMetrics: boolean
  #next: number
  #sent = 0
  #drained = false
  #scheduled = false
  /** Of the next event, where it was struck already: how often it still comes. */
  #struck: { times: number } | undefined

  /** @throws HubError for a filter that cannot be read or a position beyond the last event. */
  constructor(options: ReaderOptions) {
    const { link } = options
    this.link = link
    this.#options = options
    this.name = textOf(link.properties?.[NAME]) || 'nil'
    const epoch: unknown = link.properties?.[EPOCH]
    this.epoch = epoch === undefined || epoch === null ? undefined : Number(epoch)
    this.#tellsMetrics = [link.desired_capabilities].flat().map(textOf).includes(METRICS)
    if (this.#tellsMetrics) localOf(link).attach['offered_capabilities'] = METRICS
    this.#next = firstToRead(expressionOf(link), options.partition())
  }

  get isOpen(): boolean {
    return this.link.is_open()
  }

  /** To be called when there may be something to send: events, credit, room. Sends a moment later. */
  wake(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    // Not at once: what is sent within the library's own events goes out before its answer to the attach.
    setImmediate(() => this.#run())
  }

  #run(): void {
    this.#scheduled = false
    if (!this.isOpen) return
    if (this.#drained) this.#sent = this.#state.delivery_count
    this.#drained = false
    const outcome = this.#pump()
    if (outcome !== 'done') {
      this.#scheduled = true
      if (outcome === 'more') setImmediate(() => this.#run())
      else setTimeout(() => this.#run(), outcome === 'congested' ? AGAIN_AFTER : outcome)
      return
    }
    if (!this.#state._draining) return
    drain(this.link)
    this.#drained = true
  }

  get #state() {
    return this.link as unknown as { credit: number; delivery_count: number; _draining: boolean }
  }

  /** Sends as far as there are events, credit and room; a number where a fault holds the next one back, milliseconds. */
  #pump(): 'done' | 'more' | 'congested' | number {
    const partition = this.#options.partition()
    this.#next = Math.min(Math.max(this.#next, partition.begin), partition.next)
    for (;;) {
      const event = partition.from(this.#next)
      // Credit is taken off only when a transfer is written.
      const underway = this.#sent - this.#state.delivery_count
      if (!event || this.#state.credit - underway <= 0) return 'done'
      if (this.#options.buffered() > CONGESTED || !this.link.sendable()) return 'congested'
      const delay = this.#meet(event.sequence)
      if (delay === 'cut') return 'done'
      if (delay > 0) return delay
      const metrics = this.#tellsMetrics ? { last: partition.last!, now: this.#options.now() } : undefined
      this.link.send(encodeEvent(event.content(), event, metrics), undefined, 0)
      this.#sent++
      if (this.#struck && --this.#struck.times > 0) continue
      this.#struck = undefined
      this.#next = event.sequence + 1
      // The library writes when this turn is over: more at once would not be seen in the buffers.
      if (this.#sent % AT_ONCE === 0) return 'more'
    }
  }

  /** What becomes of the next event where a fault strikes it; milliseconds that it has to wait. */
  #meet(sequence: number): 'cut' | number {
    if (this.#struck) return 0
    const strike = this.#options.strike(sequence)
    if (!strike) return 0
    if (strike.error && !strike.isCut) this.link.close(strike.error.amqp)
    if (strike.error || strike.isCut) return 'cut'
    this.#struck = { times: strike.isTwice ? 2 : 1 }
    return strike.delay
  }
}

function expressionOf({ source }: Sender): string | undefined {
  const filter = (source?.filter ?? {}) as Record<string, { value?: unknown } | string>
  const selector = filter[SELECTOR] ?? Object.values(filter)[0]
  const text = textOf(typeof selector === 'object' && selector !== null ? selector.value : selector)
  return text === '' ? undefined : text
}

/** Readers without an owner level that a partition may have in a consumer group. */
const MOST = 5

/**
 * Adds a reader to those that read the same partition in the same consumer group. One with an owner level is alone: those
 * with a lower one, the same one or none lose their links.
 *
 * @throws HubError `amqp:link:stolen` where one with a higher level reads, `amqp:resource-limit-exceeded`.
 */
export function admitReader(reader: Reader, readers: Set<Reader>): void {
  for (const other of readers) if (!other.isOpen) readers.delete(other)
  const owner = [...readers].find(({ epoch }) => epoch !== undefined)
  if (reader.epoch === undefined) {
    if (owner) throw epochReaderExists(owner.epoch!)
    if (readers.size >= MOST) throw tooManyReaders(MOST)
  } else {
    if (owner && owner.epoch! > reader.epoch)
      throw higherEpochExists(owner.name, owner.epoch!, reader.name, reader.epoch)
    for (const other of readers) {
      other.link.close(stolen(reader.name, reader.epoch, other.name, other.epoch ?? 0).amqp)
      readers.delete(other)
    }
  }
  readers.add(reader)
}
