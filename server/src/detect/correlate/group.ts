import type { SigmaCorrelation } from '#detect/sigma/documents.ts'

import { createAggregate } from './aggregate.ts'
import type { Aggregate, Entry, Seen } from './entry.ts'
import { isSpare } from './first-seen.ts'
import { excessOf, indexOf, positionOf, union } from './timeline.ts'

/** Events that one alert gets at once. */
const EVIDENCE_MAX = 1_000

/**
 * How many of the newest events of a window an alert is given where a correlation holds. Where it holds at the event before as
 * well, its own alone: the others were given with that one.
 */
export function evidenceCount(
  { type }: Pick<SigmaCorrelation, 'type'>,
  { inWindow, isNext }: { inWindow: number; isNext: boolean },
): number {
  if (type === 'absence') return 1
  if (type === 'speed') return Math.min(2, inWindow)
  return isNext ? 1 : Math.min(EVIDENCE_MAX, inWindow)
}

/**
 * The events of one group, by time. An event is judged with the window behind it, `[t - timespan, t]`; one that comes late
 * changes what those within a timespan after it come to, and they are judged again.
 */
export class Group<R> {
  /** What the group's events share, one value per `group-by`. */
  readonly values: readonly string[]
  readonly #correlation: SigmaCorrelation
  readonly #spanMs: number
  #entries: Entry<R>[] = []
  /** The window at the newest entry: everything from `#first` on is in it. */
  #window: Aggregate
  #first = 0

  constructor(correlation: SigmaCorrelation, values: readonly string[]) {
    this.#correlation = correlation
    this.#spanMs = correlation.timespanS * 1000
    this.#window = createAggregate(correlation)
    this.values = values
  }

  get size(): number {
    return this.#entries.length
  }

  get entries(): readonly Entry<R>[] {
    return this.#entries
  }

  get newest(): number {
    const { length } = this.#entries
    return length > 0 ? this.#entries[length - 1]!.seen.time : -Infinity
  }

  /**
   * Takes in that rules matched an event; gives the entries for which the outcome changed. Told what it knows, it says again
   * what holds at the event: what was said before may have been lost on its way.
   */
  add(seen: Seen<R>, rules: readonly number[], value: Entry<R>['value']): Entry<R>[] {
    const changed = this.#add(seen, rules, value)
    if (this.#correlation.type === 'first_seen') this.#thin(positionOf(this.#entries, seen))
    return changed
  }

  #add(seen: Seen<R>, rules: readonly number[], value: Entry<R>['value']): Entry<R>[] {
    if (seen.time > this.newest) return this.#append({ seen, rules: [...rules], value, holds: undefined })
    const at = positionOf(this.#entries, seen)
    const known = this.#entries[at]
    if (known?.seen.id === seen.id) {
      const all = union(known.rules, rules)
      if (all.length === known.rules.length) return known.holds === undefined ? [] : [known]
      known.rules = all
      return this.#judgeFrom(seen.time, 0)
    }
    this.#entries.splice(at, 0, { seen, rules: [...rules], value, holds: undefined })
    return this.#judgeFrom(seen.time, 1)
  }

  /** Takes back that a rule matched an event: a correlation below that no longer holds there. */
  remove(seen: Seen<R>, rule: number): Entry<R>[] {
    const at = positionOf(this.#entries, seen)
    const known = this.#entries[at]
    if (known?.seen.id !== seen.id || !known.rules.includes(rule)) return []
    known.rules = known.rules.filter((each) => each !== rule)
    if (known.rules.length > 0) return this.#judgeFrom(seen.time, 0)
    this.#entries.splice(at, 1)
    const changed = this.#judgeFrom(seen.time, -1)
    if (known.holds === undefined) return changed
    known.holds = undefined
    return [known, ...changed]
  }

  /** The events on which an entry's hold rests: see {@link evidenceCount}. */
  evidenceOf({ seen, holds }: Entry<R>): Seen<R>[] {
    if (holds === undefined) return []
    const from = indexOf(this.#entries, seen.time - this.#spanMs)
    const at = positionOf(this.#entries, seen)
    const isNext = at > from && this.#entries[at - 1]?.holds !== undefined
    const count = evidenceCount(this.#correlation, { inWindow: at + 1 - from, isNext })
    return this.#entries.slice(at + 1 - count, at + 1).map((entry) => entry.seen)
  }

  /** Forgets what is older than `before`, and the oldest beyond `most`; gives how many of the latter there were. */
  forget(before: number, most: number): number {
    const { count, beyond } = excessOf(this.#entries, { before, most })
    if (count > 0) this.#cut(count)
    return beyond
  }

  /** Lets go of those at and beside a position that nothing depends on any more. */
  #thin(position: number): void {
    for (const at of [position + 1, position, position - 1]) {
      const entry = this.#entries[at]
      if (entry === undefined) continue
      const [before, after] = [this.#entries[at - 1], this.#entries[at + 1]]
      if (!isSpare(entry, { before, after, spanMs: this.#spanMs })) continue
      this.#entries.splice(at, 1)
      if (at < this.#first) this.#first--
    }
  }

  #append(entry: Entry<R>): Entry<R>[] {
    const from = entry.seen.time - this.#spanMs
    while (this.#first < this.#entries.length && this.#entries[this.#first]!.seen.time < from) {
      this.#window.drop(this.#entries[this.#first++]!)
    }
    this.#entries.push(entry)
    this.#window.add(entry)
    entry.holds = this.#window.result(from)
    return entry.holds === undefined ? [] : [entry]
  }

  /** Judges again every entry whose window holds the moment `time`, at which so many entries have come or gone. */
  #judgeFrom(time: number, come: number): Entry<R>[] {
    const entries = this.#entries
    const changed: Entry<R>[] = []
    const window = createAggregate(this.#correlation)
    let first = indexOf(this.#entries, time - this.#spanMs)
    let next = first
    while (next < entries.length) {
      const now = entries[next]!.seen.time
      if (now > time + this.#spanMs) {
        // The window at the newest entry holds nothing of that moment: it has only moved.
        this.#first += come
        return changed
      }
      let end = next
      while (end < entries.length && entries[end]!.seen.time === now) window.add(entries[end++]!)
      while (entries[first]!.seen.time < now - this.#spanMs) window.drop(entries[first++]!)
      if (now >= time) {
        const holds = window.result(now - this.#spanMs)
        for (let at = next; at < end; at++) {
          const entry = entries[at]!
          if (entry.holds === holds) continue
          entry.holds = holds
          changed.push(entry)
        }
      }
      next = end
    }
    this.#window = window
    this.#first = first
    return changed
  }

  #cut(count: number): void {
    while (this.#first < count) this.#window.drop(this.#entries[this.#first++]!)
    this.#entries = this.#entries.slice(count)
    this.#first -= count
  }
}
