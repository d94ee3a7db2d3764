import { GraphError, badRequest, notImplemented } from '#services/graph/errors.ts'
import { TRACE_APPLICATION, grantTraceAccess, hasTraceAccess } from '#world/mail/message-trace.ts'
import { directoryAuditOf } from '#world/entra/directory-audits.ts'
import { random } from '#world/random.ts'
import { readJson } from '#services/graph/json.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { Reply } from '#http/exchange.ts'

/** Making Microsoft's trace application known to the tenant, which an administrator does once. */
export const tracePrincipalRoutes: readonly Route[] = [
  {
    method: 'POST',
    pattern: '/servicePrincipals',
    roles: ['Application.ReadWrite.All', 'Application.ReadWrite.OwnedBy', 'Directory.ReadWrite.All'],
    returns: 'microsoft.graph.servicePrincipal',
    handle: createPrincipal,
  },
]

function createPrincipal(call: Call): Reply {
  const { tenant, root, appId: caller } = call
  const { appId } = readJson(call.request)
  if (typeof appId !== 'string')
    throw badRequest("A value is required for property 'appId' of resource 'ServicePrincipal'.")
  if (appId.toLowerCase() !== TRACE_APPLICATION) throw notImplemented(`a service principal of the application ${appId}`)
  if (hasTraceAccess(tenant))
    throw new GraphError(
      409,
      'Request_MultipleObjectsWithSameKeyValue',
      'The service principal cannot be created, updated, or restored because the service principal name ' +
        `${TRACE_APPLICATION} is already in use.`,
    )
  grantTraceAccess(tenant)
  const id = random(tenant.world.seed, 'service principal', TRACE_APPLICATION).guid()
  const displayName = 'Exchange Message Trace'
  directoryAuditOf(tenant, {
    activityDisplayName: 'Add service principal',
    category: 'ApplicationManagement',
    operationType: 'Add',
    by: { appId: caller },
    targets: [{ type: 'ServicePrincipal', id, displayName, modified: [] }],
  })
  return {
    status: 201,
    headers: { location: `${root}/servicePrincipals/${id}` },
    body: {
      '@odata.context': `${root}/$metadata#servicePrincipals/$entity`,
      id,
      appId: TRACE_APPLICATION,
      displayName,
      accountEnabled: true,
      servicePrincipalType: 'Application',
    },
  }
}
