import type { EcsDocument, TargetKindName } from '@cordon/api'

import { applicationsOf, programsOf, type NamedApplication } from './applications.ts'
import { fieldRows, textAt, userOf, valuesAt } from './ecs.ts'
import { fieldTerm } from './kql.ts'

/** From one event to all others of the same user, application, device, address, message, file or session. */
export interface Pivot {
  kind:
    | 'user'
    | 'application'
    | 'device'
    | 'IP'
    | 'domain'
    | 'URL'
    | 'file'
    | 'quarantined message'
    | 'message'
    | 'session'
  value: string
  /** What people know it by, where that is not the value. */
  name?: string
  query: string
}

/** What an action would take it for; undefined where none is on such. A user is acted on by the name to sign in with. */
export function targetKindOf({ kind, value }: Pick<Pivot, 'kind' | 'value'>): TargetKindName | undefined {
  if (kind === 'user') return value.includes('@') ? 'user' : undefined
  if (kind === 'device') return 'device'
  if (kind === 'application') return 'service-principal'
  if (kind === 'quarantined message') return 'quarantined-message'
  return kind === 'message' || kind === 'session' ? undefined : 'indicator'
}

const IP_ADDRESS = /^[\d.]+$|^[\da-f:.]*:[\da-f:.]*$/i
const URL_OR_HASH = /^https?:|^[\da-f]{64}$/i

/**
 * All that goes by the name of a target: a user is also a mailbox, and what devices are kept from, signing in or mail may be kept
 * from, too. A bare domain is left out there: the Tenant Allow/Block List would take it for that of a sender.
 */
export function kindsNamed(on: TargetKindName, target: string): TargetKindName[] {
  if (on === 'user') return ['user', 'mailbox']
  if (on !== 'indicator') return [on]
  if (IP_ADDRESS.test(target)) return ['indicator', 'ip-range']
  return URL_OR_HASH.test(target) ? ['indicator', 'mail-entry'] : ['indicator']
}

const MOST_MESSAGES = 3
/** What Exchange calls a message by in quarantine; no other product knows it. */
const IDENTITY_FIELD = 'o365.quarantine.Identity'
/** However Microsoft's products write it: `SessionId`, `AADSessionId`, `session_id`, `session.id`. */
const SESSION_FIELD = /(?:^|\.)(?:aad)?_?session[_.]?id$/i

export function pivotsOf(event: EcsDocument): Pivot[] {
  const user = userOf(event)
  const target = textAt(event, 'user.target.email') || textAt(event, 'user.target.name')
  const parties = applicationsOf(event)
  const applications = parties.length > 0 ? parties : programsOf(event)
  const isApplication = new Set(applications.map(({ name }) => name.toLowerCase()))
  const ip = textAt(event, 'source.ip')
  const messages = [...new Set(valuesAt(event, 'email.message_id').map(String))].slice(0, MOST_MESSAGES)
  return [
    // ECS has no field for an application that acts: its name stands where that of a user does.
    ...[...new Set([user, target])]
      .filter((value) => !isApplication.has(value.toLowerCase()))
      .map((value) => related(event, 'user', value, 'related.user', 'user.name')),
    ...applications.map((application) => pivotTo(event, application)),
    related(event, 'device', textAt(event, 'host.name'), 'related.hosts', 'host.name'),
    related(event, 'IP', ip, 'related.ip', 'source.ip'),
    related(event, 'domain', textAt(event, 'url.domain'), 'related.hosts', 'url.domain'),
    related(event, 'URL', webAddress(textAt(event, 'url.original')), 'url.original', 'url.original'),
    related(event, 'file', textAt(event, 'file.hash.sha256'), 'related.hash', 'file.hash.sha256'),
    only('quarantined message', textAt(event, IDENTITY_FIELD), IDENTITY_FIELD),
    ...messages.map((value) => only('message', value, 'email.message_id')),
    ...sessions(event),
  ].filter(({ value }) => value !== '')
}

/** `related.*` finds the value in whatever part it has in an event; where it is not complete, the field itself does. */
function related(event: EcsDocument, kind: Pivot['kind'], value: string, all: string, one: string): Pivot {
  const isRelated = valuesAt(event, all).includes(value)
  return { kind, value, query: fieldTerm(isRelated ? all : one, value) }
}

/** Found by the one field that has it. */
function only(kind: Pivot['kind'], value: string, field: string): Pivot {
  return { kind, value, query: fieldTerm(field, value) }
}

function pivotTo(event: EcsDocument, { id, name, fields }: NamedApplication): Pivot {
  const isRelated = valuesAt(event, 'related.user').includes(id.toLowerCase())
  const query = isRelated ? fieldTerm('related.user', id.toLowerCase()) : anyField(fields, id)
  return { kind: 'application', value: id, name, query }
}

/** What a browser would open; paths of requests to an API stand in the same field. */
const webAddress = (text: string) => (/^https?:\/\//i.test(text) ? text : '')

function sessions(event: EcsDocument): Pivot[] {
  const fields = new Map<string, string[]>()
  for (const { field, value } of fieldRows(event)) {
    if (!SESSION_FIELD.test(field)) continue
    fields.set(String(value), [...(fields.get(String(value)) ?? []), field])
  }
  return [...fields].map(([value, names]) => ({
    kind: 'session',
    value,
    query: anyField(names, value),
  }))
}

const anyField = (fields: readonly string[], value: string): string =>
  [...new Set(fields)].map((field) => fieldTerm(field, value)).join(' or ')
