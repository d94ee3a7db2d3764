import { Users } from '#world/users.ts'
import { NO_ROLE, appRoleAssignmentId, appRoleAssignments } from '#world/entra/consents.ts'
import { allowOptions } from '#services/graph/odata/options.ts'
import { applications } from '#world/applications.ts'
import { badRequest, denied, missing } from '#services/graph/identity/errors.ts'
import { readJson } from '#services/graph/json.ts'
import { resourceOfRole } from '#world/resources.ts'
import { servicePrincipalIdOf } from '#world/entra/service-principals.ts'
import type { AppRoleAssignment } from '#world/entra/consents.ts'
import type { Application } from '#world/applications.ts'
import type { Call } from '#services/graph/route.ts'
import type { Reply } from '#http/exchange.ts'
import type { ServicePrincipal } from '#world/entra/service-principals.ts'
import type { Tenant } from '#cloud.ts'
import type { User } from '#world/users.ts'

import { applicationOf, principalById, principalOfCall } from './principals.ts'
import { auditPrincipal } from './audit.ts'
import { listOf } from './grants.ts'

/**
 * App roles that were granted. Those of the company's own registrations are the roles their tokens have; a new one gets into
 * tokens a moment later. Everybody else's are kept as they are.
 */

/** What a principal holds. */
export function grantsOf(tenant: Tenant, { id }: Pick<ServicePrincipal, 'id'>): AppRoleAssignment[] {
  const application = applicationOf(tenant, id)
  const kept = [...tenant.objects(appRoleAssignments).all()].filter(({ principalId }) => principalId === id)
  return [...(application ? grantsOfApplication(tenant, application) : []), ...kept]
}

/** What others hold of an API. */
export const grantsToOf = (tenant: Tenant, { id }: Pick<ServicePrincipal, 'id'>): AppRoleAssignment[] =>
  [
    ...tenant.applications
      .filter(({ principal }) => principal !== 'deleted')
      .flatMap((application) => grantsOfApplication(tenant, application)),
    ...tenant.objects(appRoleAssignments).all(),
  ].filter(({ resourceId }) => resourceId === id)

function grantsOfApplication(tenant: Tenant, application: Application): AppRoleAssignment[] {
  const { world } = tenant
  return application.roles.flatMap((role) => {
    const resource = resourceOfRole(role)
    if (!resource) return []
    const resourceId = servicePrincipalIdOf(world, resource.appId)
    const appRoleId = resource.roles[role]!
    return [
      {
        id: appRoleAssignmentId(application.servicePrincipalId, resourceId, appRoleId),
        appRoleId,
        createdDateTime: new Date(application.grantedAt?.[role] ?? application.createdAt ?? world.epoch).toISOString(),
        principalDisplayName: application.name,
        principalId: application.servicePrincipalId,
        principalType: 'ServicePrincipal' as const,
        resourceDisplayName: resource.displayName,
        resourceId,
      },
    ]
  })
}

export const listGrants = (call: Call): Reply =>
  listOf(call, 'appRoleAssignments', grantsOf(call.tenant, principalOfCall(call)), FIELDS)

export const listGrantsTo = (call: Call): Reply =>
  listOf(call, 'appRoleAssignments', grantsToOf(call.tenant, principalOfCall(call)), FIELDS)

const FIELDS = {
  id: 'string',
  appRoleId: 'guid',
  principalId: 'guid',
  resourceId: 'guid',
  principalType: 'string',
  principalDisplayName: 'string',
  resourceDisplayName: 'string',
  createdDateTime: 'date',
} as const

