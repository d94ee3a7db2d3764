import { GraphError } from '#services/graph/errors.ts'
import { SIGN_INS } from '#world/entra/sign-ins.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { Fields, Filter } from '#services/graph/odata/filter.ts'
import type { Reply } from '#http/exchange.ts'
import type { SignInKind } from '#world/entra/sign-in-record.ts'

import { findInLog, listLog } from './log.ts'
import { requirePlan, retentionOf } from './plan.ts'
import type { LogListing } from './log.ts'

/**
 * The sign-in log. v1.0 shows interactive sign-ins of users; beta shows the other three kinds as well, to whoever asks for
 * one with `signInEventTypes/any(t: t eq 'servicePrincipal')`, and more of each.
 */
const ROLES = ['AuditLog.Read.All']

export const signInRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/auditLogs/signIns',
    roles: ROLES,
    returns: 'Collection(microsoft.graph.signIn)',
    handle: (call) => listSignIns(call),
  },
  {
    method: 'GET',
    pattern: '/auditLogs/signIns/:signIn',
    roles: ROLES,
    returns: 'microsoft.graph.signIn',
    handle: (call) => getSignIn(call),
  },
]

const PROPERTIES = ['id', 'createdDateTime', 'userDisplayName', 'userPrincipalName', 'userId'].concat(
  ['appId', 'appDisplayName', 'ipAddress', 'clientAppUsed', 'userAgent', 'correlationId', 'conditionalAccessStatus'],
  ['isInteractive', 'riskDetail', 'riskLevelAggregated', 'riskLevelDuringSignIn', 'riskState', 'riskEventTypes'],
  ['riskEventTypes_v2', 'resourceDisplayName', 'resourceId', 'resourceTenantId', 'homeTenantId', 'servicePrincipalId'],
  ['servicePrincipalName', 'status', 'deviceDetail', 'location', 'appliedConditionalAccessPolicies'],
  ['authenticationAppDeviceDetails'],
)

const BETA_PROPERTIES = PROPERTIES.concat(
  ['signInEventTypes', 'uniqueTokenIdentifier', 'sessionId', 'userType', 'originalRequestId', 'homeTenantName'],
  ['authenticationDetails', 'authenticationRequirement', 'authenticationProcessingDetails', 'mfaDetail'],
  ['authenticationContextClassReferences', 'incomingTokenType', 'tokenIssuerType', 'tokenIssuerName'],
  ['crossTenantAccessType', 'isTenantRestricted', 'flaggedForReview', 'autonomousSystemNumber'],
  ['processingTimeInMilliseconds', 'networkLocationDetails', 'conditionalAccessAudiences', 'sessionLifetimePolicies'],
  ['clientCredentialType', 'servicePrincipalCredentialKeyId'],
)

const FIELDS: Fields = {
  id: 'string',
  createdDateTime: 'date',
  userId: 'string',
  userPrincipalName: 'string',
  userDisplayName: 'string',
  appId: 'string',
  appDisplayName: 'string',
  ipAddress: 'string',
  clientAppUsed: 'string',
  correlationId: 'string',
  conditionalAccessStatus: 'string',
  isInteractive: 'boolean',
  resourceId: 'string',
  resourceDisplayName: 'string',
  riskDetail: 'string',
  riskLevelAggregated: 'string',
  riskLevelDuringSignIn: 'string',
  riskState: 'string',
  riskEventTypes: 'strings',
  riskEventTypes_v2: 'strings',
  servicePrincipalId: 'string',
  servicePrincipalName: 'string',
  userAgent: 'string',
  'status/errorCode': 'number',
  'location/city': 'string',
  'location/state': 'string',
  'location/countryOrRegion': 'string',
  'deviceDetail/browser': 'string',
  'deviceDetail/operatingSystem': 'string',
}

const BETA_FIELDS: Fields = {
  ...FIELDS,
  signInEventTypes: 'strings',
  uniqueTokenIdentifier: 'string',
  authenticationRequirement: 'string',
  sessionId: 'string',
  userType: 'string',
}

function listSignIns(call: Call): Reply {
  requirePlan(call.tenant, 'P1', 'P2')
  return listLog(call, listing(call, kindsOf))
}

function getSignIn(call: Call): Reply {
  requirePlan(call.tenant, 'P1', 'P2')
  const all = isBeta(call) ? KINDS : (['interactiveUser'] as const)
  return findInLog(
    call,
    listing(call, () => all),
    call.params['signIn']!,
  )
}

const isBeta = (call: Call) => call.root.endsWith('/beta')

const KINDS = Object.keys(SIGN_INS) as SignInKind[]

/** The kinds that a filter asks for; interactive sign-ins where it asks for none. */
function kindsOf(filter: Filter | undefined): readonly SignInKind[] {
  const asked = (filter?.comparisons ?? []).filter(({ field }) => field === 'signInEventTypes')
  return asked.length === 0
    ? ['interactiveUser']
    : KINDS.filter((kind) => asked.some(({ value }) => String(value).toLowerCase() === kind.toLowerCase()))
}

const listing = (call: Call, kinds: (filter: Filter | undefined) => readonly SignInKind[]): LogListing => ({
  path: 'auditLogs/signIns',
  type: 'microsoft.graph.signIn',
  time: 'createdDateTime',
  properties: isBeta(call) ? BETA_PROPERTIES : PROPERTIES,
  fields: isBeta(call) ? BETA_FIELDS : FIELDS,
  keptFor: retentionOf(call.tenant),
  largestPage: 1000,
  usualPage: 1000,
  tooLarge: pageTooLarge,
  between: (from, to, filter) => {
    const found = kinds(filter).map((kind) => call.tenant.log(SIGN_INS[kind]).between(from, to, call.tenant.now))
    return found.length === 1 ? found[0]! : found.flat().sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
  },
})

/** For the logs of sign-ins and of the directory. */
export const pageTooLarge = (top: string): GraphError =>
  new GraphError(400, 'BadRequest', `Invalid page size specified: '${top}'. Must be between 1 and 1000 inclusive.`)
