import { random } from '#world/random.ts'
import { ROLE_DEFINITIONS, allAssignments } from '#world/roles.ts'
import type { Call } from '#services/graph/route.ts'
import type { RoleDefinition } from '#world/roles.ts'
import type { Tenant } from '#cloud.ts'

import { DIRECTORY, READ_ROLES, hasAny } from './permissions.ts'
import type { EntityType } from './entity.ts'

/** A directory role that is in use: an object of the tenant with an id of its own, made after a template. */
export const roleObjectId = ({ world }: Tenant, templateId: string): string =>
  random(world.seed, 'directory role', templateId).guid()

/** Roles that somebody holds or has held since the beginning: Graph lists only those that were activated. */
export function activatedRoles(tenant: Tenant): RoleDefinition[] {
  const held = new Set(allAssignments(tenant).map(({ roleDefinitionId }) => roleDefinitionId))
  return ROLE_DEFINITIONS.filter(({ id }) => held.has(id))
}

/** By object id or template id, in any case. */
export function findRole({ tenant }: Call, id: string): RoleDefinition | undefined {
  const wanted = id.toLowerCase()
  return ROLE_DEFINITIONS.find((role) => role.id === wanted || roleObjectId(tenant, role.id) === wanted)
}

export const roleType: EntityType<RoleDefinition> = {
  name: 'microsoft.graph.directoryRole',
  set: 'directoryRoles',
  properties: {
    id: ({ tenant }, { id }) => roleObjectId(tenant, id),
    deletedDateTime: () => null,
    description: (_, { description }) => description,
    displayName: (_, { displayName }) => displayName,
    roleTemplateId: (_, { id }) => id,
  },
  defaults: ['id', 'deletedDateTime', 'description', 'displayName', 'roleTemplateId'],
  visible: (call) => (hasAny(call, [...READ_ROLES, ...DIRECTORY]) ? 'all' : new Set(['id'])),
  filters: { id: 'string', displayName: 'string', roleTemplateId: 'string' },
  orders: [],
  searches: ['displayName'],
}
