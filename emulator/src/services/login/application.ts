import { applications } from '#world/applications.ts'
import type { Tenant } from '#cloud.ts'
import type { Application } from '#world/applications.ts'

import { disabledApplication, invalidIdentifier, missingPrincipal, unknownApplication } from './errors.ts'

const NIL = '00000000-0000-0000-0000-000000000000'

/**
 * The application with this id, in a state to sign in.
 *
 * @throws LoginError 700038, 700016, 7000229, 7000112.
 */
export function findClient(tenant: Tenant, clientId: string): Application {
  if (clientId === NIL) throw invalidIdentifier(clientId)
  const application = tenant.objects(applications).find(clientId.toLowerCase())
  if (!application) throw unknownApplication(clientId, tenant.world.name)
  if (application.principal === 'deleted') throw missingPrincipal(clientId, tenant.world.tenantId)
  if (application.principal === 'disabled') throw disabledApplication(clientId, application.name)
  return application
}
