import type { Content, Place } from './event.ts'

/** One partition of a hub: events in a row, numbered one after another. */
export interface HubEvent extends Place {
  content: () => Content
}

/** Offsets count bytes in the real service; here each event is as long as any other. */
const LENGTH = 512
/** Forgotten events are thrown away by so many. */
const SWEEP = 1000

export class Partition {
  readonly id: string
  #events: HubEvent[] = []
  /** Position of the oldest event that can be read. */
  #first = 0
  #next = 0

  constructor(id: string) {
    this.id = id
  }

  /** Its number is the next one, or `least` where that is more. */
  append(least: number, enqueuedAt: number, content: () => Content): void {
    const sequence = Math.max(this.#next, least)
    this.#events.push({ sequence, offset: String(sequence * LENGTH), enqueuedAt, content })
    this.#next = sequence + 1
  }

  /** Sequence number of the oldest event that can be read; of the next one where there is none. */
  get begin(): number {
    return this.#events[this.#first]?.sequence ?? this.#next
  }

  /** Sequence number that the next event will have. */
  get next(): number {
    return this.#next
  }

  get isEmpty(): boolean {
    return this.#first >= this.#events.length
  }

  /** The newest event, also one that cannot be read any more; undefined where there has been none. */
  get last(): HubEvent | undefined {
    return this.#events.at(-1)
  }

  /** The first event from this number on. */
  from(sequence: number): HubEvent | undefined {
    return this.#events[this.#position((event) => event.sequence >= sequence)]
  }

  /** Number of the first event for which `isAfter` is true; events are in the order it looks at. */
  find(isAfter: (event: HubEvent) => boolean): number {
    return this.#events[this.#position(isAfter)]?.sequence ?? this.#next
  }

  #position(isAfter: (event: HubEvent) => boolean): number {
    let [low, high] = [this.#first, this.#events.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (isAfter(this.#events[middle]!)) high = middle
      else low = middle + 1
    }
    return low
  }

  /** Forgets what was enqueued before this moment. */
  forget(before: number): void {
    this.#first = this.#position(({ enqueuedAt }) => enqueuedAt >= before)
    // The last one stays: its number and time are still told.
    const gone = Math.min(this.#first, this.#events.length - 1)
    if (gone < SWEEP) return
    this.#events.splice(0, gone)
    this.#first -= gone
  }
}
