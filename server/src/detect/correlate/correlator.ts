import type { LoadedCorrelation } from '#detect/rule-set.ts'
import { NUMBER } from '#detect/sigma/item.ts'

import type { Entry, Seen } from './entry.ts'
import { Group } from './group.ts'
import { joinKeys, keyOf } from './group-key.ts'

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

export const LIMITS: CorrelatorLimits = { latenessMs: 86_400_000, groups: 100_000, entries: 20_000 }

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

interface Node<R> {
  correlation: LoadedCorrelation
  groups: Map<string, Group<R>>
  /** Correlations over this one, with its position in their rules. */
  above: { node: Node<R>; position: number }[]
}

/** What an event brings: which rules matched it, and how its fields are read. */
export interface Arrival<R> {
  id: string
  time: number
  ref: R
  /** Ids of the rules that matched. */
  rules: readonly string[]
  texts(field: string): readonly string[]
}

export class Correlator<R> {
  readonly #forgotten = new Map<string, Forgotten>()
  readonly losses: Losses = { tooLate: 0, forgotten: this.#forgotten }
  readonly #limits: CorrelatorLimits
  /** Which correlations an id matters to. */
  readonly #above = new Map<string, { node: Node<R>; position: number }[]>()
  readonly #nodes: Node<R>[]
  readonly #fields: string[]
  #newest = -Infinity
  #groupCount = 0

  /** `correlations` as a rule set has them: each after those it is over. */
  constructor(correlations: readonly LoadedCorrelation[], limits: CorrelatorLimits = LIMITS) {
    this.#limits = limits
    this.#nodes = correlations.map((correlation) => ({ correlation, groups: new Map(), above: [] }))
    for (const node of this.#nodes) {
      for (const [position, id] of node.correlation.rules.entries()) {
        this.#above.set(id, [...(this.#above.get(id) ?? []), { node, position }])
      }
    }
    for (const node of this.#nodes) node.above = this.#above.get(node.correlation.id) ?? []
    this.#fields = [...new Set(correlations.flatMap(fieldsOf))]
  }

  /** Whether any correlation is over a rule. */
  concerns(rule: string): boolean {
    return this.#above.has(rule)
  }

  /** Takes an event in; the same event again changes nothing. */
  push({ id, time, ref, rules, texts }: Arrival<R>): Change<R>[] {
    const concerned = rules.filter((rule) => this.#above.has(rule))
    if (concerned.length === 0) return []
    if (time < this.#newest - this.#limits.latenessMs) {
      this.losses.tooLate++
      return []
    }
    this.#newest = Math.max(this.#newest, time)
    const facts = Object.fromEntries(this.#fields.map((field) => [field, texts(field)]))
    const seen: Seen<R> = { id, time, ref, facts }
    const changes: Change<R>[] = []
    for (const { node, groups } of this.#groupsOf(seen, concerned)) {
      for (const { group, positions, value } of groups) {
        this.#tell(node, group, group.add(seen, positions, value), changes)
        this.#trim(node, group)
      }
    }
    this.#evict()
    return changes
  }

  /** The groups that an event belongs to, for each correlation over what matched; rules may give it different ones. */
  #groupsOf(seen: Seen<R>, rules: readonly string[]) {
    const positions = new Map<Node<R>, number[]>()
    for (const rule of rules) {
      for (const { node, position } of this.#above.get(rule)!) {
        positions.set(node, [...(positions.get(node) ?? []), position])
      }
    }
    return [...positions].map(([node, all]) => {
      const groups = new Map<Group<R>, { group: Group<R>; positions: number[]; value: Entry<R>['value'] }>()
      for (const position of all.toSorted((a, b) => a - b)) {
        const group = this.#groupOf(node, position, seen)
        if (group === undefined) continue
        const known = groups.get(group)
        if (known) known.positions.push(position)
        else groups.set(group, { group, positions: [position], value: valueOf(node.correlation, seen) })
      }
      return { node, groups: [...groups.values()] }
    })
  }

  #groupOf(node: Node<R>, position: number, { facts }: Seen<R>): Group<R> | undefined {
    const { correlation, groups } = node
    const rule = correlation.rules[position]!
    const values = correlation.groupBy.map((name) => keyOf(facts[fieldOf(correlation, name, rule)] ?? []))
    const key = joinKeys(values)
    if (correlation.groupBy.length > 0 && key === undefined) return undefined
    let group = groups.get(key ?? '')
    if (group === undefined) {
      group = new Group<R>(correlation, values as string[])
      this.#groupCount++
    } else groups.delete(key ?? '')
    // Put last again: the first of the map is the stalest.
    groups.set(key ?? '', group)
    return group
  }

  /** Passes on what changed, to the caller and to the correlations above. */
  #tell(node: Node<R>, group: Group<R>, changed: readonly Entry<R>[], changes: Change<R>[]): void {
    for (const entry of changed) {
      const { seen, holds } = entry
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

  #trim(node: Node<R>, group: Group<R>): void {
    const entries = group.forget(this.#horizon(node), this.#limits.entries)
    if (entries > 0) this.#count(node, { groups: 0, entries })
  }

  #count({ correlation: { id } }: Node<R>, { groups, entries }: Forgotten): void {
    const before = this.#forgotten.get(id) ?? { groups: 0, entries: 0 }
    this.#forgotten.set(id, { groups: before.groups + groups, entries: before.entries + entries })
  }

  #horizon({ correlation }: Node<R>): number {
    return this.#newest - this.#limits.latenessMs - correlation.timespanS * 1000
  }

  /** Lets go of groups in which nothing can happen any more, and of the stalest where there are too many. */
  #evict(): void {
    for (const node of this.#nodes) {
      const horizon = this.#horizon(node)
      for (const [key, group] of node.groups) {
        if (group.newest >= horizon) break
        node.groups.delete(key)
        this.#groupCount--
      }
    }
    if (this.#groupCount <= this.#limits.groups) return
    const most = this.#nodes.reduce((a, b) => (b.groups.size > a.groups.size ? b : a))
    const keys = most.groups.keys()
    const groups = Math.ceil(most.groups.size / 10)
    for (let left = groups; left > 0; left--) most.groups.delete(keys.next().value!)
    this.#groupCount -= groups
    this.#count(most, { groups, entries: 0 })
  }
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

function valueOf<R>({ type, fields }: LoadedCorrelation, { facts }: Seen<R>): Entry<R>['value'] {
  if (fields.length === 0) return undefined
  if (type === 'value_count') return joinKeys(fields.map((field) => keyOf(facts[field] ?? [])))
  const number = facts[fields[0]!]?.find((text) => NUMBER.test(text))
  return number === undefined ? undefined : Number(number)
}
