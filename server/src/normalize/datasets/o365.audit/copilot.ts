import type { Meaning } from '#normalize/ecs/categories.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import { byOperation } from '#normalize/by-operation.ts'
import { isObject, objectsOf, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { count, quote, tell } from '#normalize/sentence.ts'
import { nameOf } from '#normalize/steps/user.ts'
import { urlOf } from '#normalize/steps/url.ts'
import type { AuditRecord } from './audit-record.ts'
import { meaningOfUse, wordsOf } from './operation.ts'
import { setOutcome } from './subject.ts'
import type { Subject } from './subject.ts'

/** What people ask Copilot and other AI applications, what these read to answer, and how they are set up. */
export const copilot: Subject = {
  name: 'copilot',
  recordTypes: [
    261, 310, 311, 312, 313, 314, 315, 316, 317, 318, 319, 320, 321, 322, 323, 324, 325, 328, 334, 362, 363, 373, 379,
    380, 383, 384, 454,
  ],
  workloads: ['Copilot', 'ConnectedAIApp', 'AIApp', 'SecurityCopilot'],
  run(record, event) {
    const { audit } = record
    setMeaning(event, meaningOf(record.operation))
    setOutcome(record, event)
    const data = isObject(audit.CopilotEventData) ? audit.CopilotEventData : {}
    const resources = objectsOf(data.AccessedResources)
    const only = resources.length === 1 ? resources[0] : undefined
    const name = textOf(only?.Name)
    const url = textOf(only?.SiteUrl) ?? textOf(only?.ID) ?? textOf(only?.Id) ?? urlIn(data.Contexts)
    if (name !== undefined) event.file = { name }
    if (url?.includes('://')) event.url = urlOf(url)
    const app = textOf(data.AppHost) ?? textOf(audit.AppHost)
    if (app !== undefined) event.service = { name: app }
    tell(event, sentence(record, { app, resources: resources.length, warning: warningIn(data) }))
  },
}

const meaningOf = byOperation((operation): Meaning => {
  return /Interaction/.test(operation) ? { category: ['web'], type: ['access'] } : meaningOfUse(operation)
})

function urlIn(contexts: unknown): string | undefined {
  return objectsOf(contexts)
    .map(({ Id }) => textOf(Id))
    .find((id) => id?.includes('://'))
}

/** That somebody tried to talk Copilot out of its rules, or that what it read tried to. */
function warningIn({ Messages, AccessedResources }: JsonObject): string {
  if (objectsOf(Messages).some(({ JailbreakDetected }) => JailbreakDetected === true))
    return '; Microsoft detected a jailbreak'
  const injected = objectsOf(AccessedResources).some(({ XPIADetected }) => XPIADetected === true)
  return injected ? '; Microsoft detected a prompt injection in what it read' : ''
}

interface Said {
  app: string | undefined
  resources: number
  warning: string
}

function sentence({ actor, audit, operation }: AuditRecord, { app, resources, warning }: Said): string {
  const who = nameOf(actor) ?? 'Someone'
  if (!/Interaction/.test(operation)) {
    const object = textOf(audit.Name) ?? textOf(audit.ResourceName) ?? textOf(audit.ObjectId)
    return `${who} performed "${wordsOf(operation) || 'an unnamed operation'}"${object === undefined ? '' : ` on ${quote(object)}`} in Copilot`
  }
  const agent = textOf(audit.AgentName) ?? textOf(audit.AppIdentity)
  const whom = /ConnectedAI|AIApp/.test(operation)
    ? (agent ?? 'an AI application')
    : `Copilot${app === undefined ? '' : ` in ${app}`}`
  return `${who} asked ${whom}${resources === 0 ? '' : `, which read ${count(resources, 'resource')}`}${warning}`
}
