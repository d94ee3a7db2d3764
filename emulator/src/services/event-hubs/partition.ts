import type { Content, Place } from './event.ts'

/** One partition of a hub: events in a row, numbered without gaps from the hub's beginning. */
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
  /** Sequence number of the first event of the list. */
  #base = 0
  /** Sequence number of the oldest event that can be read. */
  #begin = 0

  constructor(id: string) {
    this.id = id
  }

  append(enqueuedAt: number, content: () => Content): HubEvent {
    const sequence = this.next
    const event = { sequence, offset: String(sequence * LENGTH), enqueuedAt, content }
    this.#events.push(event)
    return event
  }

  /** Sequence number of the oldest event that can be read. */
  get begin(): number {
    return this.#begin
  }

  /** Sequence number that the next event will have. */
  get next(): number {
    return this.#base + this.#events.length
  }

  get isEmpty(): boolean {
    return this.#begin >= this.next
  }

  /** The newest event, also one that cannot be read any more; undefined where there has been none. */
  get last(): HubEvent | undefined {
    return this.#events.at(-1)
  }

  /** The event with this number; undefined where it is gone or has not come yet. */
  at(sequence: number): HubEvent | undefined {
    return sequence < this.#begin ? undefined : this.#events[sequence - this.#base]
  }

  /** Number of the first event for which `isAfter` is true; events are in the order it looks at. */
  find(isAfter: (event: HubEvent) => boolean): number {
    let [low, high] = [this.#begin, this.next]
    while (low < high) {
      const middle = (low + high) >> 1
      if (isAfter(this.#events[middle - this.#base]!)) high = middle
      else low = middle + 1
    }
    return low
  }

  /** Forgets what was enqueued before this moment. */
  forget(before: number): void {
    this.#begin = this.find(({ enqueuedAt }) => enqueuedAt >= before)
    // The last one stays: its number and time are still told.
    const gone = Math.min(this.#begin - this.#base, this.#events.length - 1)
    if (gone < SWEEP) return
    this.#events.splice(0, gone)
    this.#base += gone
  }
}
