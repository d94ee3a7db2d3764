import type { Fields } from './reading.ts'

/**
 * An event as it is, without any map: a field is an exact key first, then a dotted path. Lists on the way are entered, each
 * member on its own; what lies at the end is flattened to its scalars.
 */
export function plainFields(event: Readonly<Record<string, unknown>>): Fields {
  return {
    values: (field) => valuesAt(event, field),
    everyValue: () => scalarsOf(event),
  }
}

/** The values at a key or path; undefined where nothing is. */
export function valuesAt(event: Readonly<Record<string, unknown>>, field: string): readonly unknown[] | undefined {
  if (Object.hasOwn(event, field)) return scalarsOf(event[field])
  if (!field.includes('.')) return undefined
  const found: unknown[] = []
  return collect(event, stepsOf(field), 0, found) ? found : undefined
}

/** Paths are few and asked for with every event. */
const known = new Map<string, readonly string[]>()

function stepsOf(field: string): readonly string[] {
  let steps = known.get(field)
  if (steps === undefined) {
    steps = field.split('.')
    if (known.size < 10_000) known.set(field, steps)
  }
  return steps
}

/** Adds what lies at the rest of the path; false when there is nothing, which is not the same as an empty list. */
function collect(node: unknown, steps: readonly string[], at: number, found: unknown[]): boolean {
  if (at === steps.length) {
    addScalars(node, found)
    return true
  }
  if (Array.isArray(node)) {
    let isThere = false
    for (const item of node) if (collect(item, steps, at, found)) isThere = true
    return isThere
  }
  if (typeof node !== 'object' || node === null || !Object.hasOwn(node, steps[at]!)) return false
  return collect((node as Record<string, unknown>)[steps[at]!], steps, at + 1, found)
}

/** Every scalar below a value, depth first. */
export function scalarsOf(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [value]
  const found: unknown[] = []
  addScalars(value, found)
  return found
}

function addScalars(value: unknown, found: unknown[], depth = 0): void {
  if (typeof value !== 'object' || value === null) found.push(value)
  else if (depth > DEEP) addDeepScalars(value, found)
  else if (Array.isArray(value)) for (const each of value) addScalars(each, found, depth + 1)
  else for (const key of Object.keys(value)) addScalars((value as Record<string, unknown>)[key], found, depth + 1)
}

/** Deeper than anything is, yet JSON may nest deeper than calls may. */
const DEEP = 100

function addDeepScalars(value: object, found: unknown[]): void {
  const waiting: unknown[] = [value]
  while (waiting.length > 0) {
    const next = waiting.pop()
    if (typeof next !== 'object' || next === null) found.push(next)
    else for (const each of Object.values(next).toReversed()) waiting.push(each)
  }
}
