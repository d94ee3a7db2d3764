import { type Detection, SEVERITIES, type Severity } from '#domain/alert.ts'
import { type EcsEvent, fieldAt } from '#domain/event.ts'

/**
 * Alerts that Microsoft's own products raise stand in the same queue as ours: what one of their alerts is, is one alert here
 * too, whatever feed brings it and however often it changes. Their states that need nobody raise nothing.
 */
export function microsoftDetection(event: EcsEvent): Detection | undefined {
  const source = SOURCES[event.event.dataset]
  if (event.event.kind !== 'alert' || source === undefined || isOperational(event)) return undefined
  const title = textAt(event, 'rule.name') ?? textAt(event, source.title ?? 'rule.name') ?? 'Microsoft alert'
  const id = source.ids.map((path) => textAt(event, path)).find((text) => text !== undefined)
  if (id === undefined || isSettled(event, source.state)) return undefined
  return {
    ruleId: `microsoft:${title.toLowerCase()}`,
    ruleTitle: title,
    severity: severityOf(event),
    attack: attackOf(event),
    groupKey: id.toLowerCase(),
    eventId: event.event.id,
    eventTime: event['@timestamp'],
    sentence: event.message,
  }
}

interface Source {
  /** Where the alert's own id is, the one that other feeds know it by first. */
  ids: readonly string[]
  state?: string
  /** Where `rule.name` is not filled. */
  title?: string
}

const SOURCES: Readonly<Record<string, Source>> = {
  'm365_defender.alert': {
    ids: ['m365_defender.alert.providerAlertId', 'm365_defender.alert.id'],
    state: 'm365_defender.alert.status',
  },
  'cloud_apps.alert': { ids: ['cloud_apps.alert._id'], state: 'cloud_apps.alert.resolutionStatusValue' },
  'defender_cloud.alert': {
    ids: ['defender_cloud.alert.name', 'defender_cloud.alert.id'],
    state: 'defender_cloud.alert.properties.status',
    title: 'defender_cloud.alert.properties.alertDisplayName',
  },
  'azure.identity_protection': {
    ids: ['azure.identityprotection.properties.id'],
    state: 'azure.identityprotection.properties.riskState',
  },
  'o365.audit': { ids: ['o365.audit.AlertId'], state: 'o365.audit.Status' },
}

/** The audit log's alerts about the flow of mail: a queue that is long, a connector that fails. Hundreds a day, and no attack. */
function isOperational(event: EcsEvent): boolean {
  return textAt(event, 'o365.audit.Category') === 'MailFlow'
}

/** States of all of them in which somebody, or Microsoft itself, has decided; 1 and 2 are Cloud Apps' dismissed and resolved. */
const SETTLED = new Set(['resolved', 'dismissed', 'closed', 'remediated', 'confirmedsafe', '1', '2'])

function isSettled(event: EcsEvent, path: string | undefined): boolean {
  return path !== undefined && SETTLED.has(String(fieldAt(event, path) ?? '').toLowerCase())
}

/** `event.severity` counts from informational, 1. */
function severityOf(event: EcsEvent): Severity {
  const number = fieldAt(event, 'event.severity')
  return (typeof number === 'number' ? SEVERITIES[number - 1] : undefined) ?? 'medium'
}

function attackOf(event: EcsEvent): string[] {
  const texts = (path: string) => [fieldAt(event, path) ?? []].flat().map((each) => String(each).toLowerCase())
  const tactics = texts('threat.tactic.name').map((name) => name.replaceAll(' ', '-'))
  return [...tactics, ...texts('threat.technique.id'), ...texts('threat.technique.subtechnique.id')]
}

function textAt(event: EcsEvent, path: string): string | undefined {
  const value = fieldAt(event, path)
  return typeof value === 'string' && value !== '' ? value : undefined
}
