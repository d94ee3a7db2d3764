import type { EcsEvent } from '#domain/event.ts'
import type { Step } from '#normalize/normalizer.ts'
import { isObject } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import type { UserFields } from '#normalize/steps/user.ts'
import type { AuditRecord } from './audit-record.ts'

/** Everything an analyst pivots on, in one place per kind, each once: ECS `related.*`, and the message ids beside. */
export const related: Step<AuditRecord> = {
  name: 'related',
  run({ actor, target, source, mentioned }, event) {
    const lists: JsonObject = {}
    addDistinct(lists, 'user', [...namesOf(actor), ...namesOf(target), ...mentioned.users])
    addDistinct(lists, 'ip', [source?.ip, ...mentioned.addresses])
    addDistinct(lists, 'hosts', [hostName(event), ...mentioned.hosts])
    addDistinct(lists, 'hash', mentioned.hashes)
    if (Object.keys(lists).length > 0) event.related = lists
    if (mentioned.messageIds.length > 0) addDistinct(event.o365 as JsonObject, 'message_ids', mentioned.messageIds)
  },
}

function namesOf(user: UserFields | undefined): (string | undefined)[] {
  return user === undefined ? [] : [user.email, user.name, user.full_name, user.id]
}

function hostName(event: EcsEvent): string | undefined {
  return isObject(event.host) && typeof event.host.name === 'string' ? event.host.name : undefined
}

/** Adds the list, each value once, where anything is in it. */
function addDistinct(target: JsonObject, name: string, values: readonly (string | undefined)[]): void {
  const present: string[] = []
  for (const value of values) {
    if (value === undefined || value === '') continue
    // A list of a few is searched faster than a set is made; a longer one gets its set below.
    if (present.length > FEW || !present.includes(value)) present.push(value)
  }
  if (present.length > 0) target[name] = present.length > FEW ? [...new Set(present)] : present
}

const FEW = 16
