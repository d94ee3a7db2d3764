import { Users, isDeleted, managerOf, principalNameOf, userChanges } from '#world/users.ts'
import { readJson } from '#services/graph/json.ts'
import type { Call } from '#services/graph/route.ts'
import type { Reply } from '#http/exchange.ts'
import type { User, UserChanges } from '#world/users.ts'

import { audit, changed, userTarget } from './audit.ts'
import { badRequest, invalidValue, missing } from './errors.ts'
import { readUserBody, requireFreeName, requireWritable } from './user-body.ts'
import { referenced } from './references.ts'
import { requireAbove } from './privileged.ts'
import { show } from './entity.ts'
import { userType } from './user-type.ts'

/** Writes to users. Each leaves a record in the audit logs; reads hear of it a moment later. */

const DONE: Reply = { status: 204 }

/** The user whom a write names, as the directory itself knows him. @throws GraphError Request_ResourceNotFound. */
export function writtenUser(call: Call): User {
  const wanted = call.params['user']!
  const user = new Users(call.tenant, 'written').find(wanted)
  if (!user) throw missing(wanted)
  return user
}

const put = ({ tenant }: Call, { id, changes }: User, more: Partial<UserChanges>) =>
  tenant.objects(userChanges).put(id, { ...changes, ...more })

export function updateUser(call: Call): Reply {
  const user = writtenUser(call)
  const body = readUserBody(readJson(call.request))
  requireWritable(call, user, body)
  requireFreeName(call, body.set['userPrincipalName'], user.id)
  const before = Object.fromEntries(Object.keys(body.set).map((name) => [name, userType.properties[name]!(call, user)]))
  const now = call.tenant.now
  put(call, user, {
    set: { ...user.changes.set, ...body.set },
    // Microsoft ends the sessions of whoever gets a new password.
    ...(body.password ? { passwordChangedAt: now, sessionsValidFrom: now } : {}),
    ...(body.password?.text === undefined ? {} : { password: body.password.text }),
  })
  tellUpdate(call, user, before, body.set)
  if (body.password) audit(call, 'Reset user password', 'UserManagement', 'Update', [userTarget(user)])
  return DONE
}

function tellUpdate(call: Call, user: User, before: Record<string, unknown>, set: Record<string, unknown>): void {
  const properties = Object.keys(set).map((name) => ({
    // The log writes names as the directory does: with a capital.
    name: name.replace(/^./, (first) => first.toUpperCase()),
    old: before[name],
    new: set[name],
  }))
  if (properties.length === 0) return
  if (set['accountEnabled'] !== undefined && set['accountEnabled'] !== before['accountEnabled']) {
    const activity = set['accountEnabled'] ? 'Enable account' : 'Disable account'
    audit(call, activity, 'UserManagement', 'Update', [userTarget(user, changed(properties))])
  }
  audit(call, 'Update user', 'UserManagement', 'Update', [userTarget(user, changed(properties))])
}

export function createUser(call: Call): Reply {
  const body = readJson(call.request)
  const { set, password } = readUserBody(body)
  for (const name of ['accountEnabled', 'displayName', 'mailNickname', 'userPrincipalName'])
    if (set[name] === undefined) throw badRequest(`A value is required for property '${name}' of resource 'User'.`)
  if (password?.text === undefined)
    throw badRequest(
      'The specified password does not comply with password complexity requirements. Please provide a different password.',
    )
  requireFreeName(call, set['userPrincipalName'])
  const { tenant } = call
  const id = tenant.newId('user')
  const changes: UserChanges = {
    set,
    createdAt: tenant.now,
    passwordChangedAt: tenant.now,
    sessionsValidFrom: tenant.now,
    password: password.text,
  }
  tenant.objects(userChanges).put(id, changes)
  const user = { id, person: undefined, changes }
  audit(call, 'Add user', 'UserManagement', 'Add', [
    userTarget(user, changed(Object.entries(set).map(([name, value]) => ({ name, old: null, new: value })))),
  ])
  return {
    status: 201,
    headers: { location: `${call.root}/directoryObjects/${id}/Microsoft.DirectoryServices.User` },
    body: { '@odata.context': `${call.root}/$metadata#users/$entity`, ...show(call, userType, user) },
  }
}

export function deleteUser(call: Call): Reply {
  const user = writtenUser(call)
  requireAbove(call, user)
  put(call, user, { deletedAt: call.tenant.now })
  audit(call, 'Delete user', 'UserManagement', 'Delete', [userTarget(user)])
  return DONE
}

/** @throws GraphError where it is not in the recycle bin. */
export function deletedUser(call: Call): User {
  const wanted = call.params['id']!
  const user = new Users(call.tenant, 'written').withDeleted(wanted)
  if (!user || !isDeleted(user)) throw missing(wanted)
  return user
}

export function restoreUser(call: Call): Reply {
  const user = deletedUser(call)
  requireAbove(call, user)
  requireFreeName(call, principalNameOf(user), user.id)
  const { deletedAt: _, ...changes } = user.changes
  call.tenant.objects(userChanges).put(user.id, changes)
  audit(call, 'Restore user', 'UserManagement', 'Update', [userTarget(user)])
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#directoryObjects/$entity`,
      ...show(call, userType, { ...user, changes }, undefined, true),
    },
  }
}

export function purgeUser(call: Call): Reply {
  const user = deletedUser(call)
  requireAbove(call, user)
  put(call, user, { purged: true })
  audit(call, 'Hard Delete user', 'UserManagement', 'Delete', [userTarget(user)])
  return DONE
}

/** Ends all sessions: refresh tokens from before this moment are worth nothing. */
export function revokeSignInSessions(call: Call): Reply {
  const user = writtenUser(call)
  const old = userType.properties['signInSessionsValidFromDateTime']!(call, user)
  put(call, user, { sessionsValidFrom: call.tenant.now })
  audit(call, 'Update StsRefreshTokenValidFrom Timestamp', 'UserManagement', 'Update', [
    userTarget(
      user,
      changed([{ name: 'StsRefreshTokensValidFrom', old, new: new Date(call.tenant.now).toISOString() }]),
    ),
  ])
  return { status: 200, body: { '@odata.context': `${call.root}/$metadata#Edm.Boolean`, value: true } }
}

export function setManager(call: Call): Reply {
  const user = writtenUser(call)
  const { type, id } = referenced(call, ['user'])
  if (type !== 'user' || id === user.id) throw invalidValue('manager')
  put(call, user, { manager: id })
  const old = managerOf(call.tenant, user)
  audit(call, 'Set user manager', 'UserManagement', 'Assign', [
    userTarget(user, changed([{ name: 'Manager', old, new: id }])),
  ])
  return DONE
}

export function removeManager(call: Call): Reply {
  const user = writtenUser(call)
  const old = managerOf(call.tenant, user)
  if (old === null) throw missing('manager')
  put(call, user, { manager: null })
  audit(call, 'Remove user manager', 'UserManagement', 'Unassign', [
    userTarget(user, changed([{ name: 'Manager', old, new: null }])),
  ])
  return DONE
}
