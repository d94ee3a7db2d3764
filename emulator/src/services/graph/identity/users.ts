import { GraphError } from '#services/graph/errors.ts'
import { Users, isDeleted, managerOf, userChanges } from '#world/users.ts'
import { allowOptions } from '#services/graph/odata/options.ts'
import { devices, devicesOf } from '#world/devices.ts'
import { replica } from '#world/replicas.ts'
import { requirePlan } from '#services/graph/audit/plan.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { Reply } from '#http/exchange.ts'
import type { User } from '#world/users.ts'

import { CREATE_USERS, DELETE_USERS, AGENTS, READ_RELATIONS, READ_USERS, WRITE_USERS } from './permissions.ts'
import { count, list, short } from './list.ts'
import { createUser, deleteUser, removeManager, revokeSignInSessions, setManager, updateUser } from './user-writes.ts'
import { delta } from './delta.ts'
import { deviceType } from './device-type.ts'
import { directReports, userType } from './user-type.ts'
import { licenseDetails } from './licenses.ts'
import { missing } from './errors.ts'
import { readProjection, show } from './entity.ts'
import type { Change } from './delta.ts'
import type { Source } from './list.ts'

/** Users of the directory. */

const USER = 'microsoft.graph.user'
const USERS = `Collection(${USER})`
const WRITE_MANAGER = ['User.ReadWrite.All', 'Directory.ReadWrite.All', ...AGENTS]
const READ_DEVICES_OF = ['User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All']

export const userRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/users', returns: USERS, roles: READ_USERS, handle: listUsers },
  { method: 'POST', pattern: '/users', returns: USER, roles: CREATE_USERS, handle: createUser },
  {
    method: 'GET',
    pattern: '/users/$count',
    roles: READ_USERS,
    handle: (call) => count(call, userType, usersOf(call)),
  },
  {
    method: 'GET',
    pattern: '/users/delta',
    returns: USERS,
    roles: READ_RELATIONS,
    handle: usersDelta,
  },
  { method: 'GET', pattern: '/users/:user', returns: USER, roles: READ_USERS, handle: getUser },
  {
    method: 'PATCH',
    pattern: '/users/:user',
    roles: [
      ...WRITE_USERS,
      'User.EnableDisableAccount.All',
      'User-PasswordProfile.ReadWrite.All',
      'User.ManageIdentities.All',
      'User-Phone.ReadWrite.All',
      'User-Mail.ReadWrite.All',
    ],
    handle: updateUser,
  },
  { method: 'DELETE', pattern: '/users/:user', roles: DELETE_USERS, handle: deleteUser },
  {
    method: 'POST',
    pattern: '/users/:user/revokeSignInSessions',
    returns: 'Edm.Boolean',
    roles: ['User.RevokeSessions.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All', ...AGENTS],
    handle: revokeSignInSessions,
  },
  { method: 'GET', pattern: '/users/:user/manager', returns: USER, roles: READ_RELATIONS, handle: getManager },
  { method: 'PUT', pattern: '/users/:user/manager/$ref', roles: WRITE_MANAGER, handle: setManager },
  { method: 'DELETE', pattern: '/users/:user/manager/$ref', roles: WRITE_MANAGER, handle: removeManager },
  {
    method: 'GET',
    pattern: '/users/:user/directReports',
    returns: USERS,
    roles: READ_RELATIONS,
    handle: (call) =>
      list(call, userType, short(directReports(call.tenant, findUser(call))), {
        context: 'directoryObjects',
        typed: true,
      }),
  },
  {
    method: 'GET',
    pattern: '/users/:user/licenseDetails',
    returns: 'Collection(microsoft.graph.licenseDetails)',
    roles: [...READ_RELATIONS, 'LicenseAssignment.Read.All'],
    handle: getLicenseDetails,
  },
  ...['/users/:user/photo', '/users/:user/photo/$value'].map((pattern): Route => ({
    method: 'GET',
    pattern,
    returns: 'microsoft.graph.profilePhoto',
    roles: [
      'ProfilePhoto.Read.All',
      'ProfilePhoto.ReadWrite.All',
      'User.Read.All',
      'User.ReadBasic.All',
      'User.ReadWrite.CrossCloud',
    ],
    handle: noPhoto,
  })),
  ...['ownedDevices', 'registeredDevices'].map((what): Route => ({
    method: 'GET',
    pattern: `/users/:user/${what}`,
    returns: 'Collection(microsoft.graph.device)',
    roles: READ_DEVICES_OF,
    handle: listDevicesOf,
  })),
]

