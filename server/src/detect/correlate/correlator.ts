import type { LoadedCorrelation } from '#detect/rule-set.ts'

import { AbsenceGroup, type KnownUntil, knownTo } from './absence.ts'
import type { Entry, Seen } from './entry.ts'
import { Group } from './group.ts'
import { joinKeys, keyOf } from './group-key.ts'
import { textsOf, valueOf } from './value.ts'

/**
 * Correlations over a stream of events, on the events' own time: late and out of order, each is judged with what happened
 * before it. State is bounded; what the bounds cost is counted and never silent.
 */
export interface CorrelatorLimits {
  /** How much older than the newest an event may be and still change what was said, milliseconds. */
  latenessMs: number
  /** Groups of all correlations together; beyond it the stalest go. */
  groups: number
  /** Events of one group; beyond it the oldest go. */
  entries: number
}

/** Most of what comes late comes within hours; for the rest hits are read again from where they are kept, which takes longer. */
export const LIMITS: CorrelatorLimits = { latenessMs: 6 * 3_600_000, groups: 100_000, entries: 20_000 }

/** A correlation that began or ceased to hold at an event, or that holds with another number. */
export interface Change<R> {
  correlation: LoadedCorrelation
  seen: Seen<R>
  group: readonly string[]
  /** Undefined: it no longer holds there. */
  aggregate: number | undefined
  /** The events for which it holds there; to be asked for before the next event is taken in. */
  evidence(): readonly Seen<R>[]
}

/** From which moment on correlations say what they come to, milliseconds by their id; those that are absent always do. */
export type JudgedFrom = ReadonlyMap<string, number>

/** What the bounds cost so far. */
export interface Losses {
  tooLate: number
  /** By the id of the correlation. */
  forgotten: ReadonlyMap<string, Forgotten>
}

/** What a correlation let go of before its time. */
export interface Forgotten {
  groups: number
  entries: number
}

type AnyGroup<R> = Group<R> | AbsenceGroup<R>

interface Node<R> {
  correlation: LoadedCorrelation
  groups: Map<string, Tracked<R>>
  /** Fields that group events, for each of its rules. */
  groupBy: string[][]
  /** Correlations over this one, with its position in their rules. */
  above: { node: Node<R>; position: number }[]
  /** Before that moment it says nothing. */
  judgedFrom: number
  /** How much older than the newest an event may be that it takes in, milliseconds. */
  latenessMs: number
  /** Until that moment it knows all that it is over, where something of it waits for time to pass. */
  knownTo: number
  /** Time has passed, and still nothing is known to it: a source of what it is over is not there at all. */
  isBlind: boolean
}

interface Tracked<R> {
  group: AnyGroup<R>
  /** The arrival that it was last asked for by, counted. */
  used: number
}

/** What the matching of certain rules means to a correlation: their positions in its rules, ascending. */
interface Concern<R> {
  node: Node<R>
  positions: number[]
}

/** Sets of rules for which it is remembered what they mean. */
const CONCERNS_MAX = 10_000

/** What an event brings: which rules matched it, and the texts of the fields that correlations ask for. */
export interface Arrival<R> {
  id: string
  time: number
  ref: R
  /** Ids of the rules that matched. */
  rules: readonly string[]
  facts: Seen<R>['facts']
}

