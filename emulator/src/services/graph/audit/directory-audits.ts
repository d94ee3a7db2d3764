import { directoryAudits } from '#world/entra/directory-audits.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { Fields } from '#services/graph/odata/filter.ts'

import { findInLog, listLog } from './log.ts'
import { pageTooLarge } from './sign-ins.ts'
import { retentionOf } from './plan.ts'
import type { LogListing } from './log.ts'

/** The directory's audit log. */
const ROLES = ['AuditLog.Read.All', 'Directory.Read.All']

export const directoryAuditRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/auditLogs/directoryAudits',
    roles: ROLES,
    returns: 'Collection(microsoft.graph.directoryAudit)',
    handle: (call) => listLog(call, listing(call)),
  },
  {
    method: 'GET',
    pattern: '/auditLogs/directoryAudits/:audit',
    roles: ROLES,
    returns: 'microsoft.graph.directoryAudit',
    handle: (call) => findInLog(call, listing(call), call.params['audit']!),
  },
]

const PROPERTIES = ['id', 'category', 'correlationId', 'result', 'resultReason', 'activityDisplayName'].concat([
  'activityDateTime',
  'loggedByService',
  'operationType',
  'initiatedBy',
  'targetResources',
  'additionalDetails',
])

const FIELDS: Fields = {
  id: 'string',
  activityDateTime: 'date',
  activityDisplayName: 'string',
  category: 'string',
  correlationId: 'string',
  loggedByService: 'string',
  operationType: 'string',
  result: 'string',
  'initiatedBy/user/id': 'string',
  'initiatedBy/user/displayName': 'string',
  'initiatedBy/user/userPrincipalName': 'string',
  'initiatedBy/app/appId': 'string',
  'initiatedBy/app/displayName': 'string',
  'initiatedBy/app/servicePrincipalId': 'string',
  'targetResources/id': 'strings',
  'targetResources/displayName': 'strings',
  'targetResources/userPrincipalName': 'strings',
}

const listing = (call: Call): LogListing => ({
  path: 'auditLogs/directoryAudits',
  type: 'microsoft.graph.directoryAudit',
  time: 'activityDateTime',
  properties: PROPERTIES,
  fields: FIELDS,
  keptFor: retentionOf(call.tenant),
  largestPage: 1000,
  usualPage: 1000,
  tooLarge: pageTooLarge,
  between: (from, to) => call.tenant.log(directoryAudits).between(from, to, call.tenant.now),
})
