import { ROLE_DEFINITIONS, allAssignments, assignmentId, roleAssignments, roleDefinition } from '#world/roles.ts'
import { Membership } from '#world/groups.ts'
import { allowOptions } from '#services/graph/odata/options.ts'
import { readJson } from '#services/graph/json.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { Ref } from '#world/groups.ts'
import type { Reply } from '#http/exchange.ts'
import type { RoleAssignment, RoleDefinition } from '#world/roles.ts'

import { READ_ROLES } from './permissions.ts'
import { activatedRoles, findRole, roleObjectId, roleType } from './role-type.ts'
import { audit } from './audit.ts'
import { badRequest, missing } from './errors.ts'
import { list, short } from './list.ts'
import { readProjection, show } from './entity.ts'
import { refOf, referenced } from './references.ts'
import { mixedRoutes, showRef } from './mixed.ts'
import { targetOf } from './targets.ts'
import type { EntityType } from './entity.ts'

/** Directory roles: the definitions, who holds them, and giving and taking them. */

const WRITE = ['RoleManagement.ReadWrite.Directory']
const ROLE = 'microsoft.graph.directoryRole'
const DEFINITION = 'microsoft.graph.unifiedRoleDefinition'
const ASSIGNMENT = 'microsoft.graph.unifiedRoleAssignment'

const definitionType: EntityType<RoleDefinition> = {
  name: DEFINITION,
  set: 'roleManagement/directory/roleDefinitions',
  properties: {
    id: (_, { id }) => id,
    description: (_, { description }) => description,
    displayName: (_, { displayName }) => displayName,
    isBuiltIn: () => true,
    isEnabled: () => true,
    resourceScopes: () => ['/'],
    templateId: (_, { id }) => id,
    version: () => '1',
    rolePermissions: (_, { displayName }) => [
      {
        allowedResourceActions: [
          displayName === 'Global Administrator'
            ? 'microsoft.directory/allEntities/allTasks'
            : 'microsoft.directory/users/standard/read',
        ],
        condition: null,
      },
    ],
  },
  defaults: [
    'id',
    'description',
    'displayName',
    'isBuiltIn',
    'isEnabled',
    'resourceScopes',
    'templateId',
    'version',
    'rolePermissions',
  ],
  visible: () => 'all',
  filters: { id: 'string', displayName: 'string', templateId: 'string', isBuiltIn: 'boolean' },
  orders: ['displayName'],
  searches: [],
}

const assignmentType: EntityType<RoleAssignment> = {
  name: ASSIGNMENT,
  set: 'roleManagement/directory/roleAssignments',
  properties: {
    id: (_, { id }) => id,
    principalId: (_, { principalId }) => principalId,
    directoryScopeId: (_, { directoryScopeId }) => directoryScopeId,
    roleDefinitionId: (_, { roleDefinitionId }) => roleDefinitionId,
  },
  defaults: ['id', 'principalId', 'directoryScopeId', 'roleDefinitionId'],
  visible: () => 'all',
  filters: { id: 'string', principalId: 'string', roleDefinitionId: 'string', directoryScopeId: 'string' },
  orders: [],
  searches: [],
  expansions: {
    roleDefinition: (call, { roleDefinitionId }) => show(call, definitionType, roleDefinition(roleDefinitionId)!),
    principal: (call, { principalId }, select) => {
      const ref = refOf(call, principalId)
      return ref ? (showRef(call, ref, select) ?? null) : null
    },
  },
}

const ROLE_KEYS = ['/directoryRoles/:role', '/directoryRoles/(roletemplateid)/:role']

export const roleRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/directoryRoles',
    returns: `Collection(${ROLE})`,
    roles: READ_ROLES,
    handle: (call) => list(call, roleType, short(activatedRoles(call.tenant))),
  },
  ...ROLE_KEYS.flatMap((pattern): Route[] => [
    {
      method: 'GET',
      pattern,
      returns: ROLE,
      roles: READ_ROLES,
      handle: (call) => one(call, roleType, activeRole(call)),
    },
    ...mixedRoutes(`${pattern}/members`, READ_ROLES, (call) => short(holdersOf(call, activeRole(call)))),
    { method: 'POST', pattern: `${pattern}/members/$ref`, roles: WRITE, handle: addHolder },
    { method: 'DELETE', pattern: `${pattern}/members/:member/$ref`, roles: WRITE, handle: removeHolder },
  ]),
  {
    method: 'GET',
    pattern: '/roleManagement/directory/roleDefinitions',
    returns: `Collection(${DEFINITION})`,
    roles: [...READ_ROLES, 'RoleManagement.Read.All'],
    handle: (call) => list(call, definitionType, short(ROLE_DEFINITIONS)),
  },
  {
    method: 'GET',
    pattern: '/roleManagement/directory/roleDefinitions/:id',
    returns: DEFINITION,
    roles: [...READ_ROLES, 'RoleManagement.Read.All'],
    handle: (call) => one(call, definitionType, roleDefinition(call.params['id']!)),
  },
  {
    method: 'GET',
    pattern: '/roleManagement/directory/roleAssignments',
    returns: `Collection(${ASSIGNMENT})`,
    roles: READ_ROLES,
    handle: (call) => list(call, assignmentType, short(allAssignments(call.tenant))),
  },
  {
    method: 'POST',
    pattern: '/roleManagement/directory/roleAssignments',
    returns: ASSIGNMENT,
    roles: WRITE,
    handle: createAssignment,
  },
  {
    method: 'GET',
    pattern: '/roleManagement/directory/roleAssignments/:id',
    returns: ASSIGNMENT,
    roles: READ_ROLES,
    handle: (call) =>
      one(
        call,
        assignmentType,
        allAssignments(call.tenant).find(({ id }) => id === call.params['id']),
      ),
  },
  {
    method: 'DELETE',
    pattern: '/roleManagement/directory/roleAssignments/:id',
    roles: WRITE,
    handle: deleteAssignment,
  },
]

