import { Membership, groupMembers, groupOwners, groups } from '#world/groups.ts'
import { readJson } from '#services/graph/json.ts'
import type { Call } from '#services/graph/route.ts'
import type { Group, Link, Ref } from '#world/groups.ts'
import type { Kind } from '#world/objects.ts'
import type { Reply } from '#http/exchange.ts'

import { audit, changed, groupTarget } from './audit.ts'
import { badRequest, denied, invalidValue, missing } from './errors.ts'
import { groupType } from './group-type.ts'
import { refOf, refOfUrl, referenced } from './references.ts'
import { show } from './entity.ts'
import { targetOf } from './targets.ts'

/** Writes to groups and to who is in them. Reads hear of each a moment later. */

const DONE: Reply = { status: 204 }

/** The group that a write names, as the directory itself knows it. @throws GraphError Request_ResourceNotFound. */
function writtenGroup({ tenant, params }: Call): Group {
  const wanted = params['group']!
  const group = tenant.objects(groups).find(wanted.toLowerCase())
  if (!group || group.deletedAt !== undefined) throw missing(wanted)
  return group
}

/** Groups that can hold a role are changed only by who may manage roles. */
function requireRoleManagement(call: Call, group: Pick<Group, 'isAssignableToRole'>): void {
  if (group.isAssignableToRole && !call.roles.has('RoleManagement.ReadWrite.Directory')) throw denied()
}

export function createGroup(call: Call): Reply {
  const { tenant } = call
  const body = readJson(call.request)
  const { displayName, mailEnabled, mailNickname, securityEnabled, groupTypes = [] } = body
  for (const name of ['displayName', 'mailEnabled', 'mailNickname', 'securityEnabled'])
    if (body[name] === undefined) throw badRequest(`A value is required for property '${name}' of resource 'Group'.`)
  if (typeof displayName !== 'string' || displayName.trim() === '' || displayName.length > 256)
    throw invalid('displayName')
  if (typeof mailNickname !== 'string' || !/^[\w.-]{1,64}$/.test(mailNickname)) throw invalid('mailNickname')
  if (typeof mailEnabled !== 'boolean') throw invalid('mailEnabled')
  if (typeof securityEnabled !== 'boolean') throw invalid('securityEnabled')
  if (!Array.isArray(groupTypes) || groupTypes.some((each) => each !== 'Unified' && each !== 'DynamicMembership'))
    throw invalid('groupTypes')
  const unified = groupTypes.includes('Unified')
  if (unified !== mailEnabled)
    throw badRequest(
      'The service does not currently support writes of mail-enabled groups. Please ensure that the mail-enablement property is unset and the security-enablement property is set.',
    )
  if (!unified && !securityEnabled) throw invalid('securityEnabled')
  const isAssignableToRole = body['isAssignableToRole'] === true
  requireRoleManagement(call, { isAssignableToRole })
  const group: Group = {
    id: tenant.newId('group'),
    displayName,
    description: textOf(body['description'], 'description') ?? null,
    sort: unified ? 'Microsoft 365' : 'security',
    mailNickname,
    mail: unified ? `${mailNickname}@${tenant.world.domain}` : null,
    visibility: visibilityOf(body['visibility']) ?? (unified ? 'Public' : null),
    isAssignableToRole,
    membershipRule: groupTypes.includes('DynamicMembership')
      ? (textOf(body['membershipRule'], 'membershipRule') ?? '')
      : null,
    members: {},
    owners: boundTo(call, body['owners@odata.bind'], ['user', 'servicePrincipal']).map(({ id }) => id),
    createdAt: tenant.now,
  }
  tenant.objects(groups).put(group.id, group)
  audit(call, 'Add group', 'GroupManagement', 'Add', [
    groupTarget(group, changed([{ name: 'DisplayName', old: null, new: displayName }])),
  ])
  return {
    status: 201,
    headers: { location: `${call.root}/directoryObjects/${group.id}/Microsoft.DirectoryServices.Group` },
    body: { '@odata.context': `${call.root}/$metadata#groups/$entity`, ...show(call, groupType, group) },
  }
}

function boundTo(call: Call, urls: unknown, allowed: readonly Ref['type'][]): Ref[] {
  if (urls === undefined) return []
  if (!Array.isArray(urls) || urls.length > 20) throw badRequest('Invalid URL format specified in @odata.bind.')
  return urls.map((url) => refOfUrl(call, url, allowed))
}

const invalid = (name: string) => badRequest(`Invalid value specified for property '${name}' of resource 'Group'.`)

function textOf(value: unknown, name: string): string | null | undefined {
  if (value === undefined || value === null) return value
  if (typeof value !== 'string' || value.length > 3_072) throw invalid(name)
  return value
}

function visibilityOf(value: unknown): Group['visibility'] | undefined {
  if (value === undefined) return undefined
  if (value !== 'Public' && value !== 'Private') throw invalid('visibility')
  return value
}