/** `POST …/appRoleAssignments` and `…/appRoleAssignedTo` `{principalId, resourceId, appRoleId}` */
export function createGrant(call: Call): Reply {
  // Reading the two service principals is not enough to grant.
  if (!call.roles.has('AppRoleAssignment.ReadWrite.All')) throw denied()
  allowOptions(call.request.query, [])
  const { tenant } = call
  const body = readJson(call.request)
  const [principalId, resourceId, appRoleId] = ['principalId', 'resourceId', 'appRoleId'].map((name) =>
    guid(body, name),
  )
  principalOfCall(call)
  const resource = principalById(tenant, resourceId!)
  if (!resource) throw missing(resourceId!)
  const isTo = call.request.segments.at(-1)?.toLowerCase() === 'approleassignedto'
  if ((isTo ? resourceId : principalId) !== principalOfCall(call).id)
    throw badRequest(`The ${isTo ? 'resourceId' : 'principalId'} must be the id of the service principal in the path.`)
  const role = Object.entries(resource.appRoles).find(([, id]) => id === appRoleId)?.[0]
  if (!role && appRoleId !== NO_ROLE)
    throw badRequest(`Permission being assigned was not found on application '${resource.appId}'.`)
  const made = assignmentFor(tenant, principalId!, resource, appRoleId!)
  const held = grantsOf(tenant, { id: principalId! })
  if (held.some(({ id }) => id === made.id)) throw badRequest('Permission being assigned already exists on the object')
  const application = applicationOf(tenant, principalId!)
  if (application && role) grantToApplication(tenant, application, role)
  else tenant.objects(appRoleAssignments).put(made.id, made)
  auditGrant(call, 'Add app role assignment to service principal', 'Assign', resource, made, role)
  return { status: 201, body: { '@odata.context': `${call.root}/$metadata#appRoleAssignments/$entity`, ...made } }
}

function grantToApplication(tenant: Tenant, application: Application, role: string): void {
  tenant.objects(applications).put(application.clientId, {
    ...application,
    roles: [...application.roles, role],
    grantedAt: { ...application.grantedAt, [role]: tenant.now },
  })
}

function assignmentFor(
  tenant: Tenant,
  principalId: string,
  resource: ServicePrincipal,
  appRoleId: string,
): AppRoleAssignment {
  const user = new Users(tenant).find(principalId)
  const principal = user ?? principalById(tenant, principalId)
  if (!principal) throw missing(principalId)
  const displayName = 'displayName' in principal ? principal.displayName : displayNameOf(principal)
  return {
    id: appRoleAssignmentId(principal.id, resource.id, appRoleId),
    appRoleId,
    createdDateTime: new Date(tenant.now).toISOString(),
    principalId: principal.id,
    principalType: user ? 'User' : 'ServicePrincipal',
    principalDisplayName: displayName,
    resourceId: resource.id,
    resourceDisplayName: resource.displayName,
  }
}

const displayNameOf = ({ changes, person }: User): string =>
  String(changes.set['displayName'] ?? person?.displayName ?? '')

/** `DELETE …/appRoleAssignments/{id}` and `…/appRoleAssignedTo/{id}`: the next token lacks the role. */
export function deleteGrant(call: Call): Reply {
  const { tenant, params } = call
  const principal = principalOfCall(call)
  const grant = [...grantsOf(tenant, principal), ...grantsToOf(tenant, principal)].find(
    ({ id }) => id === params['grant'],
  )
  if (!grant) throw missing(params['grant']!)
  const resource = principalById(tenant, grant.resourceId)
  const role = Object.entries(resource?.appRoles ?? {}).find(([, id]) => id === grant.appRoleId)?.[0]
  const application = applicationOf(tenant, grant.principalId)
  if (application && role && application.roles.includes(role))
    tenant
      .objects(applications)
      .put(application.clientId, { ...application, roles: application.roles.filter((each) => each !== role) })
  else tenant.objects(appRoleAssignments).remove(grant.id)
  auditGrant(call, 'Remove app role assignment from service principal', 'Unassign', resource ?? principal, grant, role)
  return { status: 204 }
}

function auditGrant(
  call: Call,
  activity: string,
  operation: 'Assign' | 'Unassign',
  resource: Pick<ServicePrincipal, 'id' | 'displayName'>,
  { principalId, principalDisplayName, principalType, appRoleId }: AppRoleAssignment,
  role: string | undefined,
): void {
  const told = (value: string | undefined) => {
    const text = JSON.stringify(value ?? '')
    return operation === 'Assign' ? { old: null, new: text } : { old: text, new: null }
  }
  auditPrincipal(
    call,
    activity,
    operation,
    resource,
    [
      { name: 'AppRole.Id', ...told(appRoleId) },
      { name: 'AppRole.Value', ...told(role) },
      { name: 'ServicePrincipal.ObjectID', ...told(principalId) },
    ],
    [{ type: principalType, id: principalId, displayName: principalDisplayName, modified: [] }],
  )
}

function guid(body: Record<string, unknown>, name: string): string {
  const value = body[name]
  if (typeof value !== 'string' || !/^[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}$/i.test(value))
    throw badRequest(`A value is required for property '${name}' of resource 'AppRoleAssignment'.`)
  return value.toLowerCase()
}
