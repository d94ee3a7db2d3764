import type { LogRecord } from '#normalize/azure/log-record.ts'
import { byOperation } from '#normalize/by-operation.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import type { EventCategory, EventType, Meaning } from '#normalize/ecs/categories.ts'
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

/** `Microsoft.Authorization/roleAssignments/write`: who may do what is Microsoft.Authorization's, all else is configuration. */
const meaningOf = byOperation((operation): Meaning => {
  const segments = operation.toLowerCase().split('/')
  const [verb, deed] = segments.at(-1) === 'action' ? ['action', segments.at(-2)] : [segments.at(-1), undefined]
  const change = CHANGES.get(verb ?? '') ?? (READS.test(deed ?? '') ? 'access' : 'change')
  const category: EventCategory =
    segments[0] === 'microsoft.authorization' && !segments.includes('policies') ? 'iam' : 'configuration'
  if (category === 'configuration') return { category: [category], type: [change] }
  return { category: [category], type: ['admin', change === 'access' ? 'info' : change] }
})

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
