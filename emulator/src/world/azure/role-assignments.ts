import { none } from '#world/objects.ts'
import { random } from '#world/random.ts'
import type { Application } from '#world/applications.ts'
import type { Kind } from '#world/objects.ts'
import type { Tenant } from '#cloud.ts'
import type { World } from '#world/world.ts'

import { AZURE_ROLES, findAzureRole, permits } from './roles.ts'
import { administratorsOf } from './administrators.ts'
import { subscriptionsOf } from './subscriptions.ts'

/**
 * Who may do what in Azure: a role for a principal at a scope, and everything below it. Applications get theirs when they
 * are registered (`azureRoles`, on every subscription) or by `PUT …/roleAssignments`; administrators own the subscriptions.
 */
export interface RoleAssignment {
  /** Name: a GUID. */
  name: string
  scope: string
  roleId: string
  principalId: string
  principalType: 'User' | 'Group' | 'ServicePrincipal'
  /** ISO 8601. */
  createdOn: string
  updatedOn: string
  /** Object id of who made it; empty for what was there at birth. */
  createdBy: string
}

/** By resource id in lower case. Those that applications and administrators were born with are not among `born`. */
export const roleAssignments: Kind<RoleAssignment> = { name: 'azure.roleAssignment', born: none }

export const assignmentId = ({ scope, name }: { scope: string; name: string }): string =>
  `${scope === '/' ? '' : scope}/providers/Microsoft.Authorization/roleAssignments/${name}`

/** Key of an assignment among {@link roleAssignments}. */
export const assignmentKey = (assignment: { scope: string; name: string }): string =>
  assignmentId(assignment).toLowerCase()

/** Every assignment of the tenant. */
export function assignmentsOf(tenant: Tenant): RoleAssignment[] {
  const made = tenant.objects(roleAssignments)
  const touched = new Set(made.touchedIds)
  return [...born(tenant).filter((assignment) => !touched.has(assignmentKey(assignment))), ...made.all()]
}

function born({ world, applications }: Tenant): RoleAssignment[] {
  const administrators = administratorsOf(world).map(({ id }) => ({ principal: id, role: 'Owner', user: true }))
  const programs = applications.flatMap((application) => programRoles(application))
  return [...administrators, ...programs].flatMap(({ principal, role, user }) =>
    subscriptionsOf(world).map(({ id }) => atBirth(world, principal, role, id, user)),
  )
}

const programRoles = ({ servicePrincipalId, azureRoles = [] }: Application) =>
  azureRoles.map((role) => ({ principal: servicePrincipalId, role, user: false }))

function atBirth(world: World, principal: string, role: string, subscription: string, user: boolean) {
  const at = new Date(world.epoch - 200 * 86_400_000).toISOString()
  return {
    name: random(world.seed, 'role assignment', principal, role, subscription).guid(),
    scope: `/subscriptions/${subscription}`,
    roleId: findAzureRole(role)?.id ?? role,
    principalId: principal,
    principalType: user ? ('User' as const) : ('ServicePrincipal' as const),
    createdOn: at,
    updatedOn: at,
    createdBy: '',
  }
}

/** True where `scope` is `above` or lies below it. */
export function isWithin(scope: string, above: string): boolean {
  const [inner, outer] = [scope.toLowerCase(), above.toLowerCase().replace(/\/$/, '')]
  return inner === outer || inner.startsWith(`${outer}/`)
}

/** True where the service principal of the application may do this at the scope; `data` for a data action. */
export function mayDo(tenant: Tenant, appId: string, action: string, scope: string, data = false): boolean {
  return assignmentsFor(tenant, appId).some(
    (each) => isWithin(scope, each.scope) && permits(roleOf(each), action, data),
  )
}

/** The application's own assignments. */
export function assignmentsFor(tenant: Tenant, appId: string): RoleAssignment[] {
  const principal = tenant.applications.find(({ clientId }) => clientId === appId)?.servicePrincipalId
  return assignmentsOf(tenant).filter(({ principalId }) => principalId === principal)
}

const NOTHING = { id: '', name: '', actions: [] }

const roleOf = ({ roleId }: RoleAssignment) => AZURE_ROLES.find(({ id }) => id === roleId) ?? NOTHING
