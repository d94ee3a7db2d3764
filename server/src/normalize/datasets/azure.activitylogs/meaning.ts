import type { LogRecord } from '#normalize/azure/log-record.ts'
import { byOperation } from '#normalize/by-operation.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import type { EventType, Meaning } from '#normalize/ecs/categories.ts'
import { isObject, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import type { Step } from '#normalize/normalizer.ts'
import { parseOutcome } from '#normalize/steps/outcome.ts'

/** What kind of thing it was, and how it ended. What only began has no end yet. */
export const meaning: Step<LogRecord> = {
  name: 'meaning',
  run({ envelope, properties }, event) {
    const category = textOf(envelope.category)?.toLowerCase() ?? ''
    if (category === 'security') {
      event.event.kind = 'alert'
      setMeaning(event, { category: ['intrusion_detection'], type: ['info'] })
      return
    }
    if (INFORMATION.has(category)) {
      setMeaning(event, { category: ['configuration'], type: ['info'] })
      return
    }
    setMeaning(event, meaningOf(textOf(envelope.operationName) ?? ''))
    event.event.outcome = parseOutcome(envelope.resultType)
    const reason = reasonIn(properties) ?? textOf(envelope.resultDescription)
    if (reason !== undefined && event.event.outcome === 'failure') event.event.reason = reason
  },
}

/** Categories in which Azure tells what it noticed; nobody did anything. */
const INFORMATION = new Set(['servicehealth', 'resourcehealth', 'recommendation', 'autoscale', 'alert'])

/** Of `Microsoft.Authorization/roleAssignments/write` the last part says the deed; who may do what is `iam`, all else configuration. */
const meaningOf = byOperation((operation): Meaning => {
  const parts = operation.toLowerCase().split('/')
  const deed = parts.at(-1) === 'action' ? parts.at(-2) : parts.at(-1)
  const change = CHANGES.get(deed ?? '') ?? (READS.test(deed ?? '') ? 'access' : 'change')
  const isAboutRoles = parts[0] === 'microsoft.authorization' && ROLES.test(parts[1] ?? '')
  if (!isAboutRoles) return { category: ['configuration'], type: [change] }
  return { category: ['iam'], type: ['admin', change === 'access' ? 'info' : change] }
})

const ROLES = /^(?:role|elevateaccess|denyassignment|classicadministrator)/

/** `write` creates as well as changes, and the record does not say which. */
const CHANGES: ReadonlyMap<string, EventType> = new Map([
  ['write', 'change'],
  ['delete', 'deletion'],
  ['read', 'access'],
])

/** Actions that give something away and change nothing: keys, tokens, backups. */
const READS = /^(?:list|get|read|export|download|backup|query|search|validate|check|generate)/

/** Why it failed: the error that the resource provider answered with. */
function reasonIn({ statusMessage }: JsonObject): string | undefined {
  if (!isObject(statusMessage)) return textOf(statusMessage)
  const error = isObject(statusMessage.error) ? statusMessage.error : statusMessage
  const parts = [textOf(error.code), textOf(error.message)].filter((part) => part !== undefined)
  return parts.length === 0 ? undefined : parts.join(': ')
}
