import { shownMember } from '#services/graph/odata/evolvable.ts'
import { badRequest } from '#services/graph/errors.ts'
import { createdDateTimeOf } from '#world/security/alert.ts'
import { readJson } from '#services/graph/json.ts'
import type { AlertChange } from '#world/security/alert.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { Fields } from '#services/graph/odata/filter.ts'
import type { Reply } from '#http/exchange.ts'

import { ALERT_STATUSES, CLASSIFICATIONS, DETERMINATIONS } from './judgement.ts'
import { alertStates, changeAlert, commentAlert, findAlert } from './alert-state.ts'
import { entity, listPage, moment, noResource } from './listing.ts'
import { detectionSource, remediationStatus, serviceSource } from './evolvable.ts'
import { memberOf, object, orNull, readChanges, text } from './judgement.ts'
import type { AlertState } from './alert-state.ts'
import type { Listing } from './listing.ts'
import type { Reader } from './judgement.ts'

/** Alerts of all Defender products: list, one, change, comment. */

const READ = ['SecurityAlert.Read.All', 'SecurityAlert.ReadWrite.All']
const WRITE = ['SecurityAlert.ReadWrite.All']
const TYPE = 'microsoft.graph.security.alert'
const PATH = 'security/alerts_v2'
const ONE = '/security/alerts_v2/:alert'

export const alertRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/security/alerts_v2', roles: READ, returns: `Collection(${TYPE})`, handle: listAlerts },
  { method: 'GET', pattern: ONE, roles: READ, returns: TYPE, handle: (call) => shown(call, alertOf(call)) },
  { method: 'PATCH', pattern: ONE, roles: WRITE, returns: TYPE, handle: updateAlert },
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
  determination: 'string',
  createdDateTime: 'date',
  lastUpdateDateTime: 'date',
  severity: 'string',
  serviceSource: 'string',
  status: 'string',
}

const PROPERTIES = [
  'id',
  'providerAlertId',
  'incidentId',
  'status',
  'severity',
  'classification',
  'determination',
].concat(
  ['serviceSource', 'detectionSource', 'productName', 'detectorId', 'tenantId', 'title', 'description'],
  ['recommendedActions', 'category', 'categories', 'assignedTo', 'alertWebUrl', 'incidentWebUrl', 'actorDisplayName'],
  ['threatDisplayName', 'threatFamilyName', 'mitreTechniques', 'createdDateTime', 'lastUpdateDateTime'],
  ['resolvedDateTime', 'firstActivityDateTime', 'lastActivityDateTime', 'systemTags', 'alertPolicyId'],
  ['investigationState', 'additionalData', 'customDetails', 'comments', 'evidence'],
)

const listing = (call: Call): Listing<AlertState> => ({
  path: PATH,
  type: TYPE,
  fields: FIELDS,
  properties: PROPERTIES,
  usualPage: 100,
  largestPage: 2000,
  options: ['$orderby'],
  shape: (alert) => shapeAlert(call, alert),
})

function listAlerts(call: Call): Reply {
  const order = call.request.query.get('$orderby')
  const ascending = order !== undefined && readOrder(order)
  const all = alertStates(call.tenant)
  return listPage(call, listing(call), ascending ? all.toReversed() : all)
}

/** True for oldest first. */
function readOrder(order: string): boolean {
  const found = /^\s*createdDateTime(?:\s+(asc|desc))?\s*$/i.exec(order)
  if (!found) throw badRequest(`The query specified in the URI is not valid. Sorting by '${order}' is not supported.`)
  return found[1]?.toLowerCase() !== 'desc'
}

function alertOf(call: Call): AlertState {
  const id = call.params['alert']!
  const found = findAlert(call.tenant, id)
  if (!found) throw noResource(id)
  return found
}

const shown = (call: Call, alert: AlertState): Reply => entity(call, listing(call), shapeAlert(call, alert))

const CHANGES: Record<string, Reader> = {
  status: memberOf(ALERT_STATUSES),
  classification: orNull(memberOf(CLASSIFICATIONS)),
  determination: orNull(memberOf(DETERMINATIONS)),
  assignedTo: orNull(text),
  customDetails: orNull(object),
}

function updateAlert(call: Call): Reply {
  const { id } = alertOf(call)
  changeAlert(call.tenant, id, readChanges(readJson(call.request), CHANGES, TYPE) as AlertChange)
  return shown(call, alertOf(call))
}

function addComment(call: Call): Reply {
  const { id } = alertOf(call)
  commentAlert(call.tenant, id, readComment(call), commenter(call))
  return commentList(call, `${PATH}('${id}')/comments`, alertOf(call).comments)
}

/** @throws GraphError BadRequest where there is no comment. */
export function readComment(call: Call): string {
  const { comment } = readJson(call.request)
  if (typeof comment !== 'string' || comment.trim() === '') throw badRequest('The property comment is required.')
  return comment
}

/** How an application is called that acts in its own name. */
export const commenter = ({ tenant, appId }: Call): string =>
  `API-App:${tenant.applications.find(({ clientId }) => clientId === appId)?.name ?? appId}`

type Comments = AlertState['comments']

export const shapeComments = (comments: Comments) =>
  comments.map(({ at, comment, by }) => ({ comment, createdByDisplayName: by, createdDateTime: moment(at) }))

/** All comments, as the service answers a new one. */
export const commentList = (call: Call, path: string, comments: Comments): Reply => ({
  status: 200,
  body: { '@odata.context': `${call.root}/$metadata#${path}`, value: shapeComments(comments) },
})

/** What a caller sees of an alert. */
export function shapeAlert(call: Call, state: AlertState): Record<string, unknown> {
  const { id, alert, set, evidence } = state
  const { tenantId } = call.tenant.world
  const createdDateTime = createdDateTimeOf(id)
  return {
    id,
    providerAlertId: id.slice('da'.length),
    incidentId: alert.incidentId,
    status: set.status,
    severity: alert.severity,
    classification: set.classification ?? null,
    determination: set.determination ?? null,
    serviceSource: shownMember(call, serviceSource, alert.product.service),
    detectionSource: shownMember(call, detectionSource, alert.product.detection),
    productName: alert.product.name,
    detectorId: alert.detectorId,
    tenantId,
    title: alert.title,
    description: alert.description,
    recommendedActions: alert.recommendedActions,
    category: alert.category,
    categories: [alert.category],
    assignedTo: set.assignedTo ?? null,
    alertWebUrl: `https://security.microsoft.com/alerts/${id}?tid=${tenantId}`,
    incidentWebUrl: `https://security.microsoft.com/incident2/${alert.incidentId}/overview?tid=${tenantId}`,
    actorDisplayName: alert.actorDisplayName,
    threatDisplayName: alert.threatDisplayName,
    threatFamilyName: alert.threatFamilyName,
    mitreTechniques: alert.mitreTechniques,
    createdDateTime,
    lastUpdateDateTime: moment(state.updatedAt),
    resolvedDateTime: state.resolvedAt === null ? null : moment(state.resolvedAt),
    firstActivityDateTime: moment(alert.firstActivityAt),
    lastActivityDateTime: moment(alert.lastActivityAt),
    systemTags: alert.systemTags,
    alertPolicyId: alert.alertPolicyId,
    investigationState: set.investigationState ?? null,
    additionalData: null,
    customDetails: set.customDetails ?? null,
    comments: shapeComments(state.comments),
    evidence: evidence.map(({ '@odata.type': type, ...rest }) => ({
      '@odata.type': type,
      createdDateTime,
      ...rest,
      remediationStatus: shownMember(call, remediationStatus, rest.remediationStatus),
    })),
  }
}
