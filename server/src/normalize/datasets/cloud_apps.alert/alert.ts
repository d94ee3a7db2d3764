import type { EcsEvent } from '#domain/event.ts'
import type { Step } from '#normalize/normalizer.ts'
import type { ProductRecord } from '#normalize/product-record.ts'
import { integerOf, objectsOf, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { listed, quote } from '#normalize/sentence.ts'
import { accountOf } from '#normalize/steps/account.ts'
import { fileFields } from '#normalize/steps/mail.ts'
import { addThreat } from '#normalize/steps/threat.ts'
import { addAddress, findingsOf } from '#normalize/defender/findings.ts'
import type { Findings } from '#normalize/defender/findings.ts'
import { aboutOf, setAlertMeaning } from '#normalize/defender/alert.ts'

/** What Defender for Cloud Apps found, about whom, from where, in which application. States and severities are numbers. */
export const describeAlert: Step<ProductRecord> = {
  name: 'alert',
  run(record, event) {
    const { fields: alert } = record
    const findings = findingsOf(record)
    const { fields } = findings
    findings.categories.add('intrusion_detection')
    for (const entity of objectsOf(alert.entities)) addEntity(findings, entity)
    const severity = SEVERITIES[integerOf(alert.severityValue) ?? -1]
    fields.add('event.severity', severity?.[0])
    fields.add('event.url', textOf(alert.URL))
    fields.add('event.provider', 'Microsoft Defender for Cloud Apps')
    fields.add('event.risk_score', integerOf(alert.threatScore))
    fields.add('rule.name', textOf(alert.title))
    const intents = Array.isArray(alert.intent) ? alert.intent.map((intent) => INTENTS[integerOf(intent) ?? 0]) : []
    addThreat(fields, intents, undefined)
    fields.write(event)
    setAlertMeaning(findings, event)
    setSentence(alert, severity?.[1], aboutOf(findings), event)
  },
}

/** By `severityValue`: `event.severity` and the word. */
const SEVERITIES: readonly (readonly [number, string])[] = [
  [2, 'low'],
  [3, 'medium'],
  [4, 'high'],
  [1, 'informational'],
]

/** By `resolutionStatusValue`. */
const RESOLUTIONS = ['open', 'dismissed', 'resolved', 'false positive', 'benign', 'true positive']

/** By `intent`: the tactics of MITRE ATT&CK that Defender for Cloud Apps numbers. */
const INTENTS = [
  undefined,
  'Reconnaissance',
  'InitialAccess',
  'Persistence',
  'PrivilegeEscalation',
  'DefenseEvasion',
  'CredentialAccess',
  'Discovery',
  'LateralMovement',
  'Execution',
  'Collection',
  'Exfiltration',
  'CommandAndControl',
  'Impact',
]

function addEntity(findings: Findings, entity: JsonObject): void {
  const { fields, mentioned } = findings
  const [id, label] = [textOf(entity.id), textOf(entity.label)]
  switch (textOf(entity.type)) {
    case 'account':
    case 'user': {
      const account = accountOf({ objectId: id, upn: entity.pa ?? entity.em, displayName: label })
      for (const [name, text] of Object.entries(account?.user ?? {})) fields.add(`user.${name}`, text)
      mentioned.users.push(...(account?.names ?? []))
      break
    }
    case 'ip':
      addAddress(findings, label ?? id, 'source.ip')
      break
    case 'country':
      fields.add('source.geo.country_iso_code', id?.length === 2 ? id.toUpperCase() : undefined)
      break
    case 'service':
    case 'discoveryService':
      fields.add('service.name', label)
      break
    case 'policyRule':
      fields.add('rule.id', id)
      fields.add('rule.category', textOf(entity.policyType))
      break
    case 'file':
      findings.categories.add('file')
      for (const [name, text] of Object.entries(fileFields(label))) fields.add(`file.${name}`, text)
      break
    case 'machine':
      fields.add('host.name', label?.toLowerCase())
      mentioned.hosts.push(label?.toLowerCase())
      break
  }
}

function setSentence(alert: JsonObject, severity: string | undefined, about: readonly string[], event: EcsEvent): void {
  const words = [severity, RESOLUTIONS[integerOf(alert.resolutionStatusValue) ?? -1]].filter(
    (word) => word !== undefined,
  )
  event.message = `Microsoft Defender for Cloud Apps raised ${quote(textOf(alert.title) ?? 'an alert without a title')}${
    about.length === 0 ? '' : ` about ${listed(about)}`
  }${words.length === 0 ? '' : ` (${words.join(', ')})`}.`
}
