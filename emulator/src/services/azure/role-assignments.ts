import { findAzureRole } from '#world/azure/roles.ts'
import { assignmentId, assignmentKey, assignmentsOf, isWithin, roleAssignments } from '#world/azure/role-assignments.ts'
import { recordOperation } from '#world/azure/activity-log.ts'
import type { Reply, Request } from '#http/exchange.ts'
import type { RoleAssignment } from '#world/azure/role-assignments.ts'

import { AzureError, badRequest } from './errors.ts'
import { authorize } from './access.ts'
import { page } from './page.ts'
import { programOf } from './alerts.ts'
import type { Call, Route } from './route.ts'

/** Role assignments, at any scope of a subscription. */
export const AUTHORIZATION_VERSIONS = [
  '2022-05-01-preview',
  '2022-04-01',
  '2020-10-01-preview',
  '2020-08-01-preview',
  '2020-04-01-preview',
  '2018-09-01-preview',
  '2018-07-01',
  '2018-01-01-preview',
  '2017-10-01-preview',
  '2015-07-01',
]

const TYPE = 'Microsoft.Authorization/roleAssignments'

/** The operation, where the path ends with `…/providers/Microsoft.Authorization/roleAssignments[/{name}]`. */
export function assignmentRoute(
  request: Request,
): { route: Route; params: Record<string, string>; scope: string } | undefined {
  const { segments, method } = request
  const at = segments.findLastIndex((segment) => segment.toLowerCase() === 'roleassignments')
  const [root = '', subscription] = segments
  const provider = segments
    .slice(at - 2, at)
    .join('/')
    .toLowerCase()
  if (at < 2 || provider !== 'providers/microsoft.authorization' || at < segments.length - 2) return undefined
  if (root.toLowerCase() !== 'subscriptions' || subscription === undefined || at < 4) return undefined
  const name = segments[at + 1]
  const handle = name === undefined ? (method === 'GET' ? list : undefined) : HANDLERS[method]
  if (!handle) return undefined
  const scope = `/${segments.slice(0, at - 2).join('/')}`
  return {
    route: { method: 'GET', pattern: '', type: TYPE, versions: AUTHORIZATION_VERSIONS, handle },
    params: { subscription, ...(name === undefined ? {} : { name }) },
    scope,
  }
}

const HANDLERS: Record<string, Route['handle']> = { GET: get, PUT: put, DELETE: remove }

/** At, above and below the scope. `$filter`: `atScope()`, `principalId eq '…'`, `assignedTo('…')`. */
function list(call: Call): Reply {
  authorize(call, `${TYPE}/read`, call.scope)
  const filter = call.request.query.get('$filter') ?? ''
  const principal = /(?:principalId\s+eq\s+|assignedTo\()'([^']+)'/i.exec(filter)?.[1]
  const onlyAbove = /atScope\(\)/i.test(filter)
  if (filter !== '' && !principal && !onlyAbove) throw badRequest(`The filter '${filter}' is not supported.`)
  const found = assignmentsOf(call.tenant).filter(
    ({ scope, principalId }) =>
      (isWithin(call.scope, scope) || (!onlyAbove && isWithin(scope, call.scope))) &&
      (!principal || principalId === principal.toLowerCase()),
  )
  return page(call.request, found.map(body), 100)
}

const find = ({ tenant, scope, params }: Call): RoleAssignment | undefined =>
  assignmentsOf(tenant).find((each) => assignmentKey(each) === assignmentKey({ scope, name: params['name']! }))

function get(call: Call): Reply {
  authorize(call, `${TYPE}/read`, call.scope)
  const found = find(call)
  if (!found)
    throw new AzureError(404, 'RoleAssignmentNotFound', `The role assignment '${call.params['name']}' is not found.`)
  return { status: 200, body: body(found) }
}

