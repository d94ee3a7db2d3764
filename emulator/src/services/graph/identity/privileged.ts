import { Membership } from '#world/groups.ts'
import {
  AUTHENTICATION_ADMINISTRATOR,
  GLOBAL_ADMINISTRATOR,
  HELPDESK_ADMINISTRATOR,
  LIMITED_ROLES,
  PASSWORD_ADMINISTRATOR,
  PRIVILEGED_AUTHENTICATION_ADMINISTRATOR,
  USER_ADMINISTRATOR,
  allAssignments,
} from '#world/roles.ts'
import type { Call } from '#services/graph/route.ts'
import type { Tenant } from '#cloud.ts'
import type { User } from '#world/users.ts'

import { denied } from './errors.ts'

/**
 * Who may touch the account of an administrator: an application permission is not enough, the application itself has to hold
 * a directory role that stands above those of the user. Setting a password takes a role for everybody's account.
 */

/** Roles that a user holds, directly or through a group. */
export function rolesOf(tenant: Tenant, { id }: User): string[] {
  const membership = new Membership(tenant)
  return allAssignments(tenant).flatMap(({ principalId, roleDefinitionId }) => {
    if (principalId === id) return [roleDefinitionId]
    const group = membership.group(principalId)
    return group && membership.isMember(group, { type: 'user', id }) ? [roleDefinitionId] : []
  })
}

/** Holders of these may touch anybody. */
const ABOVE_ALL = [GLOBAL_ADMINISTRATOR, PRIVILEGED_AUTHENTICATION_ADMINISTRATOR]

/** By role of the caller, whose passwords it may set: users without a role, and holders of these. */
const PASSWORD_SETTERS = new Map<string, readonly string[]>([
  [USER_ADMINISTRATOR, LIMITED_ROLES.userAdministrator],
  [HELPDESK_ADMINISTRATOR, LIMITED_ROLES.helpdeskAdministrator],
  [AUTHENTICATION_ADMINISTRATOR, LIMITED_ROLES.authenticationAdministrator],
  [PASSWORD_ADMINISTRATOR, LIMITED_ROLES.passwordAdministrator],
])

/** By role of the caller, whose accounts it may disable, delete and so on, beside those of users without a role. */
const ACCOUNT_MANAGERS = new Map<string, readonly string[]>([[USER_ADMINISTRATOR, LIMITED_ROLES.userAdministrator]])

/** @throws GraphError Authorization_RequestDenied where the caller may not disable, delete, restore or rename the user. */
export function requireAbove(call: Call, user: User): void {
  const held = rolesOf(call.tenant, user)
  if (held.length > 0 && !stands(call, held, ACCOUNT_MANAGERS)) throw denied()
}

/** @throws GraphError Authorization_RequestDenied where the caller may not set the user's password. */
export function requirePasswordSetter(call: Call, user: User): void {
  if (!stands(call, rolesOf(call.tenant, user), PASSWORD_SETTERS)) throw denied()
}

function stands(
  { directoryRoles }: Call,
  held: readonly string[],
  table: ReadonlyMap<string, readonly string[]>,
): boolean {
  if (ABOVE_ALL.some((role) => directoryRoles.has(role))) return true
  return [...table].some(([role, below]) => directoryRoles.has(role) && held.every((each) => below.includes(each)))
}
