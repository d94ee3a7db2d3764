import type { EcsEvent } from '#domain/event.ts'
import type { Step } from '#normalize/normalizer.ts'
import { isObject } from '#normalize/json.ts'
import type { UserFields } from '#normalize/steps/user.ts'
import type { AuditRecord } from './audit-record.ts'

/** Everything an analyst pivots on, in one place per kind, each once: ECS `related.*`, and the message ids beside. */
export const related: Step<AuditRecord> = {
  name: 'related',
  run({ actor, target, source, mentioned }, event) {
    const lists = {
      user: distinct([...namesOf(actor), ...namesOf(target), ...mentioned.users]),
      ip: distinct([source?.ip, ...mentioned.addresses]),
      hosts: distinct([hostName(event), ...mentioned.hosts]),
      hash: distinct(mentioned.hashes),
    }
    const filled = Object.entries(lists).filter(([, values]) => values.length > 0)
    if (filled.length > 0) event.related = Object.fromEntries(filled)
    const messageIds = distinct(mentioned.messageIds)
    if (messageIds.length > 0) event.o365 = { message_ids: messageIds, ...(event.o365 as object) }
  },
}

function namesOf(user: UserFields | undefined): (string | undefined)[] {
  return user === undefined ? [] : [user.email, user.name, user.full_name, user.id]
}

function hostName(event: EcsEvent): string | undefined {
  return isObject(event.host) && typeof event.host.name === 'string' ? event.host.name : undefined
}

function distinct(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined && value !== ''))] as string[]
}
