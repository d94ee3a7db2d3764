import type { EntityType } from '#services/graph/identity/entity.ts'
import type { ServicePrincipal } from '#world/entra/service-principals.ts'

import { applicationOf } from './principals.ts'
import { grantsOf, grantsToOf } from './app-role-assignments.ts'
import { PRINCIPAL_FIELDS, PRINCIPAL_PROPERTIES } from './principal-properties.ts'
import { ownersOf } from './owners.ts'
import { permissionGrantsOf } from './permission-grants.ts'

/** `microsoft.graph.servicePrincipal` */
export const principalType: EntityType<ServicePrincipal> = {
  name: 'microsoft.graph.servicePrincipal',
  set: 'servicePrincipals',
  properties: PRINCIPAL_PROPERTIES,
  defaults: Object.keys(PRINCIPAL_PROPERTIES),
  visible: () => 'all',
  filters: PRINCIPAL_FIELDS,
  orders: ['displayName'],
  searches: ['displayName'],
  expansions: {
    appRoleAssignments: ({ tenant }, principal) => grantsOf(tenant, principal),
    appRoleAssignedTo: ({ tenant }, principal) => grantsToOf(tenant, principal),
    oauth2PermissionGrants: ({ tenant }, { id }) => permissionGrantsOf(tenant, id),
    owners: (call, { id }, select) => ownersOf(call, applicationOf(call.tenant, id), select),
  },
}
