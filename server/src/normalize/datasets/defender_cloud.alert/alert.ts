import type { EcsEvent } from '#domain/event.ts'
import { RecordFault } from '#normalize/normalizer.ts'
import type { Step } from '#normalize/normalizer.ts'
import type { ProductRecord } from '#normalize/product-record.ts'
import { isObject, objectsOf, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { listed, quote } from '#normalize/sentence.ts'
import { parseMoment } from '#normalize/steps/moment.ts'
import { parseSeverity } from '#normalize/steps/severity.ts'
import { addThreat } from '#normalize/steps/threat.ts'
import { aboutOf, setAlertMeaning } from '#normalize/defender/alert.ts'
import { findingsOf } from '#normalize/defender/findings.ts'
import type { Findings } from '#normalize/defender/findings.ts'
import { addEntities } from './entity.ts'

/** What Defender for Cloud found, on which resource, and all that its entities name. */
export const describeAlert: Step<ProductRecord> = {
  name: 'alert',
  run(record, event) {
    const alert = record.fields.properties
    if (!isObject(alert)) throw new RecordFault('The record has no properties: the alert lies in them.')
    const findings = findingsOf(record)
    const { fields } = findings
    findings.categories.add('intrusion_detection')
    fields.add('event.action', textOf(alert.alertType))
    fields.add('event.provider', textOf(alert.productName) ?? PRODUCT)
    fields.add('event.severity', parseSeverity(alert.severity))
    fields.add('event.url', textOf(alert.alertUri))
    fields.add('event.created', parseMoment(alert.timeGeneratedUtc))
    fields.add('event.start', parseMoment(alert.startTimeUtc))
    fields.add('event.end', parseMoment(alert.endTimeUtc))
    fields.add('rule.id', textOf(alert.alertType))
    fields.add('rule.name', textOf(alert.alertDisplayName))
    fields.add('rule.category', textOf(alert.productComponentName))
    addThreat(fields, alert.intent, [...listOf(alert.techniques), ...listOf(alert.subTechniques)])
    addResource(findings, record.fields, alert)
    addEntities(findings, objectsOf(alert.entities))
    fields.write(event)
    setAlertMeaning(findings, event)
    setSentence(alert, aboutOf(findings), event)
  },
}

const PRODUCT = 'Microsoft Defender for Cloud'

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : []
}

const SUBSCRIPTION = /\/subscriptions\/([^/]+)/i
const MACHINE = /\/Microsoft\.(?:Compute|HybridCompute|ClassicCompute)\/(?:virtualMachines|machines)\/([^/]+)/i

/** The subscription, and the machine where the resource is one. */
function addResource({ fields, mentioned }: Findings, record: JsonObject, alert: JsonObject): void {
  const ids = objectsOf(alert.resourceIdentifiers).map(({ azureResourceId }) => textOf(azureResourceId))
  const resources = [...ids, textOf(record.id)].filter((id) => id !== undefined)
  fields.add('cloud.provider', 'azure')
  for (const id of resources) fields.add('cloud.account.id', SUBSCRIPTION.exec(id)?.[1]?.toLowerCase())
  for (const id of resources) {
    const machine = MACHINE.exec(id)?.[1]?.toLowerCase()
    fields.add('host.name', machine)
    mentioned.hosts.push(machine)
  }
}

function setSentence(alert: JsonObject, about: readonly string[], event: EcsEvent): void {
  const words = [alert.severity, alert.status].flatMap((word) => textOf(word)?.toLowerCase() ?? [])
  const entity = textOf(alert.compromisedEntity)
  const named = [...new Set([...(entity === undefined ? [] : [entity.toLowerCase()]), ...about])]
  event.message = `${PRODUCT} raised ${quote(textOf(alert.alertDisplayName) ?? textOf(alert.alertType) ?? 'an alert without a title')}${
    named.length === 0 ? '' : ` about ${listed(named)}`
  }${words.length === 0 ? '' : ` (${words.join(', ')})`}.`
}
