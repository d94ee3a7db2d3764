import { Membership } from '#world/groups.ts'
import { allAssignments } from '#world/roles.ts'
import { readJson } from '#services/graph/json.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { Group, Ref } from '#world/groups.ts'
import type { Reply } from '#http/exchange.ts'

import { CHECK_MEMBERSHIP, DIRECTORY, GET_MEMBER_GROUPS, READ_DEVICES, READ_RELATIONS } from './permissions.ts'
import { badRequest, missing } from './errors.ts'
import { deviceOf } from './devices.ts'
import { findGroup } from './groups.ts'
import { findUser } from './users.ts'
import { principalOf } from './principal-type.ts'
import { refOf } from './references.ts'
import { roleObjectId } from './role-type.ts'
import { short } from './list.ts'
import { mixedRoutes } from './mixed.ts'
import type { Entry } from './mixed.ts'

/** What something is a member of: groups and directory roles, directly or through groups within groups. */

const ofUser = (call: Call): Ref => ({ type: 'user', id: findUser(call).id })
const ofGroup = (call: Call): Ref => ({ type: 'group', id: findGroup(call).id })
const ofDevice = (call: Call): Ref => ({ type: 'device', id: deviceOf(call).id })
function ofPrincipal(call: Call): Ref {
  const id = call.params['id']!.toLowerCase()
  if (!principalOf(call, id)) throw missing(id)
  return { type: 'servicePrincipal', id }
}
function ofObject(call: Call): Ref {
  const ref = refOf(call, call.params['id']!)
  if (!ref) throw missing(call.params['id']!)
  return ref
}

const APPLICATIONS = ['Application.Read.All', 'Application.ReadWrite.All', ...DIRECTORY]

const upward = (of: (call: Call) => Ref, transitive: boolean) => (call: Call) => {
  const ref = of(call)
  const membership = new Membership(call.tenant)
  const found = transitive ? membership.transitiveMemberOf(ref) : membership.memberOf(ref)
  return short([
    ...found.map(({ id }): Entry => ({ type: 'group', id })),
    ...rolesOf(call, ref, transitive ? found : []),
  ])
}

function rolesOf({ tenant }: Call, { id }: Ref, through: readonly Group[]): Entry[] {
  const holders = new Set([id, ...through.map((group) => group.id)])
  const held = allAssignments(tenant).filter(({ principalId }) => holders.has(principalId))
  return [...new Set(held.map(({ roleDefinitionId }) => roleDefinitionId))].map((role) => ({
    type: 'directoryRole',
    id: role,
  }))
}

export const membershipRoutes: readonly Route[] = [
  ...mixedRoutes(
    '/users/:user/memberOf',
    ['Directory.Read.All', 'Directory.ReadWrite.All', 'Group.ReadBasic.All', 'GroupMember.ReadBasic.All'],
    upward(ofUser, false),
  ),
  ...mixedRoutes(
    '/users/:user/transitiveMemberOf',
    [
      ...DIRECTORY,
      'Group.Read.All',
      'Group.ReadBasic.All',
      'GroupMember.Read.All',
      'GroupMember.ReadBasic.All',
      'User.Read.All',
    ],
    upward(ofUser, true),
  ),
  ...mixedRoutes(
    '/groups/:group/memberOf',
    [...DIRECTORY, 'Group.Read.All', 'Group.ReadBasic.All', 'GroupMember.Read.All', 'GroupMember.ReadBasic.All'],
    upward(ofGroup, false),
  ),
  ...mixedRoutes(
    '/groups/:group/transitiveMemberOf',
    [...DIRECTORY, 'Group.ReadBasic.All', 'GroupMember.ReadBasic.All'],
    upward(ofGroup, true),
  ),
  ...mixedRoutes('/devices/:device/memberOf', READ_DEVICES, upward(ofDevice, false)),
  ...mixedRoutes('/devices/:device/transitiveMemberOf', READ_DEVICES, upward(ofDevice, true)),
  ...mixedRoutes(
    '/servicePrincipals/:id/memberOf',
    [...APPLICATIONS, 'Application.ReadWrite.OwnedBy'],
    upward(ofPrincipal, false),
  ),
  ...mixedRoutes('/servicePrincipals/:id/transitiveMemberOf', APPLICATIONS, upward(ofPrincipal, true)),
  ...mixedRoutes('/users/:user/ownedObjects', READ_RELATIONS, (call) => {
    const ref = ofUser(call)
    return short(new Membership(call.tenant).ownedBy(ref).map(({ id }): Entry => ({ type: 'group', id })))
  }),
  ...(
    [
      ['/users/:user', ofUser],
      ['/groups/:group', ofGroup],
      ['/devices/:device', ofDevice],
      ['/servicePrincipals/:id', ofPrincipal],
      ['/directoryObjects/:id', ofObject],
    ] as const
  ).flatMap(([pattern, of]) => questions(pattern, of)),
]

