import type { Fields } from '#detect/compile/reading.ts'
import { scalarsOf } from '#detect/compile/plain-fields.ts'
import type { EcsEvent, NormalizedEvent } from '#domain/event.ts'

import { placesOf } from './places.ts'
import type { EventStream, FieldSource } from './source.ts'

/** A source whose path is cut before its last step: most sources of a stream have what lies before it in common. */
interface CutSource extends Omit<FieldSource, 'path'> {
  parent: readonly string[]
  parentKey: string
  last: readonly string[]
}

/** How rules read the events of a stream. Where their fields are is worked out once for each field. */
export function createFieldReader(stream: EventStream): (event: NormalizedEvent) => Fields {
  const places = new Map<string, readonly (readonly CutSource[])[]>()
  const placesFor = (field: string): readonly (readonly CutSource[])[] => {
    let known = places.get(field)
    if (known === undefined) places.set(field, (known = placesOf(stream, field).map((group) => group.map(cut))))
    return known
  }
  return ({ event, raw }) => {
    const known = new Map<string, readonly unknown[] | undefined>()
    const parents = new Map<string, readonly unknown[]>()
    return {
      values(field) {
        if (known.has(field)) return known.get(field)
        const found = readPlaces(event, placesFor(field), parents)
        known.set(field, found)
        return found
      },
      everyValue: () => scalarsOf(raw),
    }
  }
}

function cut({ path, ...rest }: FieldSource): CutSource {
  const parent = path.slice(0, -1)
  return { ...rest, parent, parentKey: parent.join('\n'), last: path.slice(-1) }
}

/** Whether an event is one of a stream's. */
export function isOf({ dataset, when }: EventStream, event: EcsEvent): boolean {
  if (event.event.dataset !== dataset) return false
  return when === undefined || nodesAt(event, when.path).some((value) => when.values.includes(String(value)))
}

/** A field's values, undefined where it is nowhere; see `FieldPlaces`. */
function readPlaces(
  event: EcsEvent,
  places: readonly (readonly CutSource[])[],
  parents: Map<string, readonly unknown[]>,
): readonly unknown[] | undefined {
  let nothing: readonly unknown[] | undefined
  for (const sources of places) {
    let found: readonly unknown[] | undefined
    for (const source of sources) {
      const values = read(event, source, parents)
      found = found === undefined || values === undefined ? (found ?? values) : [...found, ...values]
    }
    if (found?.some((value) => value !== null)) return found.length === 1 ? found : distinct(found)
    nothing ??= found
  }
  return nothing
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

function read(
  event: EcsEvent,
  { parent, parentKey, last, read: how, fold, words }: CutSource,
  parents: Map<string, readonly unknown[]>,
): readonly unknown[] | undefined {
  let above = parents.get(parentKey)
  if (above === undefined) parents.set(parentKey, (above = nodesAt(event, parent)))
  const nodes: unknown[] = []
  for (const node of above) walk(node, last, 0, nodes)
  if (nodes.length === 0) return undefined
  const values = nodes.length === 1 ? READERS[how](nodes[0]) : nodes.flatMap(READERS[how])
  if (fold !== undefined) return values.map((value) => foldDashes(String(value)))
  if (words === undefined) return values
  const called = values.flatMap((value) => own(words, String(value).toLowerCase()) ?? [])
  return called.length > 0 ? called : undefined
}

const DASHES = /[\u2010-\u2015\u2212]/g

/** A text with each kind of dash as a hyphen. */
export function foldDashes(text: string): string {
  return text.replace(DASHES, '-')
}

const READERS: Record<FieldSource['read'], (node: unknown) => readonly unknown[]> = {
  values: scalarsOf,
  names: (node) => members(node).map(([name]) => name),
  json: (node) => [JSON.stringify(node)],
  changes: (node) => members(node).map(([name, change]) => changeText(name, change)),
}

/** What lies at a path. */
function nodesAt(event: EcsEvent, path: readonly string[]): unknown[] {
  const nodes: unknown[] = []
  walk(event, path, 0, nodes)
  return nodes
}

/** Adds what lies at the rest of the path. */
function walk(node: unknown, path: readonly string[], step: number, found: unknown[]): void {
  if (step === path.length) found.push(node)
  else if (Array.isArray(node)) for (const item of node) walk(item, path, step, found)
  else if (typeof node !== 'object' || node === null) return
  else if (path[step] === '*') for (const value of Object.values(node)) walk(value, path, step + 1, found)
  else {
    const name = nameIn(node, path[step]!)
    if (name !== undefined) walk((node as Record<string, unknown>)[name], path, step + 1, found)
  }
}

/** The name as written, else in another case. */
function nameIn(node: object, name: string): string | undefined {
  if (Object.hasOwn(node, name)) return name
  for (const each in node) {
    if (each.length === name.length && each.toLowerCase() === name.toLowerCase()) return each
  }
  return undefined
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
