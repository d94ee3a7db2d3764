import type { LoadedCorrelation } from '#detect/rule-set.ts'
import type { SigmaCorrelation } from '#detect/sigma/documents.ts'

import type { Entry, Seen } from './entry.ts'
import { excessOf, indexOf, positionOf, union } from './timeline.ts'

/** Until which moment all that happened is known, milliseconds by the id of each `absence`; of those that are not there nothing is. */
export type KnownUntil = ReadonlyMap<string, number>

/**
 * Until which moment each correlation has all that it is over, by id, milliseconds; Infinity where nothing of it waits. What an
 * absence says of an event is known when its timespan is over, and not before: so much less is known to those above it.
 *
 * @param correlations each after those it is over.
 */
export function knownTo(correlations: readonly LoadedCorrelation[], until: KnownUntil): ReadonlyMap<string, number> {
  const told = new Map<string, number>()
  const known = new Map<string, number>()
  for (const { id, type, rules, timespanS } of correlations) {
    const below = Math.min(...rules.map((rule) => told.get(rule) ?? Infinity))
    const own = type === 'absence' ? Math.min(below, until.get(id) ?? -Infinity) : below
    known.set(id, own)
    told.set(id, type === 'absence' ? own - timespanS * 1000 : own)
  }
  return known
}

/** How long after an event something may still change what correlations say of it, milliseconds: chains of absences added up. */
export function aheadOf(correlations: readonly LoadedCorrelation[]): number {
  const ahead = new Map<string, number>()
  // Each comes after those it is over.
  for (const { id, type, rules, timespanS } of correlations) {
    const ownMs = type === 'absence' ? timespanS * 1000 : 0
    ahead.set(id, ownMs + Math.max(0, ...rules.map((rule) => ahead.get(rule) ?? 0)))
  }
  return Math.max(0, ...ahead.values())
}

/** Which of an absence's rules are what has to come: those after the first; the first itself where it is alone. */
export function answersOf<Rule>(rules: readonly Rule[]): readonly Rule[] {
  return rules.length === 1 ? rules : rules.slice(1)
}

/**
 * The events of one group, by time, under a rule that asks what did not come: it holds at an event of its first rule, where none that
 * answers lies in `(t, t + timespan]`, and all that happened until then is known. Nothing is said when an event is taken in: what
 * answers it may come with it. Each event is answered for when time {@link pass}es.
 */
export class AbsenceGroup<R> {
  /** What the group's events share, one value per `group-by`. */
  readonly values: readonly string[]
  readonly #spanMs: number
  readonly #answers: (rule: number) => boolean
  #entries: Entry<R>[] = []
  /** Of all events before that it is known what they come to. */
  #open = -Infinity

  constructor({ timespanS, rules }: Pick<SigmaCorrelation, 'timespanS' | 'rules'>, values: readonly string[]) {
    const first = rules.length === 1 ? 0 : 1
    this.#spanMs = timespanS * 1000
    this.#answers = (rule) => rule >= first
    this.values = values
  }

  get entries(): readonly Entry<R>[] {
    return this.#entries
  }

  get newest(): number {
    return this.#entries.at(-1)?.seen.time ?? -Infinity
  }

  /** Takes in that rules matched an event. Told what it knows, it says again what holds there. */
  add(seen: Seen<R>, rules: readonly number[]): Entry<R>[] {
    const at = positionOf(this.#entries, seen)
    const known = this.#entries[at]
    if (known?.seen.id === seen.id) {
      const all = union(known.rules, rules)
      if (all.length === known.rules.length) return known.holds === undefined ? [] : [known]
      known.rules = all
    } else {
      this.#entries.splice(at, 0, { seen, rules: [...rules], value: undefined, holds: undefined })
    }
    this.#reopen(seen)
    return []
  }

  /** Takes back that a rule matched an event. */
  remove(seen: Seen<R>, rule: number): Entry<R>[] {
    const at = positionOf(this.#entries, seen)
    const known = this.#entries[at]
    if (known?.seen.id !== seen.id || !known.rules.includes(rule)) return []
    known.rules = known.rules.filter((each) => each !== rule)
    if (known.rules.length === 0) this.#entries.splice(at, 1)
    this.#reopen(seen)
    if (known.holds === undefined || known.rules.includes(0)) return []
    known.holds = undefined
    return [known]
  }

  /** All that happened until a moment is known; gives the entries for which the outcome changed. */
  pass(until: number): Entry<R>[] {
    const changed: Entry<R>[] = []
    /** The earliest answer so far, and the earliest after the entry. */
    let answer = Infinity
    let next = Infinity
    for (let at = indexOf(this.#entries, until + 1) - 1; at >= 0; at--) {
      const entry = this.#entries[at]!
      const { time } = entry.seen
      if (time < this.#open) break
      if (answer > time) next = answer
      if (entry.rules.some(this.#answers)) answer = time
      const end = time + this.#spanMs
      const holds = entry.rules[0] === 0 && end <= until && next > end ? 0 : undefined
      if (entry.holds === holds) continue
      entry.holds = holds
      changed.push(entry)
    }
    this.#open = until - this.#spanMs
    return changed.toReversed()
  }

  evidenceOf({ seen, holds }: Entry<R>): Seen<R>[] {
    return holds === undefined ? [] : [seen]
  }

  /** Forgets what is older than `before`, and the oldest beyond `most`; gives how many of the latter there were. */
  forget(before: number, most: number): number {
    const { count, beyond } = excessOf(this.#entries, { before, most })
    if (count > 0) this.#entries = this.#entries.slice(count)
    return beyond
  }

  /** What came or went changes what it comes to itself, and events that it may answer. */
  #reopen({ time }: Seen<R>): void {
    this.#open = Math.min(this.#open, time - this.#spanMs)
  }
}
