import { GraphError } from '#services/graph/errors.ts'
import { riskDetections, riskyUsers } from '#world/entra/risk.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { Fields } from '#services/graph/odata/filter.ts'
import type { RiskDetection, RiskyUser } from '#world/entra/risk.ts'
import type { Trace } from '#world/surface.ts'

import { actionRoutes } from './risky-user-actions.ts'
import { findInLog, listLog } from './log.ts'
import { requirePlan } from './plan.ts'
import { riskyUserRoutes } from './risky-users.ts'
import type { LogListing } from './log.ts'

/** Identity Protection: detections, users at risk, and what an administrator says about them. Wants Entra ID P2. */
const ROLES = ['IdentityRiskEvent.Read.All']

export const identityProtectionRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/identityProtection/riskDetections',
    roles: ROLES,
    returns: 'Collection(microsoft.graph.riskDetection)',
    handle: (call) => {
      requirePlan(call.tenant, 'P2')
      return listLog(call, listing(call))
    },
  },
  {
    method: 'GET',
    pattern: '/identityProtection/riskDetections/:detection',
    roles: ROLES,
    returns: 'microsoft.graph.riskDetection',
    handle: (call) => {
      requirePlan(call.tenant, 'P2')
      return findInLog(call, listing(call), call.params['detection']!)
    },
  },
  ...riskyUserRoutes,
  ...actionRoutes,
]

const PROPERTIES = ['id', 'requestId', 'correlationId', 'riskEventType', 'riskState', 'riskLevel', 'riskDetail'].concat(
  ['source', 'detectionTimingType', 'activity', 'tokenIssuerType', 'ipAddress', 'activityDateTime', 'detectedDateTime'],
  ['lastUpdatedDateTime', 'userId', 'userDisplayName', 'userPrincipalName', 'additionalInfo', 'location'],
)

const FIELDS: Fields = {
  id: 'string',
  activityDateTime: 'date',
  detectedDateTime: 'date',
  lastUpdatedDateTime: 'date',
  correlationId: 'string',
  requestId: 'string',
  ipAddress: 'string',
  riskEventType: 'string',
  riskLevel: 'string',
  riskState: 'string',
  riskDetail: 'string',
  detectionTimingType: 'string',
  source: 'string',
  userId: 'string',
  userDisplayName: 'string',
  userPrincipalName: 'string',
}

const listing = (call: Call): LogListing => ({
  path: 'identityProtection/riskDetections',
  type: 'microsoft.graph.riskDetection',
  time: 'detectedDateTime',
  properties: PROPERTIES,
  fields: FIELDS,
  keptFor: 90 * 86_400_000,
  largestPage: 500,
  usualPage: 20,
  tooLarge: (top) =>
    new GraphError(400, 'BadRequest', `Invalid page size specified: '${top}'. Must be between 1 and 500 inclusive.`),
  between: (from, to) => {
    const { tenant } = call
    const users = tenant.objects(riskyUsers)
    return tenant
      .log(riskDetections)
      .between(from, to, tenant.now)
      .map((trace) => withDecision(trace, users.find(trace.record.userId)))
  },
})

/** What an administrator decided about the user since holds for the detection too. */
export function withDecision(trace: Trace<RiskDetection>, user: RiskyUser | undefined): Trace<RiskDetection> {
  const decision = user?.history.findLast(
    ({ initiatedBy, riskLastUpdatedDateTime }) =>
      initiatedBy && riskLastUpdatedDateTime > trace.record.detectedDateTime,
  )
  if (!decision) return trace
  const { riskState, riskDetail, riskLastUpdatedDateTime } = decision
  return { ...trace, record: { ...trace.record, riskState, riskDetail, lastUpdatedDateTime: riskLastUpdatedDateTime } }
}