/** The user a path names, as reads show him. @throws GraphError Request_ResourceNotFound. */
export function findUser(call: Call): User {
  const wanted = call.params['user']!
  const user = new Users(call.tenant).find(wanted)
  if (!user) throw missing(wanted)
  return user
}

const LOOK_UP = ['id', 'userPrincipalName', 'mail', 'proxyAddresses'] as const

/** All users. */
export function usersOf({ tenant }: Call): Source<User> {
  const users = new Users(tenant)
  return {
    from: (place) => users.from(place),
    lookUp: (field, value) => {
      const known = LOOK_UP.find((each) => each === field)
      return known && users.having(known, value)
    },
    count: () => users.length,
  }
}

function listUsers(call: Call): Reply {
  const tracksSignIns = requireSignInActivity(call)
  return list(call, userType, usersOf(call), tracksSignIns ? { most: 500 } : {})
}

/**
 * True where the request asks for sign-in activity, which takes more than the right to read users.
 *
 * @throws GraphError Authentication_MSGraphPermissionMissing, or that the tenant has no premium plan.
 */
function requireSignInActivity({ request: { query }, roles, tenant }: Call): boolean {
  const asked = /(^|[^\w])signInActivity/i.test(`${query.get('$select') ?? ''} ${query.get('$filter') ?? ''}`)
  if (!asked) return false
  if (!roles.has('AuditLog.Read.All'))
    throw new GraphError(
      403,
      'Authentication_MSGraphPermissionMissing',
      'Calling principal does not have required MSGraph permissions AuditLog.Read.All',
    )
  requirePlan(tenant, 'P1', 'P2')
  return true
}

function getUser(call: Call): Reply {
  allowOptions(call.request.query, ['$select', '$expand'])
  requireSignInActivity(call)
  const user = findUser(call)
  const projection = readProjection(call, userType)
  const names = projection.select ? `(${projection.select.join(',')})` : ''
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#users${names}/$entity`,
      ...show(call, userType, user, projection),
    },
  }
}

function usersDelta(call: Call): Reply {
  requireSignInActivity(call)
  const { tenant } = call
  const users = new Users(tenant)
  return delta(call, {
    type: userType,
    source: usersOf(call),
    since: (number) => {
      const { fates, next } = replica(tenant, userChanges).since(number)
      const changes = fates.map(({ id }): Change<User> => {
        const user = users.withDeleted(id)
        if (!user) return { id, removed: 'deleted' }
        return isDeleted(user) ? { id, removed: 'changed' } : { object: user }
      })
      return { changes, next }
    },
  })
}

function getManager(call: Call): Reply {
  allowOptions(call.request.query, ['$select'])
  const id = managerOf(call.tenant, findUser(call))
  const manager = id === null ? undefined : new Users(call.tenant).find(id)
  if (!manager) throw missing('manager')
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#directoryObjects/$entity`,
      ...show(call, userType, manager, readProjection(call, userType), true),
    },
  }
}

function getLicenseDetails(call: Call): Reply {
  allowOptions(call.request.query, [])
  const user = findUser(call)
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#users('${user.id}')/licenseDetails`,
      value: licenseDetails(call.tenant, user),
    },
  }
}

/** Nobody here has had a picture taken. */
function noPhoto(call: Call): Reply {
  findUser(call)
  throw new GraphError(
    404,
    'ImageNotFound',
    "Exception of type 'Microsoft.Fast.Profile.Core.Exception.ImageNotFoundException' was thrown.",
  )
}

function listDevicesOf(call: Call): Reply {
  const { person } = findUser(call)
  const now = replica(call.tenant, devices)
  const found = person ? devicesOf(call.tenant.world, person).flatMap(({ id }) => now.find(id) ?? []) : []
  return list(call, deviceType, short(found), { context: 'directoryObjects', typed: true })
}
