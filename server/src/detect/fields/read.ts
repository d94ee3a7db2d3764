import type { Fields } from '#detect/compile/reading.ts'
import { scalarsOf } from '#detect/compile/plain-fields.ts'
import type { EcsEvent, NormalizedEvent } from '#domain/event.ts'

import { placesOf } from './places.ts'
import type { EventStream, FieldSource } from './source.ts'

/** A name to be looked for whatever its case. */
interface Name {
  name: string
  folded: string
  /** Every object has something under it that is not its own. */
  isInherited: boolean
}

/** A step on the way to a field, from the place that another step leads to. */
interface Step extends Name {
  /** Which place that is; undefined: the event itself. */
  above: number | undefined
}

/** A source by its last step: what lies before it most sources of a stream have in common. */
interface LastStep extends Step, Omit<FieldSource, 'path'> {}

/** How rules read the events of a stream. Where their fields are is worked out once for each field. */
export function createFieldReader(stream: EventStream): (event: NormalizedEvent) => Fields {
  const ways = new Ways()
  const known = new Map<string, readonly (readonly LastStep[])[]>()
  const placesFor = (field: string): readonly (readonly LastStep[])[] => {
    let places = known.get(field)
    if (places === undefined) {
      places = placesOf(stream, field).map((group) => group.map((source) => ways.lastOf(source)))
      known.set(field, places)
    }
    return places
  }
  return ({ event, raw }) => {
    const nodes = new Nodes(event, ways.steps)
    return {
      values: (field) => readPlaces(nodes, placesFor(field)),
      everyValue: () => scalarsOf(raw),
    }
  }
}

/** The first steps of all paths of a stream, each there once. */
class Ways {
  readonly steps: Step[] = []
  readonly #known = new Map<string, number>()

  lastOf({ path, ...rest }: FieldSource): LastStep {
    const last = path.at(-1)!
    return { above: this.#place(path.slice(0, -1)), ...named(last), ...rest }
  }

  #place(path: readonly string[]): number | undefined {
    if (path.length === 0) return undefined
    const key = path.join('\n')
    let place = this.#known.get(key)
    if (place === undefined) {
      const step = { above: this.#place(path.slice(0, -1)), ...named(path.at(-1)!) }
      this.#known.set(key, (place = this.steps.push(step) - 1))
    }
    return place
  }
}

function named(name: string): Name {
  return { name, folded: name.toLowerCase(), isInherited: name in Object.prototype }
}

/** What lies at the places of an event, each looked up when it is asked for first. */
class Nodes {
  readonly #event: readonly [EcsEvent]
  readonly #steps: readonly Step[]
  readonly #known: (readonly unknown[] | undefined)[] = []

  constructor(event: EcsEvent, steps: readonly Step[]) {
    this.#event = [event]
    this.#steps = steps
  }

