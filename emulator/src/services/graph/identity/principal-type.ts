import type { Application } from '#world/applications.ts'
import type { Call } from '#services/graph/route.ts'

import { DIRECTORY, hasAny } from './permissions.ts'
import type { EntityType } from './entity.ts'

/** A service principal among the members of something. What it has of its own is told by `/servicePrincipals`. */
const NOTHING = new Set(['id'])

const PROPERTIES: Record<string, (application: Application) => unknown> = {
  id: ({ servicePrincipalId }) => servicePrincipalId,
  deletedDateTime: () => null,
  accountEnabled: ({ principal }) => principal !== 'disabled',
  appId: ({ clientId }) => clientId,
  appDisplayName: ({ name }) => name,
  displayName: ({ name }) => name,
  servicePrincipalType: () => 'Application',
  signInAudience: () => 'AzureADMyOrg',
}

export const principalType: EntityType<Application> = {
  name: 'microsoft.graph.servicePrincipal',
  set: 'servicePrincipals',
  properties: Object.fromEntries(Object.entries(PROPERTIES).map(([name, read]) => [name, (_, each) => read(each)])),
  defaults: Object.keys(PROPERTIES),
  visible: (call) =>
    hasAny(call, ['Application.Read.All', 'Application.ReadWrite.All', ...DIRECTORY]) ? 'all' : NOTHING,
  filters: { id: 'string', appId: 'string', displayName: 'string', accountEnabled: 'boolean' },
  orders: ['displayName'],
  searches: ['displayName'],
}

export const principalOf = ({ tenant }: Call, id: string): Application | undefined =>
  tenant.applications.find(({ servicePrincipalId, principal }) => servicePrincipalId === id && principal !== 'deleted')
