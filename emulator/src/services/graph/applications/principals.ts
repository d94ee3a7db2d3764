import { foreignPrincipal, servicePrincipals } from '#world/entra/service-principals.ts'
import { missing } from '#services/graph/identity/errors.ts'
import type { Application } from '#world/applications.ts'
import type { Call } from '#services/graph/route.ts'
import type { Person } from '#world/directory.ts'
import type { ServicePrincipal } from '#world/entra/service-principals.ts'
import type { Tenant } from '#cloud.ts'

/** Service principals of every origin: Microsoft's, other companies', and those of the company's own registrations. */
export function* allPrincipals(tenant: Tenant): Generator<ServicePrincipal> {
  yield* tenant.objects(servicePrincipals).all()
  for (const application of tenant.applications) {
    const principal = principalOf(tenant, application)
    if (principal) yield principal
  }
}

/** By object id. */
export function principalById(tenant: Tenant, id: string): ServicePrincipal | undefined {
  const wanted = id.toLowerCase()
  const foreign = tenant.objects(servicePrincipals).find(wanted)
  if (foreign) return foreign
  const application = applicationOf(tenant, wanted)
  return application && principalOf(tenant, application)
}

/** By object id or by application id, as the path says. @throws GraphError Request_ResourceNotFound. */
export function principalOfCall(call: Call): ServicePrincipal {
  const { appId, id } = call.params
  const principal =
    appId === undefined
      ? principalById(call.tenant, id!)
      : [...allPrincipals(call.tenant)].find((each) => each.appId === appId.toLowerCase())
  if (!principal) throw missing((appId ?? id)!)
  return principal
}

/** A registration, by object id or by application id, as the path says. @throws GraphError Request_ResourceNotFound. */
export function registrationOfCall({ tenant, params: { appId, id } }: Call): Application {
  const wanted = (appId ?? id)!.toLowerCase()
  const found = tenant.applications.find(({ clientId, objectId }) => (appId ? clientId : objectId) === wanted)
  if (!found) throw missing((appId ?? id)!)
  return found
}

/** The registration of the company that a service principal belongs to. */
export const applicationOf = (tenant: Tenant, principalId: string): Application | undefined =>
  tenant.applications.find(
    ({ servicePrincipalId, principal }) => servicePrincipalId === principalId && principal !== 'deleted',
  )

function principalOf(tenant: Tenant, application: Application): ServicePrincipal | undefined {
  if (application.principal === 'deleted') return undefined
  const { world } = tenant
  return foreignPrincipal({
    id: application.servicePrincipalId,
    appId: application.clientId,
    displayName: application.name,
    appOwnerOrganizationId: world.tenantId,
    accountEnabled: application.principal !== 'disabled',
    at: application.createdAt ?? world.epoch,
    publisher: world.name,
    replyUrls: application.redirectUris ?? [],
    tags: application.tags ?? ['WindowsAzureActiveDirectoryIntegratedApp'],
    notes: application.notes ?? null,
  })
}

/** The user who looks after a registration where nobody else was named: head of IT. */
export const headOfIt = (tenant: Tenant): Person =>
  [...Array(8).keys()].map((index) => tenant.world.directory.at(index)).find(({ department }) => department === 'IT')!