  at(place: number | undefined): readonly unknown[] {
    if (place === undefined) return this.#event
    let nodes = this.#known[place]
    if (nodes === undefined) {
      const step = this.#steps[place]!
      this.#known[place] = nodes = below(this.at(step.above), step)
    }
    return nodes
  }
}

/** Tells whether an event of the stream's dataset is one of the stream's. */
export function createStreamTest({ when }: EventStream): (event: EcsEvent) => boolean {
  if (when === undefined) return () => true
  const steps = when.path.map(named)
  const values = new Set(when.values)
  return (event) => {
    const found = steps.reduce(below, [event] as readonly unknown[])
    return found.some((value) => values.has(String(value)))
  }
}

/** A field's values, undefined where it is nowhere; see `FieldPlaces`. */
function readPlaces(nodes: Nodes, places: readonly (readonly LastStep[])[]): readonly unknown[] | undefined {
  let nothing: readonly unknown[] | undefined
  for (const sources of places) {
    let found: readonly unknown[] | undefined
    for (const source of sources) found = both(found, read(nodes.at(source.above), source))
    if (found?.some(isSomething)) return found.length === 1 ? found : distinct(found)
    nothing ??= found
  }
  return nothing
}

function isSomething(value: unknown): boolean {
  return value !== null
}

/** Most sources that give something together give the same. */
function both(some: readonly unknown[] | undefined, more: readonly unknown[] | undefined) {
  if (some === undefined || more === undefined) return some ?? more
  return some.length === 1 && more.length === 1 && some[0] === more[0] ? some : [...some, ...more]
}

/** Without null, and of values that differ in case alone the first. */
function distinct(values: readonly unknown[]): unknown[] {
  const byText = new Map<string, unknown>()
  for (const value of values) {
    const text = String(value).toLowerCase()
    if (value !== null && !byText.has(text)) byText.set(text, value)
  }
  return [...byText.values()]
}

function read(above: readonly unknown[], source: LastStep): readonly unknown[] | undefined {
  if (above.length === 0) return undefined
  const nodes = below(above, source)
  if (nodes.length === 0) return undefined
  const { read: how, fold, words } = source
  const values = nodes.length === 1 ? READERS[how](nodes[0]) : nodes.flatMap(READERS[how])
  if (fold !== undefined) return values.map(toHyphens)
  if (words === undefined) return values
  const called = values.flatMap((value) => own(words, String(value).toLowerCase()) ?? [])
  return called.length > 0 ? called : undefined
}

const DASH = /[\u2010-\u2015\u2212]/
const DASHES = new RegExp(DASH, 'g')

/** A text with each kind of dash as a hyphen. */
export function foldDashes(text: string): string {
  return DASH.test(text) ? text.replace(DASHES, '-') : text
}

function toHyphens(value: unknown): string {
  return foldDashes(String(value))
}

const READERS: Record<FieldSource['read'], (node: unknown) => readonly unknown[]> = {
  values: scalarsOf,
  names: (node) => members(node).map(([name]) => name),
  json: (node) => [JSON.stringify(node)],
  changes: (node) => members(node).map(([name, change]) => changeText(name, change)),
}

const NOTHING: readonly unknown[] = []

/** Where a step leads from what lies before it. */
function below(nodes: readonly unknown[], step: Name): readonly unknown[] {
  if (nodes.length === 0) return NOTHING
  const found: unknown[] = []
  for (let at = 0; at < nodes.length; at++) addBelow(nodes[at], step, found)
  return found
}

function addBelow(node: unknown, step: Name, found: unknown[]): void {
  if (Array.isArray(node)) for (const item of node) addBelow(item, step, found)
  else if (typeof node !== 'object' || node === null) return
  else if (step.name === '*') for (const value of Object.values(node)) found.push(value)
  else addMember(node as Record<string, unknown>, step, found)
}

/** The member as it is written, else in another case. Asking for it at once costs half of asking first whether it is there. */
function addMember(
  node: Readonly<Record<string, unknown>>,
  { name, folded, isInherited }: Name,
  found: unknown[],
): void {
  const value = isInherited && !Object.hasOwn(node, name) ? undefined : node[name]
  if (value !== undefined) {
    found.push(value)
    return
  }
  for (const each in node) {
    if (each.length !== name.length || each.toLowerCase() !== folded) continue
    found.push(node[each])
    return
  }
}

/** Name and value of each member; a list of objects, as one for each target, has the members of all. */
function members(node: unknown): [string, unknown][] {
  if (Array.isArray(node)) return node.flatMap(members)
  return typeof node === 'object' && node !== null ? Object.entries(node) : []
}

/** A change as the directory's log writes it in its list. */
function changeText(name: string, change: unknown): string {
  const values = typeof change === 'object' && change !== null ? (change as Record<string, unknown>) : {}
  const text = (value: unknown) => JSON.stringify(typeof value === 'string' ? value : JSON.stringify(value ?? null))
  const [before, after] = [values['oldValue'] ?? values['OldValue'], values['newValue'] ?? values['NewValue']]
  return `"displayName":${JSON.stringify(name)},"oldValue":${text(before)},"newValue":${text(after)}`
}

function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}
