import type { EcsEvent } from '#domain/event.ts'
import { isAllowedMeaning } from '#normalize/ecs/categories.ts'
import { ecsField, isAboveEcsFields } from '#normalize/ecs/fields.ts'
import { readField } from '#normalize/ecs/read-field.ts'
import { isObject, put, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import type { Step } from '#normalize/normalizer.ts'
import { unwrapDeep } from '#normalize/record.ts'
import { isGuid } from '#normalize/steps/guid.ts'
import type { PushedRecord } from './pushed.ts'

/**
 * Takes over what is valid ECS already, nested or with dots in its names; all else stays under `http_intake.log`. A value
 * that is spelled anew there (an address, a time) stays as it came, too.
 */
export const ecs: Step<PushedRecord> = {
  name: 'ecs',
  run(record, event) {
    const log = divide(record.raw, '', event)
    if (Object.keys(log).length > 0) event.http_intake = { log }
    const related = isObject(event.related) ? (event.related as Record<string, string[]>) : {}
    record.mentioned = {
      users: related.user ?? [],
      addresses: related.ip ?? [],
      hosts: related.hosts ?? [],
      hashes: related.hash ?? [],
    }
  },
}

/** Writes the ECS fields below `prefix` into the event and gives back the rest. */
function divide(object: JsonObject, prefix: string, event: EcsEvent): JsonObject {
  const rest: JsonObject = {}
  for (const name of Object.keys(object)) {
    const value = object[name]
    const path = prefix === '' ? name : `${prefix}.${name}`
    if (isObject(value) && isAboveEcsFields(path)) {
      const inner = divide(value, path, event)
      if (Object.keys(inner).length > 0 || Object.keys(value).length === 0) put(rest, name, inner)
    } else if (!takeOver(path, value, event, object)) {
      put(rest, name, unwrapDeep(value))
    }
  }
  return rest
}

/** True where the value stands in the event now exactly as it came. */
function takeOver(path: string, value: unknown, event: EcsEvent, siblings: JsonObject): boolean {
  const field = ecsField(path)
  const read = field === undefined ? undefined : readField(field, value)
  if (read === undefined || !isMeant(path, read, siblings) || !setAt(event, path.split('.'), read)) return false
  return JSON.stringify(read) === JSON.stringify(field?.isList === true && !Array.isArray(value) ? [value] : value)
}

/**
 * ECS lists the words that some fields may have; category and type belong together. As for the identity, a program may count
 * its events from one, as the next program does: a GUID alone is sure to be nobody else's.
 */
function isMeant(path: string, value: unknown, siblings: JsonObject): boolean {
  if (path === 'event.id') return typeof value === 'string' && isGuid(value)
  // The sentence takes its place where it says nothing, or several things.
  if (path === 'message') return typeof value === 'string' && textOf(value) !== undefined
  if (path === 'event.kind') return KINDS.has(value)
  if (path === 'event.outcome') return OUTCOMES.has(value)
  if (path !== 'event.category' && path !== 'event.type') return true
  const [category, type] = ['category', 'type'].map((name) => {
    const said = siblings[name] ?? siblings[`event.${name}`] ?? []
    return Array.isArray(said) ? said.map(String) : [String(said)]
  })
  return isAllowedMeaning({ category: category ?? [], type: type ?? [] })
}

const KINDS: ReadonlySet<unknown> = new Set(['alert', 'asset', 'enrichment', 'event', 'metric', 'signal', 'state'])
const OUTCOMES: ReadonlySet<unknown> = new Set(['success', 'failure', 'unknown'])

/** Sets a field of ours by its path, which never holds a name of the record's; false where something else is in its way. */
function setAt(event: JsonObject, steps: readonly string[], value: unknown): boolean {
  const [name = '', ...rest] = steps
  if (rest.length === 0) {
    event[name] = value
    return true
  }
  const inner = (event[name] ??= {})
  return isObject(inner) && setAt(inner, rest, value)
}
