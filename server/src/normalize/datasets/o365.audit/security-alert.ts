import { isObject, objectsOf, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { parseUser } from '#normalize/steps/user.ts'
import { quote } from '#normalize/sentence.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import type { AuditRecord } from './audit-record.ts'
import type { Subject } from './subject.ts'

/** Alerts of Microsoft's compliance and Defender policies. An alert neither succeeds nor fails: it has no outcome. */
export const securityAlert: Subject = {
  name: 'security-alert',
  recordTypes: [40, 61, 78, 90, 98],
  run(record, event) {
    const { audit } = record
    setMeaning(event, { category: ['intrusion_detection'], type: ['info'] })
    event.event.kind = 'alert'
    const severity = SEVERITIES.indexOf(textOf(audit.Severity)?.toLowerCase() ?? '')
    if (severity >= 0) event.event.severity = severity + 1
    const rule = ruleOf(audit)
    if (Object.keys(rule).length > 0) event.rule = rule
    record.mentioned.users.push(...peopleOf(audit))
    event.message = sentence(record)
  },
}

/** Microsoft's severities in order: `event.severity` 1 to 4, as Elastic numbers them. */
const SEVERITIES = ['informational', 'low', 'medium', 'high']

function ruleOf(audit: JsonObject): JsonObject {
  const rule: JsonObject = {}
  const id = textOf(audit.PolicyId)
  const name = textOf(audit.Name)
  const category = textOf(audit.Category)
  const links = objectsOf(audit.AlertLinks).flatMap((link) => textOf(link.AlertLinkHref) ?? [])
  if (id !== undefined) rule.id = id.toLowerCase()
  if (name !== undefined) rule.name = name
  if (category !== undefined) rule.category = category
  if (links.length > 0) rule.reference = links
  return rule
}

/** Fields of the alert's data that name people: entity, subject user, first three users. */
const PEOPLE = ['eid', 'suid', 'f3u', 'trc', 'tsd']

function peopleOf(audit: JsonObject): string[] {
  const data = isObject(audit.Data) ? audit.Data : {}
  return [audit.AlertEntityId, ...PEOPLE.map((field) => data[field])]
    .flatMap((value) => textOf(value)?.split(/[;,]\s*/) ?? [])
    .flatMap((value) => parseUser(value)?.email ?? [])
}

function sentence({ audit, operation }: AuditRecord): string {
  const name = textOf(audit.Name) ?? 'unnamed'
  const severity = textOf(audit.Severity)?.toLowerCase()
  const entity = parseUser(audit.AlertEntityId)?.email ?? textOf(audit.AlertEntityId)
  const state =
    operation === 'AlertUpdated' ? 'updated' : operation === 'AlertEntityGenerated' ? 'names an entity' : 'raised'
  return `Microsoft alert ${quote(name)} ${state}${entity === undefined ? '' : `: ${entity}`}${
    severity === undefined ? '' : ` (${severity})`
  }.`
}
