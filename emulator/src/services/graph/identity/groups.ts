import { Membership, groupMembers, groupOwners, groups } from '#world/groups.ts'
import { allowOptions } from '#services/graph/odata/options.ts'
import { replica } from '#world/replicas.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { Group, Link } from '#world/groups.ts'
import type { Reply } from '#http/exchange.ts'

import { addMember, createGroup, deleteGroup, removeMember, updateGroup } from './group-writes.ts'
import { READ_GROUPS, READ_MEMBERS } from './permissions.ts'
import { count, list, short } from './list.ts'
import { delta } from './delta.ts'
import { groupType } from './group-type.ts'
import { mixedRoutes, showRef } from './mixed.ts'
import { missing } from './errors.ts'
import { readProjection, show } from './entity.ts'
import type { Change } from './delta.ts'
import type { EntityType } from './entity.ts'
import type { Source } from './list.ts'

/** Groups, who is in them, and who owns them. */

const GROUP = 'microsoft.graph.group'
const GROUPS = `Collection(${GROUP})`
const WRITE_GROUPS = ['Group.ReadWrite.All', 'Directory.ReadWrite.All']
const WRITE_MEMBERS = ['GroupMember.ReadWrite.All', ...WRITE_GROUPS]
const READ_OWNERS = [
  'GroupMember.Read.All',
  'GroupMember.ReadWrite.All',
  'Group.Read.All',
  'Group.ReadWrite.All',
  'Directory.Read.All',
]

export const groupRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/groups',
    returns: GROUPS,
    roles: READ_GROUPS,
    handle: (call) => list(call, expandable, groupsOf(call)),
  },
  {
    method: 'POST',
    pattern: '/groups',
    returns: GROUP,
    roles: ['Group.Create', 'Group-PreferredDataLocation.ReadWrite.All', ...WRITE_GROUPS],
    handle: createGroup,
  },
  {
    method: 'GET',
    pattern: '/groups/$count',
    roles: READ_GROUPS,
    handle: (call) => count(call, groupType, groupsOf(call)),
  },
  {
    method: 'GET',
    pattern: '/groups/delta',
    returns: GROUPS,
    roles: READ_GROUPS.filter(
      (name) => !['Group.ManageProtection.All', 'Group-PreferredDataLocation.ReadWrite.All'].includes(name),
    ),
    handle: groupsDelta,
  },
  {
    method: 'GET',
    pattern: '/groups/:group',
    returns: GROUP,
    roles: [...READ_GROUPS, 'Group-XTenantIdentitySync.Read.All'],
    handle: getGroup,
  },
  {
    method: 'PATCH',
    pattern: '/groups/:group',
    roles: [
      'Group-NestingSupport.ReadWrite.All',
      'Group-PreferredDataLocation.ReadWrite.All',
      'Group.ManageProtection.All',
      ...WRITE_GROUPS,
    ],
    handle: updateGroup,
  },
  { method: 'DELETE', pattern: '/groups/:group', roles: ['Group.ReadWrite.All'], handle: deleteGroup },
  ...mixedRoutes('/groups/:group/members', READ_MEMBERS, (call) => {
    const group = findGroup(call)
    return { from: (place) => new Membership(call.tenant).members(group, place) }
  }),
  ...mixedRoutes('/groups/:group/transitiveMembers', READ_MEMBERS, (call) => {
    const group = findGroup(call)
    return { from: (place) => new Membership(call.tenant).transitiveMembers(group, place) }
  }),
  ...mixedRoutes('/groups/:group/owners', READ_OWNERS, (call) =>
    short(new Membership(call.tenant).owners(findGroup(call))),
  ),
  {
    method: 'POST',
    pattern: '/groups/:group/members/$ref',
    roles: WRITE_MEMBERS,
    handle: (call) => addMember(call, groupMembers),
  },
  {
    method: 'DELETE',
    pattern: '/groups/:group/members/:member/$ref',
    roles: WRITE_MEMBERS,
    handle: (call) => removeMember(call, groupMembers),
  },
  {
    method: 'POST',
    pattern: '/groups/:group/owners/$ref',
    roles: WRITE_GROUPS,
    handle: (call) => addMember(call, groupOwners),
  },
  {
    method: 'DELETE',
    pattern: '/groups/:group/owners/:member/$ref',
    roles: WRITE_GROUPS,
    handle: (call) => removeMember(call, groupOwners),
  },
]

