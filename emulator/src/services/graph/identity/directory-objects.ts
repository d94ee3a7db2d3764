import { groups } from '#world/groups.ts'
import { Users } from '#world/users.ts'
import { readJson } from '#services/graph/json.ts'
import { replica } from '#world/replicas.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { Group } from '#world/groups.ts'
import type { Reply } from '#http/exchange.ts'

import { AGENTS, DIRECTORY } from './permissions.ts'
import { audit, groupTarget } from './audit.ts'
import { badRequest, missing } from './errors.ts'
import { deletedUser, purgeUser, restoreUser } from './user-writes.ts'
import { groupType } from './group-type.ts'
import { list, short } from './list.ts'
import { readProjection, show } from './entity.ts'
import { refOf } from './references.ts'
import { showRef } from './mixed.ts'
import { userType } from './user-type.ts'

/** Objects by nothing but their id, and the recycle bin. */

const OBJECT = 'microsoft.graph.directoryObject'
/** Microsoft's file of permissions lacks the reads of the recycle bin; its documentation names these. */
const READ_DELETED_USERS = ['User.Read.All', 'User.ReadWrite.All', ...DIRECTORY]
const READ_DELETED_GROUPS = ['Group.Read.All', 'Group.ReadWrite.All', ...DIRECTORY]
const RESTORE = [
  'User.DeleteRestore.All',
  'User.ReadWrite.All',
  'User.ReadWrite.CrossCloud',
  'AgentIdentity.DeleteRestore.All',
  'AgentIdentityBlueprint.DeleteRestore.All',
  'AgentIdentityBlueprintPrincipal.DeleteRestore.All',
  ...AGENTS,
]

export const directoryObjectRoutes: readonly Route[] = [
  {
    method: 'POST',
    pattern: '/directoryObjects/getByIds',
    returns: `Collection(${OBJECT})`,
    roles: ['Directory.Read.All'],
    handle: getByIds,
  },
  {
    method: 'GET',
    pattern: '/directoryObjects/:id',
    returns: OBJECT,
    roles: ['Directory.Read.All'],
    handle: getObject,
  },
  {
    method: 'GET',
    pattern: '/directory/deletedItems/user',
    returns: 'Collection(microsoft.graph.user)',
    roles: READ_DELETED_USERS,
    handle: (call) => list(call, userType, short([...new Users(call.tenant).deleted()])),
  },
  {
    method: 'GET',
    pattern: '/directory/deletedItems/group',
    returns: 'Collection(microsoft.graph.group)',
    roles: READ_DELETED_GROUPS,
    handle: (call) => list(call, groupType, short(deletedGroups(call))),
  },
  {
    method: 'GET',
    pattern: '/directory/deletedItems/:id',
    returns: OBJECT,
    roles: [...READ_DELETED_USERS, 'Group.Read.All', 'Group.ReadWrite.All'],
    handle: getDeleted,
  },
  {
    method: 'POST',
    pattern: '/directory/deletedItems/:id/restore',
    returns: OBJECT,
    roles: RESTORE,
    handle: (call) => (deletedGroup(call) ? restoreGroup(call) : restoreUser(call)),
  },
  {
    method: 'DELETE',
    pattern: '/directory/deletedItems/:id',
    roles: ['User.DeleteRestore.All', 'User.ReadWrite.All', 'Group.ReadWrite.All', 'Directory.ReadWrite.All'],
    handle: (call) => (deletedGroup(call) ? purgeGroup(call) : purgeUser(call)),
  },
]

function getObject(call: Call): Reply {
  const ref = refOf(call, call.params['id']!)
  const shown = ref && showRef(call, ref)
  if (!shown) throw missing(call.params['id']!)
  return { status: 200, body: { '@odata.context': `${call.root}/$metadata#directoryObjects/$entity`, ...shown } }
}

const MOST_IDS = 1_000

function getByIds(call: Call): Reply {
  const { ids, types } = readJson(call.request)
  if (!Array.isArray(ids) || ids.length === 0 || ids.some((id) => typeof id !== 'string'))
    throw badRequest("A value is required for parameter 'ids'.")
  if (ids.length > MOST_IDS) throw badRequest(`The number of ids exceeds the maximum of ${MOST_IDS}.`)
  if (types !== undefined && (!Array.isArray(types) || types.some((type) => typeof type !== 'string')))
    throw badRequest("Invalid value specified for parameter 'types'.")
  const wanted = (types as string[] | undefined)?.map((type) => type.toLowerCase())
  const found = [...new Set((ids as string[]).map((id) => id.toLowerCase()))].flatMap((id) => {
    const ref = refOf(call, id)
    if (!ref || (wanted && !wanted.includes(ref.type.toLowerCase()) && !wanted.includes('directoryobject'))) return []
    return showRef(call, ref) ?? []
  })
  return { status: 200, body: { '@odata.context': `${call.root}/$metadata#directoryObjects`, value: found } }
}

const deletedGroups = ({ tenant }: Call): Group[] =>
  [...replica(tenant, groups).touched()].flatMap(([, group]) => (group?.deletedAt === undefined ? [] : [group]))

function deletedGroup({ tenant, params }: Call): Group | undefined {
  const group = tenant.objects(groups).find(params['id']!.toLowerCase())
  return group?.deletedAt === undefined ? undefined : group
}

function getDeleted(call: Call): Reply {
  const group = deletedGroup(call)
  const context = { '@odata.context': `${call.root}/$metadata#directoryObjects/$entity` }
  const body = group
    ? show(call, groupType, group, readProjection(call, groupType), true)
    : show(call, userType, deletedUser(call), readProjection(call, userType), true)
  return { status: 200, body: { ...context, ...body } }
}

function restoreGroup(call: Call): Reply {
  const { deletedAt: _, ...group } = deletedGroup(call)!
  call.tenant.objects(groups).put(group.id, group)
  audit(call, 'Restore Group', 'GroupManagement', 'Update', [groupTarget(group)])
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#directoryObjects/$entity`,
      ...show(call, groupType, group, undefined, true),
    },
  }
}

function purgeGroup(call: Call): Reply {
  const group = deletedGroup(call)!
  call.tenant.objects(groups).remove(group.id)
  audit(call, 'Hard Delete group', 'GroupManagement', 'Delete', [groupTarget(group)])
  return { status: 204 }
}
