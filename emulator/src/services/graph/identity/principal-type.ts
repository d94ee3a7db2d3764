import { PRINCIPAL_FIELDS, PRINCIPAL_PROPERTIES } from '#services/graph/applications/principal-properties.ts'
import { principalById } from '#services/graph/applications/principals.ts'
import type { Call } from '#services/graph/route.ts'
import type { ServicePrincipal } from '#world/entra/service-principals.ts'

import { DIRECTORY, hasAny } from './permissions.ts'
import type { EntityType } from './entity.ts'

const NOTHING = new Set(['id'])

/** A service principal among the members or owners of something. */
export const principalType: EntityType<ServicePrincipal> = {
  name: 'microsoft.graph.servicePrincipal',
  set: 'servicePrincipals',
  properties: PRINCIPAL_PROPERTIES,
  defaults: Object.keys(PRINCIPAL_PROPERTIES),
  visible: (call) =>
    hasAny(call, ['Application.Read.All', 'Application.ReadWrite.All', ...DIRECTORY]) ? 'all' : NOTHING,
  filters: PRINCIPAL_FIELDS,
  orders: ['displayName'],
  searches: ['displayName'],
}

export const principalOf = ({ tenant }: Call, id: string): ServicePrincipal | undefined => principalById(tenant, id)