/** How many members `$expand` gives. */
const EXPANDED = 20

/** A group that can show who is in it. */
const expandable: EntityType<Group> = {
  ...groupType,
  expansions: {
    members: (call, group, select) => {
      const found = []
      for (const [, member] of new Membership(call.tenant).members(group)) {
        if (found.length === EXPANDED) break
        found.push(showRef(call, member, select))
      }
      return found
    },
    owners: (call, group, select) =>
      new Membership(call.tenant)
        .owners(group)
        .slice(0, EXPANDED)
        .map((owner) => showRef(call, owner, select)),
    memberOf: (call, { id }, select) =>
      new Membership(call.tenant)
        .memberOf({ type: 'group', id })
        .map((outer) => showRef(call, { type: 'group', id: outer.id }, select)),
  },
}

/** The group a path names, as reads show it. @throws GraphError Request_ResourceNotFound. */
export function findGroup(call: Call): Group {
  const wanted = call.params['group']!
  const group = new Membership(call.tenant).group(wanted)
  if (!group) throw missing(wanted)
  return group
}

const groupsOf = ({ tenant }: Call): Source<Group> => short([...new Membership(tenant).all()])

function getGroup(call: Call): Reply {
  allowOptions(call.request.query, ['$select', '$expand'])
  const group = findGroup(call)
  const projection = readProjection(call, expandable)
  const names = projection.select ? `(${projection.select.join(',')})` : ''
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#groups${names}/$entity`,
      ...show(call, expandable, group, projection),
    },
  }
}

/** Members who came and went are told with their group; in the first round, of small groups, who is there. */
function groupsDelta(call: Call): Reply {
  const { tenant } = call
  const membership = new Membership(tenant)
  const links = replica(tenant, groupMembers)
  return delta(call, {
    type: groupType,
    source: groupsOf(call),
    since: (number) => {
      const own = replica(tenant, groups).since(number)
      const moved = links.since(number)
      const ids = new Set([...own.fates.map(({ id }) => id), ...moved.fates.map(({ id }) => id.split('/')[0]!)])
      const changes = [...ids].map((id): Change<Group> => {
        const group = membership.group(id)
        return group ? { object: group } : { id, removed: tenant.objects(groups).find(id) ? 'changed' : 'deleted' }
      })
      return { changes, next: Math.min(own.next, moved.next) }
    },
    extra: (group, after) => {
      const found =
        after === undefined ? firstMembers(membership, group) : changedMembers(links.since(after).fates, group)
      return found.length === 0 ? {} : { 'members@delta': found }
    },
  })
}

/** How many members of a group its first mention tells. The real service pages through all of them. */
const TOLD = 1_000

function firstMembers(membership: Membership, group: Group): object[] {
  const found = []
  for (const [, { type, id }] of membership.members(group)) {
    if (found.length === TOLD) break
    found.push({ '@odata.type': `#microsoft.graph.${type}`, id })
  }
  return found
}

const changedMembers = (fates: readonly { id: string; value: Link | undefined }[], group: Group): object[] =>
  fates.flatMap(({ id, value }) =>
    value && id.startsWith(`${group.id}/`)
      ? [
          {
            '@odata.type': `#microsoft.graph.${value.type}`,
            id: value.id,
            ...(value.present ? {} : { '@removed': { reason: 'deleted' } }),
          },
        ]
      : [],
  )