const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** 201. @throws AzureError 400, 403, 409 where the same role has been assigned under another name. */
function put(call: Call): Reply {
  const { tenant, scope, params } = call
  authorize(call, `${TYPE}/write`, scope)
  const name = params['name']!
  if (!GUID.test(name))
    throw new AzureError(
      400,
      'InvalidRoleAssignmentId',
      `The role assignment ID '${name}' is not valid. The role assignment ID must be a GUID.`,
    )
  const { roleId, principalId, principalType } = readAssignment(call)
  const twin = assignmentsOf(tenant).find(
    (each) =>
      each.scope.toLowerCase() === scope.toLowerCase() && each.roleId === roleId && each.principalId === principalId,
  )
  if (twin) throw new AzureError(409, 'RoleAssignmentExists', 'The role assignment already exists.')
  if (find(call))
    throw new AzureError(
      409,
      'RoleAssignmentUpdateNotPermitted',
      'Tenant ID, application ID, principal ID, and scope are not allowed to be updated.',
    )
  const now = new Date(tenant.now).toISOString()
  const by = programOf(call)
  const assignment = {
    name: name.toLowerCase(),
    scope,
    roleId,
    principalId,
    principalType,
    createdOn: now,
    updatedOn: now,
    createdBy: by.servicePrincipalId,
  }
  tenant.objects(roleAssignments).put(assignmentKey(assignment), assignment)
  const roleDefinitionId = `/providers/Microsoft.Authorization/roleDefinitions/${roleId}`
  recordOperation(tenant, {
    action: `${TYPE}/write`,
    title: 'Create role assignment',
    method: 'PUT',
    resourceId: assignmentId(assignment),
    by,
    role: 'User Access Administrator',
    properties: {
      requestbody: JSON.stringify({ properties: { principalId, principalType, roleDefinitionId, scope } }),
    },
  })
  return { status: 201, body: body(assignment) }
}

function readAssignment({ request }: Call): Pick<RoleAssignment, 'roleId' | 'principalId' | 'principalType'> {
  const { roleDefinitionId, principalId, principalType = 'ServicePrincipal' } = readProperties(request)
  if (typeof roleDefinitionId !== 'string' || typeof principalId !== 'string')
    throw new AzureError(
      400,
      'InvalidCreateRoleAssignmentRequest',
      'The request to create role assignment is not valid. Required property was not found.',
    )
  const role = findAzureRole(roleDefinitionId.split('/').at(-1)!)
  if (!role)
    throw new AzureError(
      400,
      'RoleDefinitionDoesNotExist',
      `The specified role definition with ID '${roleDefinitionId.split('/').at(-1)}' does not exist.`,
    )
  const type = (['User', 'Group', 'ServicePrincipal'] as const).find((known) => known === principalType)
  if (!GUID.test(principalId) || !type)
    throw new AzureError(400, 'InvalidPrincipalId', `A valid principal ID must be provided for role assignment.`)
  return { roleId: role.id, principalId: principalId.toLowerCase(), principalType: type }
}

function readProperties(request: Request): Record<string, unknown> {
  try {
    const { properties } = JSON.parse(request.body.toString('utf8')) as { properties?: unknown }
    if (typeof properties === 'object' && properties !== null) return properties as Record<string, unknown>
  } catch {
    // Falls through to the one answer.
  }
  throw new AzureError(400, 'InvalidRequestContent', 'The request content was invalid and could not be deserialized.')
}

/** 200 with what was removed; 204 where there was nothing. */
function remove(call: Call): Reply {
  const { tenant } = call
  authorize(call, `${TYPE}/delete`, call.scope)
  const found = find(call)
  if (!found) return { status: 204 }
  tenant.objects(roleAssignments).remove(assignmentKey(found))
  recordOperation(tenant, {
    action: `${TYPE}/delete`,
    title: 'Delete role assignment',
    method: 'DELETE',
    resourceId: assignmentId(found),
    by: programOf(call),
    role: 'User Access Administrator',
  })
  return { status: 200, body: body(found) }
}

const body = (assignment: RoleAssignment) => ({
  id: assignmentId(assignment),
  name: assignment.name,
  type: TYPE,
  properties: {
    roleDefinitionId: `/subscriptions/${assignment.scope.split('/')[2]}/providers/Microsoft.Authorization/roleDefinitions/${assignment.roleId}`,
    principalId: assignment.principalId,
    principalType: assignment.principalType,
    scope: assignment.scope,
    condition: null,
    conditionVersion: null,
    createdOn: assignment.createdOn,
    updatedOn: assignment.updatedOn,
    createdBy: assignment.createdBy,
    updatedBy: assignment.createdBy,
    delegatedManagedIdentityResourceId: null,
    description: null,
  },
})
