import type { EcsEvent } from '#domain/event.ts'
import { isObject } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'

/** What `related.*` names beside what the ECS fields of the event say; anything undefined or empty is left out. */
export interface Mentioned {
  users?: readonly (string | undefined)[]
  addresses?: readonly (string | undefined)[]
  hosts?: readonly (string | undefined)[]
  hashes?: readonly (string | undefined)[]
}

/**
 * Everything an analyst pivots on, in one place per kind, each once: writes ECS `related.*` from `user`, `user.target`,
 * `source`, `destination` and `host` of the event and from what else the record mentions. The last step of a normalizer.
 */
export function relate(event: EcsEvent, { users = [], addresses = [], hosts = [], hashes = [] }: Mentioned): void {
  const lists: JsonObject = {}
  const names: (string | undefined)[] = []
  addNames(names, event.user)
  if (isObject(event.user)) addNames(names, event.user.target)
  addDistinct(lists, 'user', withMore(names, users))
  addDistinct(lists, 'ip', withMore([textAt(event.source, 'ip'), textAt(event.destination, 'ip')], addresses))
  addDistinct(lists, 'hosts', withMore([textAt(event.host, 'name')], hosts))
  addDistinct(lists, 'hash', hashes)
  for (const _ in lists) {
    event.related = lists
    break
  }
}

/** Adds the list, each value once, where anything is in it. */
export function addDistinct(target: JsonObject, name: string, values: readonly (string | undefined)[]): void {
  if (values.length === 0) return
  const present: string[] = []
  for (const value of values) {
    if (value === undefined || value === '') continue
    // A list of a few is searched faster than a set is made; a longer one gets its set below.
    if (present.length > FEW || !present.includes(value)) present.push(value)
  }
  if (present.length > 0) target[name] = present.length > FEW ? [...new Set(present)] : present
}

const FEW = 16

/** `values` with `more` behind them. In place: this runs several times a record, mostly for nothing. */
function withMore(values: (string | undefined)[], more: readonly (string | undefined)[]): (string | undefined)[] {
  for (const value of more) values.push(value)
  return values
}

/** Adds what names a user, or several whose fields are lists. */
function addNames(names: (string | undefined)[], user: unknown): void {
  if (!isObject(user)) return
  addTexts(names, user.email)
  addTexts(names, user.name)
  addTexts(names, user.full_name)
  addTexts(names, user.id)
}

function addTexts(names: (string | undefined)[], value: unknown): void {
  if (typeof value === 'string') names.push(value)
  else if (Array.isArray(value)) for (const each of value) if (typeof each === 'string') names.push(each)
}

function textAt(value: unknown, field: string): string | undefined {
  const text = isObject(value) ? value[field] : undefined
  return typeof text === 'string' ? text : undefined
}