export class Correlator<R> {
  readonly #forgotten = new Map<string, Forgotten>()
  readonly losses: Losses = { tooLate: 0, forgotten: this.#forgotten }
  readonly #limits: CorrelatorLimits
  /** Which correlations an id matters to. */
  readonly #above = new Map<string, { node: Node<R>; position: number }[]>()
  readonly #concerns = new Map<string, Concern<R>[]>()
  readonly #nodes: Node<R>[]
  #newest = -Infinity
  #arrivals = 0
  #sweepAt = 1_000
  #groupCount = 0

  /**
   * `correlations` as a rule set has them: each after those it is over. Those of `judgedFrom` say nothing of events before a
   * moment.
   */
  constructor(
    correlations: readonly LoadedCorrelation[],
    limits: CorrelatorLimits = LIMITS,
    judgedFrom: JudgedFrom = new Map(),
  ) {
    this.#limits = limits
    const known = knownTo(correlations, new Map())
    this.#nodes = correlations.map((correlation) => ({
      correlation,
      groups: new Map(),
      groupBy: correlation.rules.map((rule) => correlation.groupBy.map((name) => fieldOf(correlation, name, rule))),
      above: [],
      judgedFrom: judgedFrom.get(correlation.id) ?? -Infinity,
      latenessMs: Math.max(limits.latenessMs, waitsMs(correlation)),
      knownTo: known.get(correlation.id)!,
      isBlind: false,
    }))
    for (const node of this.#nodes) {
      for (const [position, id] of node.correlation.rules.entries()) {
        this.#above.set(id, [...(this.#above.get(id) ?? []), { node, position }])
      }
    }
    for (const node of this.#nodes) node.above = this.#above.get(node.correlation.id) ?? []
  }

  /** Every event that is remembered, once for each group that remembers it. */
  *remembered(): Generator<Seen<R>> {
    for (const { groups } of this.#nodes) {
      for (const { group } of groups.values()) for (const { seen } of group.entries) yield seen
    }
  }

  /** Whether any correlation is over a rule. */
  concerns(rule: string): boolean {
    return this.#above.has(rule)
  }

  /** Takes an event in; the same event again changes nothing. */
  push({ id, time, ref, rules, facts }: Arrival<R>): Change<R>[] {
    const all = this.#concernsOf(rules)
    if (all.length === 0) return []
    const concerns = all.filter(({ node }) => time >= this.#newest - node.latenessMs)
    if (concerns.length === 0) {
      this.losses.tooLate++
      return []
    }
    this.#newest = Math.max(this.#newest, time)
    this.#arrivals++
    const seen: Seen<R> = { id, time, ref, facts }
    const changes: Change<R>[] = []
    for (const { node, positions } of concerns) {
      const value = valueOf(node.correlation, seen)
      if (value === undefined && node.correlation.type === 'speed') continue
      for (const [group, matched] of this.#groupsOf(node, positions, seen)) {
        this.#tell(node, group, group.add(seen, matched, value), changes)
        this.#trim(node, group)
      }
    }
    // Looking at every group costs as much as it is waited for.
    if (this.#groupCount > this.#limits.groups || this.#arrivals >= this.#sweepAt) this.#evict()
    return changes
  }

  /** Time has passed: correlations that ask what did not come say so. Moments that lie before earlier ones change nothing. */
  pass(until: KnownUntil): Change<R>[] {
    const changes: Change<R>[] = []
    const known = knownTo(
      this.#nodes.map(({ correlation }) => correlation),
      until,
    )
    for (const node of this.#nodes) {
      node.knownTo = Math.max(node.knownTo, known.get(node.correlation.id)!)
      node.isBlind = node.knownTo === -Infinity
      for (const { group } of node.correlation.type === 'absence' ? node.groups.values() : []) {
        if (group instanceof AbsenceGroup) this.#tell(node, group, group.pass(node.knownTo), changes)
      }
    }
    return changes
  }

  /** The correlations over any of the rules. */
  #concernsOf(rules: readonly string[]): Concern<R>[] {
    const key = rules.length === 1 ? rules[0]! : JSON.stringify(rules)
    const known = this.#concerns.get(key)
    if (known) return known
    const positions = new Map<Node<R>, number[]>()
    for (const { node, position } of rules.flatMap((rule) => this.#above.get(rule) ?? [])) {
      positions.set(node, [...(positions.get(node) ?? []), position])
    }
    const concerns = [...positions].map(([node, all]) => ({ node, positions: all.toSorted((a, b) => a - b) }))
    if (this.#concerns.size >= CONCERNS_MAX) this.#concerns.clear()
    this.#concerns.set(key, concerns)
    return concerns
  }

  /** The groups that an event belongs to, each with the rules by which it does; rules may give it different ones. */
  #groupsOf(node: Node<R>, positions: readonly number[], seen: Seen<R>): Iterable<[AnyGroup<R>, readonly number[]]> {
    const groups = new Map<AnyGroup<R>, number[]>()
    for (const position of positions) {
      const group = this.#groupOf(node, position, seen)
      if (group === undefined) continue
      // Most events match one rule.
      if (positions.length === 1) return [[group, positions]]
      const known = groups.get(group)
      if (known) known.push(position)
      else groups.set(group, [position])
    }
    return groups
  }

  #groupOf({ correlation, groups, groupBy }: Node<R>, position: number, seen: Seen<R>): AnyGroup<R> | undefined {
    const values = groupBy[position]!.map((field) => keyOf(textsOf(seen, field)))
    const key = values.length === 0 ? '' : joinKeys(values)
    if (key === undefined) return undefined
    let tracked = groups.get(key)
    if (tracked === undefined) {
      const Kind = correlation.type === 'absence' ? AbsenceGroup<R> : Group<R>
      tracked = { group: new Kind(correlation, values as string[]), used: 0 }
      groups.set(key, tracked)
      this.#groupCount++
    }
    tracked.used = this.#arrivals
    return tracked.group
  }

  /** Passes on what changed, to the caller and to the correlations above. */
  #tell(node: Node<R>, group: AnyGroup<R>, changed: readonly Entry<R>[], changes: Change<R>[]): void {
    for (const entry of changed) {
      const { seen, holds } = entry
      if (seen.time < node.judgedFrom) continue
      const evidence = () => group.evidenceOf(entry)
      changes.push({ correlation: node.correlation, seen, group: group.values, aggregate: holds, evidence })
      for (const { node: above, position } of node.above) {
        const upper = this.#groupOf(above, position, seen)
        if (upper === undefined) continue
        const entries =
          holds === undefined
            ? upper.remove(seen, position)
            : upper.add(seen, [position], valueOf(above.correlation, seen))
        this.#tell(above, upper, entries, changes)
        this.#trim(above, upper)
      }
    }
  }

  #trim(node: Node<R>, group: AnyGroup<R>): void {
    const entries = group.forget(this.#horizon(node), this.#limits.entries)
    if (entries > 0) this.#count(node, { groups: 0, entries })
  }

  #count({ correlation: { id } }: Node<R>, { groups, entries }: Forgotten): void {
    const before = this.#forgotten.get(id) ?? { groups: 0, entries: 0 }
    this.#forgotten.set(id, { groups: before.groups + groups, entries: before.entries + entries })
  }

  /** What is told of time that has passed is told late, and is waited for; not where nothing is known of what should come. */
  #horizon({ correlation, knownTo: known, isBlind }: Node<R>): number {
    const settled = this.#newest - this.#limits.latenessMs
    return (isBlind ? settled : Math.min(settled, known)) - correlation.timespanS * 1000
  }

  /** Lets go of groups in which nothing can happen any more, and of the stalest where there are too many. */
  #evict(): void {
    for (const node of this.#nodes) {
      const horizon = this.#horizon(node)
      for (const [key, { group }] of node.groups) if (group.newest < horizon) this.#forget(node, [key])
    }
    this.#sweepAt = this.#arrivals + Math.max(1_000, this.#groupCount)
    if (this.#groupCount <= this.#limits.groups) return
    const most = this.#nodes.reduce((a, b) => (b.groups.size > a.groups.size ? b : a))
    const stalest = [...most.groups].sort(([, a], [, b]) => a.used - b.used).slice(0, Math.ceil(most.groups.size / 10))
    this.#forget(
      most,
      stalest.map(([key]) => key),
    )
    this.#count(most, { groups: stalest.length, entries: 0 })
  }

  #forget({ groups }: Node<R>, keys: readonly string[]): void {
    for (const key of keys) groups.delete(key)
    this.#groupCount -= keys.length
  }
}

/** What it has not spoken of yet may still be answered, however late. */
function waitsMs({ type, timespanS, latenessS = 0 }: LoadedCorrelation): number {
  return type === 'absence' ? (timespanS + latenessS) * 1000 : 0
}

/** Every field that a correlation may ask an event for. */
export function fieldsOf({ groupBy, fields, aliases }: LoadedCorrelation): string[] {
  return [...groupBy, ...fields, ...Object.values(aliases).flatMap((each) => Object.values(each))]
}

/** The field that a name in `group-by` stands for in a rule's events. */
export function fieldOf({ aliases }: LoadedCorrelation, name: string, rule: string): string {
  const fields = Object.hasOwn(aliases, name) ? aliases[name]! : {}
  return Object.hasOwn(fields, rule) ? fields[rule]! : name
}
