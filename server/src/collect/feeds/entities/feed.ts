import { RESOURCE_TITLES } from '#connect/clouds.ts'
import type { FeedContext, Requirement } from '#collect/feed.ts'
import { defineFeed, type Feed } from '#collect/feed.ts'
import { readFirst, type GraphItem, type GraphList } from '#collect/graph-list.ts'
import { AppError } from '#domain/errors.ts'
import type { PermissionNeed } from '#domain/tenant.ts'

import { withMembers } from './roles.ts'
import { listSnapshot, SNAPSHOT_WINDOWING, SnapshotOptions } from './snapshot.ts'
import { REGISTRATIONS, ROLE_ASSIGNMENTS, withRolesAndMethods } from './users.ts'

/**
 * Who and what there is in the tenant: users, groups, devices and directory roles, as snapshots. What changes by itself (the
 * last sign-in, the last synchronization) is left out, or every snapshot would make a new state of everybody.
 */

interface EntityFeed {
  /** `users` */
  kind: string
  title: string
  type: string
  list: GraphList
  /** What else is asked for, tried before the feed is saved. */
  more?: readonly GraphList[]
  complete?: (context: FeedContext<unknown>, pages: AsyncIterable<GraphItem[]>) => AsyncIterable<GraphItem[]>
  permissions: readonly Omit<PermissionNeed, 'resource'>[]
  requirements?: readonly Requirement[]
}

function entityFeed({
  kind,
  title,
  type,
  list,
  more = [],
  complete,
  permissions,
  requirements = [],
}: EntityFeed): Feed {
  return defineFeed<SnapshotOptions>({
    id: `graph.entities.${kind}`,
    title,
    dataset: 'entityanalytics_entra_id.entity',
    api: 'graph',
    permissions: permissions.map((need) => ({ resource: RESOURCE_TITLES.graph, ...need })),
    requirements,
    lateness: 'As old as the newest snapshot; what came and went between two of them is not seen.',
    windowing: SNAPSHOT_WINDOWING,
    options: SnapshotOptions,
    source: {
      list: (context, span) =>
        listSnapshot(context, span, list, {
          type,
          ...(complete && { complete: (pages: AsyncIterable<GraphItem[]>) => complete(context, pages) }),
        }),
      // The last minutes hold no snapshot, so listing them would try nothing.
      async check(context) {
        const tried = await Promise.allSettled([list, ...more].map((each) => readFirst(context, each)))
        const faults = tried.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []))
        const unexpected = faults.find((fault) => !(fault instanceof AppError))
        if (unexpected !== undefined) throw unexpected
        return faults as AppError[]
      },
    },
  })
}

const READ_ROLES = {
  permission: 'RoleManagement.Read.Directory',
  why: 'Reads directory roles and who holds them.',
}

const USER_PROPERTIES =
  'id,userPrincipalName,displayName,givenName,surname,mail,proxyAddresses,otherMails,accountEnabled,userType,' +
  'creationType,externalUserState,createdDateTime,employeeId,jobTitle,department,companyName,officeLocation,' +
  'usageLocation,businessPhones,mobilePhone,assignedLicenses,lastPasswordChangeDateTime,' +
  'signInSessionsValidFromDateTime,onPremisesSyncEnabled,onPremisesSamAccountName,onPremisesDomainName'

const GROUP_PROPERTIES =
  'id,displayName,description,mail,mailEnabled,proxyAddresses,securityEnabled,groupTypes,visibility,' +
  'isAssignableToRole,membershipRule,createdDateTime,onPremisesSyncEnabled'

const DEVICE_PROPERTIES =
  'id,deviceId,displayName,accountEnabled,operatingSystem,operatingSystemVersion,manufacturer,model,trustType,' +
  'profileType,deviceOwnership,managementType,isManaged,isCompliant,registrationDateTime,onPremisesSyncEnabled'

export const ENTITY_FEEDS: readonly Feed[] = [
  entityFeed({
    kind: 'users',
    title: 'Users, with roles and multifactor authentication',
    type: '#microsoft.graph.user',
    list: {
      path: `/v1.0/users?$select=${USER_PROPERTIES}&$top=999`,
      what: 'Could not list the users.',
      permission: 'User.Read.All',
    },
    more: [ROLE_ASSIGNMENTS, REGISTRATIONS],
    complete: withRolesAndMethods,
    permissions: [
      { permission: 'User.Read.All', why: 'Reads who the users are: names, addresses, department, whether enabled.' },
      READ_ROLES,
      { permission: 'AuditLog.Read.All', why: 'Reads how users are registered for multifactor authentication.' },
    ],
    requirements: [
      {
        kind: 'license',
        name: 'Microsoft Entra ID P1',
        why: 'Only for the state of multifactor authentication, which stays unknown without it.',
      },
    ],
  }),
  entityFeed({
    kind: 'groups',
    title: 'Groups',
    type: '#microsoft.graph.group',
    list: {
      path: `/v1.0/groups?$select=${GROUP_PROPERTIES}&$top=999`,
      what: 'Could not list the groups.',
      permission: 'GroupMember.Read.All',
    },
    permissions: [{ permission: 'GroupMember.Read.All', why: 'Reads which groups there are.' }],
  }),
  entityFeed({
    kind: 'devices',
    title: 'Devices',
    type: '#microsoft.graph.device',
    list: {
      path: `/v1.0/devices?$select=${DEVICE_PROPERTIES}&$top=999`,
      what: 'Could not list the devices.',
      permission: 'Device.Read.All',
    },
    permissions: [
      { permission: 'Device.Read.All', why: 'Reads which devices there are, and whether they are managed.' },
    ],
  }),
  entityFeed({
    kind: 'directory-roles',
    title: 'Directory roles and who holds them',
    type: '#microsoft.graph.directoryRole',
    list: {
      path: '/v1.0/directoryRoles',
      what: 'Could not list the directory roles.',
      permission: 'RoleManagement.Read.Directory',
    },
    complete: withMembers,
    permissions: [READ_ROLES],
  }),
]
