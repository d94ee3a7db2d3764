import { stableId } from '#domain/ids.ts'
import type { LogRecord } from '#normalize/azure/log-record.ts'
import { setSource } from '#normalize/azure/source.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import type { EventType, Meaning } from '#normalize/ecs/categories.ts'
import { byOperation } from '#normalize/by-operation.ts'
import { isObject, objectsOf, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import type { Step } from '#normalize/normalizer.ts'
import { listed, quote, tell } from '#normalize/sentence.ts'
import { parseOutcome } from '#normalize/steps/outcome.ts'
import { nameOf, parseIdentity } from '#normalize/steps/user.ts'
import type { UserFields } from '#normalize/steps/user.ts'

/** Who changed what in Intune: `Patch MobileApp`, `wipe ManagedDevice`. */
export const audit: Step<LogRecord> = {
  name: 'audit',
  run(record, event) {
    const { properties, envelope, mentioned, text } = record
    const id = textOf(properties.AuditEventId) ?? textOf(properties.id)
    event.event.id = id === undefined ? stableId(text) : stableId('intune audit', id)
    const activity = textOf(envelope.operationName) ?? textOf(properties.activityType) ?? textOf(properties.displayName)
    if (activity !== undefined) event.event.action = activity
    event.event.code = textOf(envelope.category) ?? textOf(properties.category) ?? 'AuditLogs'
    setMeaning(event, meaningOf(`${textOf(properties.activityOperationType) ?? ''} ${activity ?? ''}`))
    event.event.outcome = parseOutcome(envelope.resultType ?? properties.activityResult)
    const reason = textOf(envelope.resultDescription)
    if (reason !== undefined && reason !== 'None') event.event.reason = reason
    const actor = actorOf(properties.Actor ?? properties.actor, envelope)
    if (actor.user !== undefined) event.user = actor.user
    setSource(record, event, actor.address)
    mentioned.users.push(actor.application)
    const targets = targetsOf(properties)
    if (/managed ?device/i.test(activity ?? '')) {
      mentioned.hosts.push(...targets.map((name) => name.toLowerCase()))
      if (targets.length === 1) event.host = { name: targets[0]!.toLowerCase() }
    }
    const what = `performed ${quote(activity ?? 'an unnamed activity')}${targets.length === 0 ? '' : ` on ${listed(targets)}`}`
    tell(event, `${nameOf(actor.user) ?? 'Someone'} ${what} in Intune`)
  },
}

interface Actor {
  user: UserFields | undefined
  application: string | undefined
  address: unknown
}

/** A person, or an application on its own. */
function actorOf(value: unknown, { identity }: JsonObject): Actor {
  const actor = isObject(value) ? value : {}
  const upn = textOf(actor.UPN) ?? textOf(actor.userPrincipalName) ?? textOf(identity)
  const application = textOf(actor.Application) ?? textOf(actor.applicationId)
  const user =
    upn === undefined && textOf(actor.userId) === undefined
      ? parseIdentity({ id: application, displayName: actor.ApplicationName ?? actor.applicationDisplayName })
      : parseIdentity({ id: textOf(actor.ObjectId) ?? actor.userId, upn })
  return { user, application: application?.toLowerCase(), address: actor.ipAddress ?? actor.IPAddress }
}

function targetsOf({ TargetDisplayNames, Targets, resources }: JsonObject): string[] {
  const names = Array.isArray(TargetDisplayNames) ? TargetDisplayNames : []
  const targets = [...objectsOf(Targets), ...objectsOf(resources)].map(({ Name, displayName }) => Name ?? displayName)
  return [...new Set([...names, ...targets].flatMap((name) => textOf(name) ?? []))]
}

const meaningOf = byOperation((operation): Meaning => {
  const type = (Object.entries(VERBS).find(([verb]) => operation.toLowerCase().includes(verb))?.[1] ??
    'change') as EventType
  if (/role|scopetag|permission/i.test(operation))
    return { category: ['iam'], type: ['admin', type === 'access' ? 'info' : type] }
  if (!/managed ?device\b/i.test(operation)) return { category: ['configuration'], type: [type] }
  return { category: ['host'], type: [type === 'access' ? 'access' : 'change'] }
})

const VERBS = { create: 'creation', delete: 'deletion', remove: 'deletion', get: 'access', patch: 'change' } as const
