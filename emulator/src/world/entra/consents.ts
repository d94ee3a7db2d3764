import { listed } from '#world/objects.ts'
import { GRAPH } from '#world/resources.ts'
import { random } from '#world/random.ts'
import type { Kind } from '#world/objects.ts'
import type { World } from '#world/world.ts'

import { SERVICES, serviceIdOf, servicePrincipalIdOf } from './service-principals.ts'

/** What an application may do in the name of one person, or of everybody: delegated permissions, once consented to. */
export interface PermissionGrant {
  id: string
  /** Object id of the application's service principal. */
  clientId: string
  consentType: 'AllPrincipals' | 'Principal'
  /** Object id of the person; null where it is everybody. */
  principalId: string | null
  /** Object id of the service principal of the API. */
  resourceId: string
  /** Values, separated by spaces. */
  scope: string
}

/** By id. */
export const permissionGrants: Kind<PermissionGrant> = {
  name: 'oauth2PermissionGrant',
  born: listed(({ id }) => id, everydayConsents),
}

/** The id of a grant says whom it is for: there is one for each application, API and person. */
export const permissionGrantId = (clientId: string, resourceId: string, principalId: string | null): string =>
  base64(random('permission grant', clientId, resourceId, principalId ?? '').hex(64))

/** App roles held by principals that are no registration of the company's: people, groups, services of others. By id. */
export const appRoleAssignments: Kind<AppRoleAssignment> = {
  name: 'appRoleAssignment',
  born: listed(({ id }) => id, assignedPeople),
}

export interface AppRoleAssignment {
  id: string
  /** All zeros: may sign in, without a role. */
  appRoleId: string
  /** Tenant time, ISO 8601. */
  createdDateTime: string
  principalId: string
  principalType: 'ServicePrincipal' | 'User' | 'Group'
  principalDisplayName: string
  resourceId: string
  resourceDisplayName: string
}

/** The id of an assignment says who holds what. */
export const appRoleAssignmentId = (principalId: string, resourceId: string, appRoleId: string): string =>
  base64(random('app role assignment', principalId, resourceId, appRoleId).hex(48))

export const NO_ROLE = '00000000-0000-0000-0000-000000000000'

function everydayConsents(world: World): PermissionGrant[] {
  const resourceId = servicePrincipalIdOf(world, GRAPH.appId)
  return SERVICES.flatMap(({ name, scope, consent }) => {
    const clientId = serviceIdOf(world, name)
    if (consent === 'everybody')
      return [grant({ clientId, consentType: 'AllPrincipals', principalId: null, resourceId, scope })]
    return peopleOf(world, name).map(({ id }) =>
      grant({ clientId, consentType: 'Principal', principalId: id, resourceId, scope }),
    )
  })
}

/** Who signed in to a service that asks everyone for consent has been assigned to it. */
function assignedPeople(world: World): AppRoleAssignment[] {
  return SERVICES.filter(({ consent }) => consent === 'people').flatMap(({ name }) => {
    const resourceId = serviceIdOf(world, name)
    return peopleOf(world, name).map(({ id, displayName, index }) => ({
      id: appRoleAssignmentId(id, resourceId, NO_ROLE),
      appRoleId: NO_ROLE,
      createdDateTime: `${new Date(
        world.epoch - random(world.seed, 'consent', name, index).between(2, 400) * 86_400_000,
      )
        .toISOString()
        .slice(0, 19)}Z`,
      principalId: id,
      principalType: 'User' as const,
      principalDisplayName: displayName,
      resourceId,
      resourceDisplayName: name,
    }))
  })
}

/** A handful of people, whatever the size of the company. */
function peopleOf(world: World, service: string) {
  const r = random(world.seed, 'consents', service)
  const indexes = Array.from({ length: r.between(4, 12) }, () => r.between(0, world.directory.users - 1))
  return [...new Set(indexes)].map((index) => world.directory.at(index))
}

const grant = (facts: Omit<PermissionGrant, 'id'>): PermissionGrant => ({
  id: permissionGrantId(facts.clientId, facts.resourceId, facts.principalId),
  ...facts,
})

const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64url')