function one<T>(call: Call, type: EntityType<T>, object: T | undefined): Reply {
  allowOptions(call.request.query, ['$select', '$expand'])
  if (object === undefined) throw missing(call.params['id'] ?? call.params['role']!)
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#${type.set}/$entity`,
      ...show(call, type, object, readProjection(call, type)),
    },
  }
}

/** @throws GraphError for a role that nobody has ever been given. */
function activeRole(call: Call): RoleDefinition {
  const role = findRole(call, call.params['role']!)
  if (!role || !activatedRoles(call.tenant).includes(role)) throw missing(call.params['role']!)
  return role
}

const holdersOf = (call: Call, role: RoleDefinition): Ref[] =>
  allAssignments(call.tenant)
    .filter(({ roleDefinitionId }) => roleDefinitionId === role.id)
    .flatMap(({ principalId }) => refOf(call, principalId) ?? [])

function createAssignment(call: Call): Reply {
  const body = readJson(call.request)
  const { principalId, roleDefinitionId, directoryScopeId = '/' } = body
  if (typeof principalId !== 'string' || typeof roleDefinitionId !== 'string' || typeof directoryScopeId !== 'string')
    throw badRequest('The request is missing principalId or roleDefinitionId, or one of them is not a string.')
  const role = roleDefinition(roleDefinitionId)
  if (!role) throw missing(roleDefinitionId)
  if (directoryScopeId !== '/') throw badRequest(`The directory scope '${directoryScopeId}' is not valid.`)
  const principal = refOf(call, principalId)
  if (!principal || principal.type === 'device') throw missing(principalId)
  const made = assign(call, principal, role)
  return {
    status: 201,
    body: {
      '@odata.context': `${call.root}/$metadata#${assignmentType.set}/$entity`,
      ...show(call, assignmentType, made),
    },
  }
}

/** @throws GraphError where it holds the role already, or is a group that cannot hold one. */
function assign(call: Call, principal: Ref, role: RoleDefinition): RoleAssignment {
  const { tenant } = call
  const id = assignmentId(tenant.world.seed, principal.id, role.id)
  const held = tenant.objects(roleAssignments).find(id) ?? allAssignments(tenant).find((each) => each.id === id)
  if (held)
    throw badRequest(
      'A conflicting object with one or more of the specified property values is present in the directory.',
    )
  if (principal.type === 'group' && !new Membership(tenant).group(principal.id)?.isAssignableToRole)
    throw badRequest('The principal is a group that is not assignable to a role.')
  const made = { id, principalId: principal.id, roleDefinitionId: role.id, directoryScopeId: '/' }
  tenant.objects(roleAssignments).put(id, made)
  tell(call, 'Add member to role', 'Assign', principal, role)
  return made
}

function deleteAssignment(call: Call): Reply {
  const wanted = call.params['id']!
  const written = call.tenant.objects(roleAssignments).find(wanted)
  const assignment = written ?? allAssignments(call.tenant).find(({ id }) => id === wanted)
  if (!assignment) throw missing(wanted)
  return unassign(call, assignment)
}

function unassign(call: Call, { id, principalId, roleDefinitionId }: RoleAssignment): Reply {
  call.tenant.objects(roleAssignments).remove(id)
  const principal = refOf(call, principalId)
  if (principal) tell(call, 'Remove member from role', 'Unassign', principal, roleDefinition(roleDefinitionId)!)
  return { status: 204 }
}

function addHolder(call: Call): Reply {
  assign(call, referenced(call, ['user', 'group', 'servicePrincipal']), activeRole(call))
  return { status: 204 }
}

function removeHolder(call: Call): Reply {
  const role = activeRole(call)
  const id = assignmentId(call.tenant.world.seed, call.params['member']!.toLowerCase(), role.id)
  const held = allAssignments(call.tenant).find((each) => each.id === id)
  if (!held) throw missing(call.params['member']!)
  return unassign(call, held)
}

function tell(
  call: Call,
  activity: string,
  operation: 'Assign' | 'Unassign',
  principal: Ref,
  role: RoleDefinition,
): void {
  const values = (value: string) =>
    operation === 'Assign' ? { old: null, new: JSON.stringify(value) } : { old: JSON.stringify(value), new: null }
  audit(call, activity, 'RoleManagement', operation, [
    targetOf(call, principal, [
      { name: 'Role.ObjectID', ...values(roleObjectId(call.tenant, role.id)) },
      { name: 'Role.DisplayName', ...values(role.displayName) },
      { name: 'Role.TemplateId', ...values(role.id) },
    ]),
    { type: 'Role', id: roleObjectId(call.tenant, role.id), displayName: role.displayName, modified: [] },
  ])
}
