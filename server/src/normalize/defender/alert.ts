import type { EcsEvent } from '#domain/event.ts'
import { objectsOf, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import type { EventCategory } from '#normalize/ecs/categories.ts'
import { quote } from '#normalize/sentence.ts'
import { addThreat } from '#normalize/steps/threat.ts'
import { parseUser } from '#normalize/steps/user.ts'
import { addEvidence } from './evidence.ts'
import type { Findings } from './findings.ts'

/** What an alert of Microsoft Graph (`security/alerts_v2`) and an incident's alerts say in common. */
export function addAlert(findings: Findings, alert: JsonObject): void {
  const { fields, mentioned, categories } = findings
  categories.add(MALWARE.has(textOf(alert.category)?.toLowerCase() ?? '') ? 'malware' : 'intrusion_detection')
  fields.add('event.provider', textOf(alert.serviceSource))
  fields.add('rule.id', textOf(alert.detectorId)?.toLowerCase())
  fields.add('rule.name', textOf(alert.title))
  fields.add('rule.category', textOf(alert.category))
  addThreat(fields, [alert.category, ...listOf(alert.categories)], alert.mitreTechniques)
  fields.add('threat.group.name', textOf(alert.actorDisplayName))
  fields.add('threat.software.name', textOf(alert.threatFamilyName) ?? textOf(alert.threatDisplayName))
  for (const one of listOf(alert.evidence)) addEvidence(findings, one)
  mentioned.users.push(...handlersOf(alert))
  if (ACCOUNT.every((name) => fields.at(`user.${name}`).length === 0)) {
    for (const name of ACCOUNT) fields.add(`user.${name}`, ...fields.at(`process.user.${name}`))
  }
}

/** Whoever ran the process did it, where no other account is named. */
const ACCOUNT = ['id', 'name', 'domain', 'email', 'full_name']

/** Microsoft's categories that are about malicious software. */
const MALWARE = new Set(['malware', 'ransomware'])

/** Who works on an alert or an incident: the one it is assigned to, and who commented. */
export function handlersOf({ assignedTo, comments }: JsonObject): (string | undefined)[] {
  const commenters = objectsOf(comments).flatMap(({ createdByDisplayName, createdBy }) => [
    createdByDisplayName,
    createdBy,
  ])
  return [assignedTo, ...commenters].map((name) => parseUser(name)?.email)
}

/** An alert neither succeeds nor fails: it has no outcome. */
export function setAlertMeaning({ categories }: Findings, event: EcsEvent): void {
  event.event.kind = 'alert'
  const category: EventCategory[] = [...categories].sort()
  setMeaning(event, { category, type: ['info'] })
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : []
}

/** " about a, b and 3 more": whom and what the findings name, the most telling first. */
export function aboutOf({ fields }: Findings): string[] {
  const quoted = QUOTED.flatMap((path) => fields.at(path).map((name) => quote(String(name))))
  return [...PLAIN.flatMap((path) => fields.at(path).map(String)), ...quoted]
}

const PLAIN = ['user.email', 'host.name']
const QUOTED = ['email.subject', 'file.name', 'service.name']
