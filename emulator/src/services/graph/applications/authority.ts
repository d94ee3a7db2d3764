import { denied } from '#services/graph/identity/errors.ts'
import type { Application } from '#world/applications.ts'
import type { Call } from '#services/graph/route.ts'

/**
 * `Application.ReadWrite.OwnedBy` covers what the caller owns, and nothing else. @throws GraphError
 * Authorization_RequestDenied for who has no more than that, and does not own it.
 */
export function mustManage(call: Call, application: Application | undefined): void {
  const { roles, tenant, appId } = call
  if (roles.has('Application.ReadWrite.All') || roles.has('Directory.ReadWrite.All')) return
  const self = tenant.applications.find(({ clientId }) => clientId === appId)
  if (!self || !application?.owners?.includes(self.servicePrincipalId)) throw denied()
}
