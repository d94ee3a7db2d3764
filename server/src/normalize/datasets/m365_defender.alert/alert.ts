import type { EcsEvent } from '#domain/event.ts'
import type { Step } from '#normalize/normalizer.ts'
import type { ProductRecord } from '#normalize/product-record.ts'
import { textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { listed, quote, spaced } from '#normalize/sentence.ts'
import { parseMoment } from '#normalize/steps/moment.ts'
import { parseSeverity } from '#normalize/steps/severity.ts'
import { aboutOf, addAlert, setAlertMeaning } from '#normalize/defender/alert.ts'
import { findingsOf } from '#normalize/defender/findings.ts'

/** What was found, by which product, and all that the evidence names. */
export const describeAlert: Step<ProductRecord> = {
  name: 'alert',
  run(record, event) {
    const { fields: alert } = record
    const findings = findingsOf(record)
    addAlert(findings, alert)
    setTimes(alert, event)
    findings.fields.add('event.severity', parseSeverity(alert.severity))
    findings.fields.add('event.url', textOf(alert.alertWebUrl))
    findings.fields.add('organization.id', textOf(alert.tenantId)?.toLowerCase())
    findings.fields.write(event)
    setAlertMeaning(findings, event)
    event.message = sentence(alert, aboutOf(findings))
  },
}

/** `event.duration` is in nanoseconds. */
function setTimes(alert: JsonObject, event: EcsEvent): void {
  const [created, start, end] = [
    parseMoment(alert.createdDateTime),
    parseMoment(alert.firstActivityDateTime),
    parseMoment(alert.lastActivityDateTime),
  ]
  if (created !== undefined) event.event.created = created
  if (start !== undefined) event.event.start = start
  if (end !== undefined) event.event.end = end
  if (start !== undefined && end !== undefined && start <= end) {
    const nanoseconds = (Date.parse(end) - Date.parse(start)) * 1_000_000
    if (Number.isSafeInteger(nanoseconds)) event.event.duration = nanoseconds
  }
}

const STATES: Readonly<Record<string, string>> = { new: 'new', inprogress: 'in progress', resolved: 'resolved' }

function sentence(alert: JsonObject, about: readonly string[]): string {
  const product = textOf(alert.productName) ?? textOf(alert.serviceSource) ?? 'Microsoft Defender XDR'
  const status = textOf(alert.status)
  const words = [textOf(alert.severity), status === undefined ? undefined : (STATES[status.toLowerCase()] ?? status)]
  const told = words.filter((word) => word !== undefined)
  const judged = textOf(alert.classification)
  return `${product} raised ${quote(textOf(alert.title) ?? 'an alert without a title')}${
    about.length === 0 ? '' : ` about ${listed(about)}`
  }${told.length === 0 ? '' : ` (${told.join(', ')}${judged === undefined ? '' : `: ${spaced(judged)}`})`}.`
}