export function updateGroup(call: Call): Reply {
  const group = writtenGroup(call)
  requireRoleManagement(call, group)
  const body = readJson(call.request)
  const { 'members@odata.bind': members, ...rest } = body
  const set: Partial<Group> = {}
  for (const [name, value] of Object.entries(rest)) {
    if (name.startsWith('@odata.')) continue
    if (name === 'displayName' || name === 'mailNickname') {
      const text = textOf(value, name)
      if (!text) throw invalid(name)
      set[name] = text
    } else if (name === 'description') set.description = textOf(value, name) ?? null
    else if (name === 'visibility') set.visibility = visibilityOf(value) ?? null
    else if (name === 'membershipRule' && group.membershipRule !== null) set.membershipRule = textOf(value, name) ?? ''
    else if (name in groupType.properties) throw badRequest(`Property '${name}' is read-only and cannot be set.`)
    else throw badRequest(`The property '${name}' does not exist on type 'microsoft.graph.group'.`)
  }
  for (const member of boundTo(call, members, ['user', 'group', 'device', 'servicePrincipal']))
    link(call, group, member)
  if (Object.keys(set).length > 0) {
    call.tenant.objects(groups).put(group.id, { ...group, ...set })
    const properties = Object.entries(set).map(([name, value]) => ({
      name: name.replace(/^./, (letter) => letter.toUpperCase()),
      old: group[name as keyof Group],
      new: value,
    }))
    audit(call, 'Update group', 'GroupManagement', 'Update', [groupTarget(group, changed(properties))])
  }
  return DONE
}

/** A Microsoft 365 group can be restored for 30 days; every other sort is gone. */
export function deleteGroup(call: Call): Reply {
  const group = writtenGroup(call)
  requireRoleManagement(call, group)
  const { tenant } = call
  if (group.sort === 'Microsoft 365') tenant.objects(groups).put(group.id, { ...group, deletedAt: tenant.now })
  else tenant.objects(groups).remove(group.id)
  audit(call, 'Delete group', 'GroupManagement', 'Delete', [groupTarget(group)])
  return DONE
}

/** `POST …/members/$ref` and `…/owners/$ref` */
export function addMember(call: Call, kind: Kind<Link>): Reply {
  const group = writtenGroup(call)
  requireRoleManagement(call, group)
  const owning = kind.name === 'groupOwner'
  link(
    call,
    group,
    referenced(call, owning ? ['user', 'servicePrincipal'] : ['user', 'group', 'device', 'servicePrincipal']),
    kind,
  )
  return DONE
}

function link(call: Call, group: Group, member: Ref, kind?: Kind<Link>): void {
  const owning = kind?.name === 'groupOwner'
  if (!owning) requireByHand(group)
  if (!owning && group.isAssignableToRole && member.type === 'group') throw invalidValue('members')
  if (isLinked(call, group, member, owning))
    throw badRequest(
      `One or more added object references already exist for the following modified properties: '${owning ? 'owners' : 'members'}'.`,
    )
  put(call, group, member, owning, true)
}

function requireByHand(group: Group): void {
  if (group.membershipRule !== null)
    throw badRequest(
      'Unable to update the specified properties for dynamic membership groups. Members of a dynamic group are determined by its rule.',
    )
  if (group.sort === 'distribution' || group.sort === 'mail-enabled security')
    throw badRequest('Cannot Update a mail-enabled security groups and or distribution list.')
}

export function removeMember(call: Call, kind: Kind<Link>): Reply {
  const group = writtenGroup(call)
  requireRoleManagement(call, group)
  const owning = kind.name === 'groupOwner'
  if (!owning) requireByHand(group)
  const wanted = call.params['member']!
  const member = refOf(call, wanted)
  if (!member || !isLinked(call, group, member, owning)) throw missing(wanted)
  put(call, group, member, owning, false)
  return DONE
}

/** What was written last counts, heard of or not. */
function isLinked({ tenant }: Call, group: Group, member: Ref, owning: boolean): boolean {
  const written = tenant.objects(owning ? groupOwners : groupMembers).find(`${group.id}/${member.id}`)
  if (written) return written.present
  const membership = new Membership(tenant)
  return owning ? membership.owners(group).some(({ id }) => id === member.id) : membership.isMember(group, member)
}

function put(call: Call, group: Group, member: Ref, owning: boolean, present: boolean): void {
  call.tenant.objects(owning ? groupOwners : groupMembers).put(`${group.id}/${member.id}`, { ...member, present })
  const [what, verb] = [owning ? 'owner' : 'member', present ? 'Add' : 'Remove']
  const names = { old: present ? null : `"${group.id}"`, new: present ? `"${group.id}"` : null }
  const title = { old: present ? null : `"${group.displayName}"`, new: present ? `"${group.displayName}"` : null }
  audit(call, `${verb} ${what} ${present ? 'to' : 'from'} group`, 'GroupManagement', present ? 'Assign' : 'Unassign', [
    targetOf(call, member, [
      { name: 'Group.ObjectID', ...names },
      { name: 'Group.DisplayName', ...title },
    ]),
    groupTarget(group),
  ])
}
