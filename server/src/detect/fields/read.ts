import type { Fields } from '#detect/compile/reading.ts'
import { scalarsOf } from '#detect/compile/plain-fields.ts'
import type { EcsEvent, NormalizedEvent } from '#domain/event.ts'

import { below, type Name, named, Several } from './members.ts'
import { placesOf } from './places.ts'
import type { EventStream, FieldSource } from './source.ts'

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

/** What lies at the places of an event, each looked up when it is asked for first. */
class Nodes {
  readonly #event: EcsEvent
  readonly #steps: readonly Step[]
  readonly #known: unknown[] = []

  constructor(event: EcsEvent, steps: readonly Step[]) {
    this.#event = event
    this.#steps = steps
  }

  at(place: number | undefined): unknown {
    if (place === undefined) return this.#event
    const known = this.#known[place]
    if (known !== undefined) return known === NOTHING ? undefined : known
    const step = this.#steps[place]!
    const node = below(this.at(step.above), step)
    this.#known[place] = node === undefined ? NOTHING : node
    return node
  }
}

const NOTHING = Symbol('nothing')

/** Tells whether an event of the stream's dataset is one of the stream's. */
export function createStreamTest({ when }: EventStream): (event: EcsEvent) => boolean {
  if (when === undefined) return () => true
  const steps = when.path.map(named)
  const values = new Set(when.values)
  return (event) => {
    let node: unknown = event
    for (const step of steps) node = below(node, step)
    return node instanceof Several ? node.nodes.some((each) => values.has(String(each))) : values.has(String(node))
  }
}

/** A field's values, undefined where it is nowhere; see `FieldPlaces`. */
function readPlaces(nodes: Nodes, places: readonly (readonly LastStep[])[]): readonly unknown[] | undefined {
  let nothing: readonly unknown[] | undefined
  for (const sources of places) {
    let found: readonly unknown[] | undefined
    for (const source of sources) {
      const above = nodes.at(source.above)
      const node = above === undefined ? undefined : below(above, source)
      if (node !== undefined) found = both(found, read(node, source))
    }
    if (found === undefined) continue
    if (found.length === 1 ? found[0] !== null : found.some((value) => value !== null))
      return found.length === 1 ? found : distinct(found)
    nothing ??= found
  }
  return nothing
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

function read(node: unknown, { read: how, fold, words }: LastStep): readonly unknown[] | undefined {
  const values = node instanceof Several ? node.nodes.flatMap(READERS[how]) : READERS[how](node)
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
