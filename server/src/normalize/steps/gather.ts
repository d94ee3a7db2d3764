import type { EcsEvent } from '#domain/event.ts'
import { ecsField } from '#normalize/ecs/fields.ts'
import { isObject } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'

type Scalar = string | number | boolean

/**
 * ECS fields on their way into an event: by dotted path, each value once, in the order they came. One value is written as
 * itself, several as a list, as ECS allows for any field; what ECS calls a list is one always.
 */
export interface Gathered {
  /** Adds what says something; undefined, null and "" are left out. */
  add(path: string, ...values: readonly unknown[]): void
  /** The values at a path. */
  at(path: string): readonly Scalar[]
  /** Writes all fields, beside what the event has already. */
  write(event: EcsEvent): void
}

/** Nothing gathered yet. */
export function gather(): Gathered {
  const fields = new Map<string, Set<Scalar>>()
  return {
    add(path, ...values) {
      for (const value of values) {
        if (!isScalar(value) || value === '') continue
        const known = fields.get(path)
        if (known === undefined) fields.set(path, new Set([value]))
        else known.add(value)
      }
    },
    at: (path) => [...(fields.get(path) ?? [])],
    write(event) {
      for (const [path, values] of fields) {
        const [first, ...more] = values
        setAt(event, path.split('.'), more.length === 0 && ecsField(path)?.isList !== true ? first : [first, ...more])
      }
    },
  }
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
}

/** Our own paths alone come here: none is a record's. */
function setAt(target: JsonObject, [name = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    target[name] = value
    return
  }
  const inner = target[name]
  setAt(isObject(inner) ? inner : ((target[name] = {}) as JsonObject), rest, value)
}
