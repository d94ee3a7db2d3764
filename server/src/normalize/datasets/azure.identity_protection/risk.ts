import type { EcsEvent } from '#domain/event.ts'
import { stableId } from '#domain/ids.ts'
import type { LogRecord } from '#normalize/azure/log-record.ts'
import { placeName, placeOf } from '#normalize/azure/place.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import { isObject, textOf } from '#normalize/json.ts'
import type { Step } from '#normalize/normalizer.ts'
import { quote } from '#normalize/sentence.ts'
import { parseSeverity } from '#normalize/steps/severity.ts'
import { parseTime } from '#normalize/steps/time.ts'
import { nameOf } from '#normalize/steps/user.ts'
import type { UserFields } from '#normalize/steps/user.ts'

/** A detection has a type of risk; who is at risk has only a level. */
export const riskOf = (record: LogRecord): Step<LogRecord> => (typeOf(record) === undefined ? riskyUser : riskDetection)

/** A sign-in or another deed that looked as if somebody else did it. An alert neither succeeds nor fails: no outcome. */
const riskDetection: Step<LogRecord> = {
  name: 'risk-detection',
  run(record, event) {
    const { properties } = record
    const type = typeOf(record) ?? ''
    begin(record, event, 'User Risk Detection', type)
    event.event.kind = 'alert'
    setMeaning(event, { category: ['intrusion_detection'], type: ['info'] })
    event.rule = { id: type, name: type }
    const start = parseTime(properties.activityDateTime)
    const created = parseTime(properties.detectedDateTime)
    if (start !== undefined) event.event.start = start
    if (created !== undefined) event.event.created = created
    const from = isObject(event.source) ? textOf(event.source.ip) : undefined
    const place = placeName(placeOf(properties.location))
    const where = [from, place && `(${place})`].filter((part) => part !== undefined).join(' ')
    const what = `${risk(record)} risk ${quote(type)} detected for ${whom(event)}`
    event.message = `${what}${where === '' ? '' : ` from ${where}`}; ${standing(record)}.`
  },
}

/** Who is at risk, or no more. */
const riskyUser: Step<LogRecord> = {
  name: 'risky-user',
  run(record, event) {
    begin(record, event, 'Risky user', undefined)
    event.event.kind = 'state'
    setMeaning(event, { category: ['iam'], type: ['user', 'info'] })
    const atRisk = textOf(record.properties.riskState) === 'atRisk' ? `${risk(record).toLowerCase()} risk, ` : ''
    event.message = `${whom(event)}: ${atRisk}${standing(record)}.`
  },
}

function begin(record: LogRecord, event: EcsEvent, action: string, code: string | undefined): void {
  const { properties, envelope, text } = record
  const id = textOf(properties.id)
  event.event.id = id === undefined ? stableId(text) : stableId(action, id, event['@timestamp'], stateOf(record))
  event.event.action = textOf(envelope.operationName) ?? action
  event.event.provider = textOf(properties.source) ?? 'IdentityProtection'
  if (code !== undefined) event.event.code = code
  const severity = parseSeverity(properties.riskLevel)
  if (severity !== undefined) event.event.severity = severity
  const detail = detailOf(record)
  if (detail !== undefined) event.event.reason = detail
}

function typeOf({ properties }: LogRecord): string | undefined {
  return textOf(properties.riskEventType) ?? textOf(properties.riskType)
}

function stateOf({ properties }: LogRecord): string {
  return `${textOf(properties.riskState) ?? ''} ${textOf(properties.riskLevel) ?? ''} ${textOf(properties.riskDetail) ?? ''}`
}

function detailOf({ properties }: LogRecord): string | undefined {
  const detail = textOf(properties.riskDetail)
  return detail === 'none' || detail === 'hidden' ? undefined : detail
}

function risk({ properties }: LogRecord): string {
  const level = textOf(properties.riskLevel) ?? 'unknown'
  return level === 'hidden' ? 'Hidden' : `${level.charAt(0).toUpperCase()}${level.slice(1)}`
}

function whom(event: EcsEvent): string {
  return nameOf(isObject(event.user) ? (event.user as unknown as UserFields) : undefined) ?? 'Somebody'
}

/** "at risk", "remediated: userPassedMFADrivenByRiskBasedPolicy" */
function standing(record: LogRecord): string {
  const state = textOf(record.properties.riskState) ?? 'none'
  const detail = detailOf(record)
  return `${STATES.get(state) ?? state}${detail === undefined ? '' : `: ${detail}`}`
}

/** Graph's `riskState`. */
const STATES: ReadonlyMap<string, string> = new Map([
  ['none', 'not at risk'],
  ['atRisk', 'at risk'],
  ['confirmedSafe', 'confirmed safe'],
  ['confirmedCompromised', 'confirmed compromised'],
])
