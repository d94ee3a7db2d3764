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
  const user = isObject(event.user) ? event.user : {}
  addDistinct(lists, 'user', [...namesOf(user), ...namesOf(user.target), ...users])
  addDistinct(lists, 'ip', [textAt(event.source, 'ip'), textAt(event.destination, 'ip'), ...addresses])
  addDistinct(lists, 'hosts', [textAt(event.host, 'name'), ...hosts])
  addDistinct(lists, 'hash', hashes)
  if (Object.keys(lists).length > 0) event.related = lists
}

/** Adds the list, each value once, where anything is in it. */
export function addDistinct(target: JsonObject, name: string, values: readonly (string | undefined)[]): void {
  const present: string[] = []
  for (const value of values) {
    if (value === undefined || value === '') continue
    // A list of a few is searched faster than a set is made; a longer one gets its set below.
    if (present.length > FEW || !present.includes(value)) present.push(value)
  }
  if (present.length > 0) target[name] = present.length > FEW ? [...new Set(present)] : present
}

const FEW = 16

const NAMES = ['email', 'name', 'full_name', 'id'] as const

/** What names a user, or several whose fields are lists. */
function namesOf(user: unknown): string[] {
  if (!isObject(user)) return []
  return NAMES.flatMap((field) => user[field] ?? []).filter((name) => typeof name === 'string')
}

function textAt(value: unknown, field: string): string | undefined {
  const text = isObject(value) ? value[field] : undefined
  return typeof text === 'string' ? text : undefined
}
