import { shownMember } from '#services/graph/odata/evolvable.ts'
import { badRequest, notImplemented } from '#services/graph/errors.ts'
import { readJson } from '#services/graph/json.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { Fields } from '#services/graph/odata/filter.ts'
import type { IncidentChange } from '#world/security/alerts.ts'
import type { Reply } from '#http/exchange.ts'

import { CLASSIFICATIONS, DETERMINATIONS, INCIDENT_STATUSES, SEVERITIES } from './judgement.ts'
import { changeIncident, commentIncident, findIncident, incidentStates } from './alert-state.ts'
import { commentList, commenter, readComment, shapeAlert, shapeComments } from './alerts.ts'
import { entity, listPage, moment, noResource } from './listing.ts'
import { incidentStatus } from './evolvable.ts'
import { memberOf, orNull, readChanges, text, texts } from './judgement.ts'
import type { AlertState, IncidentState } from './alert-state.ts'
import type { Listing } from './listing.ts'
import type { Reader } from './judgement.ts'

/** Incidents: alerts of one attack. List, one, change, comment, each with its alerts where asked for. */

const READ = ['SecurityIncident.Read.All', 'SecurityIncident.ReadWrite.All']
const WRITE = ['SecurityIncident.ReadWrite.All']
const TYPE = 'microsoft.graph.security.incident'
const PATH = 'security/incidents'
const ONE = '/security/incidents/:incident'

export const incidentRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/security/incidents', roles: READ, returns: `Collection(${TYPE})`, handle: listIncidents },
  { method: 'GET', pattern: ONE, roles: READ, returns: TYPE, handle: (call) => shown(call, incidentOf(call)) },
  { method: 'PATCH', pattern: ONE, roles: WRITE, returns: TYPE, handle: updateIncident },
  {
    method: 'POST',
    pattern: `${ONE}/comments`,
    roles: WRITE,
    returns: 'Collection(microsoft.graph.security.alertComment)',
    handle: addComment,
  },
]

const FIELDS: Fields = {
  assignedTo: 'string',
  classification: 'string',
  createdDateTime: 'date',
  determination: 'string',
  lastUpdateDateTime: 'date',
  severity: 'string',
  status: 'string',
}

const PROPERTIES = ['id', 'incidentWebUrl', 'tenantId', 'redirectIncidentId', 'displayName', 'createdDateTime'].concat(
  ['lastUpdateDateTime', 'assignedTo', 'classification', 'determination', 'status', 'severity', 'customTags'],
  ['systemTags', 'description', 'lastModifiedBy', 'resolvingComment', 'summary', 'priorityScore', 'comments', 'alerts'],
)

const listing = (call: Call): Listing<IncidentState> => ({
  path: PATH,
  type: TYPE,
  fields: FIELDS,
  properties: PROPERTIES,
  usualPage: 50,
  largestPage: 50,
  options: ['$expand'],
  shape: shaper(call),
})

function listIncidents(call: Call): Reply {
  return listPage(call, listing(call), incidentStates(call.tenant))
}

function incidentOf(call: Call): IncidentState {
  const id = call.params['incident']!
  const found = findIncident(call.tenant, id)
  if (!found) throw noResource(id)
  return found
}

const shown = (call: Call, incident: IncidentState): Reply =>
  entity(call, listing(call), shaper(call)(incident), ['$expand'])

const CHANGES: Record<string, Reader> = {
  assignedTo: orNull(text),
  classification: orNull(memberOf(CLASSIFICATIONS)),
  customTags: texts,
  description: orNull(text),
  determination: orNull(memberOf(DETERMINATIONS)),
  displayName: text,
  resolvingComment: orNull(text),
  severity: memberOf(SEVERITIES),
  status: memberOf(INCIDENT_STATUSES),
  summary: orNull(text),
}

function updateIncident(call: Call): Reply {
  const incident = incidentOf(call)
  const changes = readChanges(readJson(call.request), CHANGES, TYPE) as IncidentChange
  changeIncident(call.tenant, incident, { ...changes, by: commenter(call) })
  return shown(call, incidentOf(call))
}

function addComment(call: Call): Reply {
  const { id } = incidentOf(call)
  commentIncident(call.tenant, id, readComment(call), commenter(call))
  return commentList(call, `${PATH}('${id}')/comments`, incidentOf(call).comments)
}

/** Shows an incident, with its alerts where `$expand=alerts` asks for them. */
function shaper(call: Call): (incident: IncidentState) => Record<string, unknown> {
  const expand = call.request.query.get('$expand')
  if (expand !== undefined && /[(]/.test(expand)) throw notImplemented('query options inside $expand')
  if (expand !== undefined && expand.trim().toLowerCase() !== 'alerts')
    throw badRequest(`Could not find a property named '${expand}' on type '${TYPE}'.`)
  return (incident) => ({
    ...shapeIncident(call, incident),
    ...(expand === undefined ? {} : { alerts: incident.alerts.map((alert) => shapeAlert(call, alert)) }),
  })
}

function shapeIncident(call: Call, { id, alerts, set, ...state }: IncidentState): Record<string, unknown> {
  const { tenantId } = call.tenant.world
  const severity = set.severity ?? highest(alerts)
  return {
    id,
    incidentWebUrl: `https://security.microsoft.com/incident2/${id}/overview?tid=${tenantId}`,
    tenantId,
    redirectIncidentId: null,
    displayName: set.displayName ?? nameOf(alerts),
    createdDateTime: moment(state.createdAt),
    lastUpdateDateTime: moment(state.updatedAt),
    assignedTo: set.assignedTo ?? null,
    classification: set.classification ?? 'unknown',
    determination: set.determination ?? 'unknown',
    status: shownMember(call, incidentStatus, set.status ?? statusOf(alerts)),
    severity,
    customTags: set.customTags ?? [],
    systemTags: [],
    description: set.description ?? null,
    lastModifiedBy: set.by ?? 'Microsoft 365 Defender-AlertCorrelation',
    resolvingComment: set.resolvingComment ?? null,
    summary: set.summary ?? null,
    priorityScore: PRIORITIES[severity] ?? 0,
    comments: shapeComments(state.comments),
  }
}

const PRIORITIES: Record<string, number> = { informational: 5, low: 20, medium: 50, high: 85 }

const highest = (alerts: readonly AlertState[]): string =>
  SEVERITIES.findLast((severity) => alerts.some(({ alert }) => alert.severity === severity)) ?? 'informational'

/** Of one alert its title; of more, what the scenario calls it. */
const nameOf = (alerts: readonly AlertState[]): string =>
  alerts.length === 1 ? alerts[0]!.alert.title : alerts[0]!.alert.incidentName

/** An incident whose alerts are all settled is settled. */
const statusOf = (alerts: readonly AlertState[]): string =>
  alerts.every(({ set }) => set.status === 'resolved') ? 'resolved' : 'active'