/** Which of these groups is it in; which groups is it in; the same with roles. */
function questions(pattern: string, of: (call: Call) => Ref): Route[] {
  const returns = 'Collection(Edm.String)'
  return [
    {
      method: 'POST',
      pattern: `${pattern}/checkMemberGroups`,
      returns,
      roles: CHECK_MEMBERSHIP,
      handle: (call) => check(call, of(call), 'groupIds'),
    },
    {
      method: 'POST',
      pattern: `${pattern}/checkMemberObjects`,
      returns,
      roles: CHECK_MEMBERSHIP,
      handle: (call) => check(call, of(call), 'ids'),
    },
    {
      method: 'POST',
      pattern: `${pattern}/getMemberGroups`,
      returns,
      roles: GET_MEMBER_GROUPS,
      handle: (call) => all(call, of(call), false),
    },
    {
      method: 'POST',
      pattern: `${pattern}/getMemberObjects`,
      returns,
      roles: CHECK_MEMBERSHIP,
      handle: (call) => all(call, of(call), true),
    },
  ]
}

/** How many ids one request may ask about. */
const MOST_IDS = 20

function check(call: Call, ref: Ref, property: 'groupIds' | 'ids'): Reply {
  const ids = readJson(call.request)[property]
  if (!Array.isArray(ids) || ids.length === 0 || ids.some((id) => typeof id !== 'string'))
    throw badRequest(`A value is required for parameter '${property}'.`)
  if (ids.length > MOST_IDS)
    throw badRequest(`Too many values specified for parameter '${property}'; at most ${MOST_IDS} are allowed.`)
  const known = new Set(idsOf(call, ref, property === 'ids', false))
  return strings(
    call,
    (ids as string[]).map((id) => id.toLowerCase()).filter((id) => known.has(id)),
  )
}

function all(call: Call, ref: Ref, withRoles: boolean): Reply {
  const { securityEnabledOnly = false } = readJson(call.request)
  if (typeof securityEnabledOnly !== 'boolean')
    throw badRequest("Invalid value specified for parameter 'securityEnabledOnly'.")
  return strings(call, idsOf(call, ref, withRoles, securityEnabledOnly))
}

function idsOf(call: Call, ref: Ref, withRoles: boolean, securityOnly: boolean): string[] {
  const found = new Membership(call.tenant).transitiveMemberOf(ref)
  const secure = found.filter(({ sort }) => !securityOnly || sort === 'security' || sort === 'mail-enabled security')
  const roles = withRoles ? rolesOf(call, ref, found).map(({ id }) => roleObjectId(call.tenant, id)) : []
  return [...secure.map(({ id }) => id), ...roles]
}

const strings = (call: Call, value: readonly string[]): Reply => ({
  status: 200,
  body: { '@odata.context': `${call.root}/$metadata#Collection(Edm.String)`, value },
})
