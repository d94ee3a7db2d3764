import type { Step } from '#normalize/normalizer.ts'
import type { ProductRecord } from '#normalize/product-record.ts'
import { isObject, objectsOf, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { count, listed, quote } from '#normalize/sentence.ts'
import { parseMoment } from '#normalize/steps/moment.ts'
import { parseSeverity } from '#normalize/steps/severity.ts'
import { aboutOf, addAlert, handlersOf, setAlertMeaning } from '#normalize/defender/alert.ts'
import { findingsOf } from '#normalize/defender/findings.ts'

/** One attack, with all that its alerts name where they came with it. */
export const describeIncident: Step<ProductRecord> = {
  name: 'incident',
  run(record, event) {
    const { fields: incident, mentioned } = record
    const findings = findingsOf(record)
    const alerts = isObject(incident.alerts) ? [incident.alerts] : objectsOf(incident.alerts)
    for (const alert of alerts) addAlert(findings, alert)
    if (alerts.length === 0) findings.categories.add('intrusion_detection')
    mentioned.users.push(...handlersOf(incident))
    findings.fields.add('event.created', parseMoment(incident.createdDateTime))
    findings.fields.add('event.severity', parseSeverity(incident.severity))
    findings.fields.add('event.url', textOf(incident.incidentWebUrl))
    findings.fields.add('organization.id', textOf(incident.tenantId)?.toLowerCase())
    findings.fields.write(event)
    setAlertMeaning(findings, event)
    event.message = sentence(incident, alerts.length, aboutOf(findings))
  },
}

const STATES: Readonly<Record<string, string>> = {
  inprogress: 'in progress',
  awaitingaction: 'awaiting action',
  redirected: 'merged into another',
}

function sentence(incident: JsonObject, alerts: number, about: readonly string[]): string {
  const status = textOf(incident.status)?.toLowerCase()
  const merged = status === 'redirected' ? textOf(incident.redirectIncidentId) : undefined
  const state = merged === undefined ? (STATES[status ?? ''] ?? status) : `merged into incident ${merged}`
  const words = [textOf(incident.severity), state, alerts === 0 ? undefined : count(alerts, 'alert')]
  const told = words.filter((word) => word !== undefined)
  return `Incident ${quote(textOf(incident.displayName) ?? textOf(incident.id) ?? 'without a name')}${
    about.length === 0 ? '' : ` about ${listed(about)}`
  }${told.length === 0 ? '' : ` (${told.join(', ')})`}.`
}
