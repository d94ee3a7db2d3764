import { random } from '#world/random.ts'
import type { Group } from '#world/groups.ts'
import type { Tenant } from '#cloud.ts'

import { DIRECTORY, hasAny } from './permissions.ts'
import { time } from './user-type.ts'
import type { EntityType } from './entity.ts'

/** What Graph tells about a group. */

const NOTHING = new Set(['id'])

/** Permissions with which a group's properties are seen, and not only that it is there. */
const SEE = [
  'Group.ReadBasic.All',
  'Group.Read.All',
  'Group.ReadWrite.All',
  'Group.ManageProtection.All',
  'Group-NestingSupport.ReadWrite.All',
  'Group-PreferredDataLocation.ReadWrite.All',
  'Group-XTenantIdentitySync.Read.All',
  'Group.Create',
  'GroupMember.Read.All',
  'GroupMember.ReadWrite.All',
  ...DIRECTORY,
]

type Reader = (group: Group, tenant: Tenant) => unknown

const always =
  (value: unknown): Reader =>
  () =>
    value

const PROPERTIES: Record<string, Reader> = {
  id: ({ id }) => id,
  deletedDateTime: ({ deletedAt }) => (deletedAt === undefined ? null : time(deletedAt)),
  classification: always(null),
  createdDateTime: ({ createdAt }) => time(createdAt),
  description: ({ description }) => description,
  displayName: ({ displayName }) => displayName,
  expirationDateTime: always(null),
  groupTypes: ({ sort, membershipRule }) => [
    ...(membershipRule === null ? [] : ['DynamicMembership']),
    ...(sort === 'Microsoft 365' ? ['Unified'] : []),
  ],
  isAssignableToRole: ({ isAssignableToRole }) => (isAssignableToRole ? true : null),
  isManagementRestricted: always(null),
  mail: ({ mail }) => mail,
  mailEnabled: ({ sort }) => sort !== 'security',
  mailNickname: ({ mailNickname }) => mailNickname,
  membershipRule: ({ membershipRule }) => membershipRule,
  membershipRuleProcessingState: ({ membershipRule }) => (membershipRule === null ? null : 'On'),
  onPremisesDomainName: always(null),
  onPremisesLastSyncDateTime: always(null),
  onPremisesNetBiosName: always(null),
  onPremisesProvisioningErrors: always([]),
  onPremisesSamAccountName: always(null),
  onPremisesSecurityIdentifier: always(null),
  onPremisesSyncEnabled: always(null),
  preferredDataLocation: always(null),
  preferredLanguage: always(null),
  proxyAddresses: ({ mail, mailNickname }, { world }) =>
    mail === null ? [] : [`SMTP:${mail}`, `smtp:${mailNickname}@${world.initialDomain}`],
  renewedDateTime: ({ createdAt }) => time(createdAt),
  resourceBehaviorOptions: always([]),
  resourceProvisioningOptions: ({ sort }) => (sort === 'Microsoft 365' ? ['Team'] : []),
  securityEnabled: ({ sort }) => sort === 'security' || sort === 'mail-enabled security',
  securityIdentifier: ({ id }, { world }) => {
    const r = random(world.seed, 'sid', id)
    return `S-1-12-1-${[0, 1, 2, 3].map(() => r.between(1, 4_294_967_295)).join('-')}`
  },
  serviceProvisioningErrors: always([]),
  theme: always(null),
  uniqueName: always(null),
  visibility: ({ visibility }) => visibility,
  assignedLicenses: always([]),
  assignedLabels: always([]),
}

/** Given only where selected. */
const ASKED_FOR = new Set(['assignedLicenses', 'assignedLabels', 'preferredDataLocation', 'isManagementRestricted'])

export const groupType: EntityType<Group> = {
  name: 'microsoft.graph.group',
  set: 'groups',
  properties: Object.fromEntries(
    Object.entries(PROPERTIES).map(([name, read]) => [name, ({ tenant }, group) => read(group, tenant)]),
  ),
  defaults: Object.keys(PROPERTIES).filter((name) => !ASKED_FOR.has(name)),
  visible: (call) => (hasAny(call, SEE) ? 'all' : NOTHING),
  filters: {
    id: 'string',
    displayName: 'string',
    description: 'string',
    mail: 'string',
    mailNickname: 'string',
    membershipRule: 'string',
    membershipRuleProcessingState: 'string',
    visibility: 'string',
    mailEnabled: 'boolean',
    securityEnabled: 'boolean',
    isAssignableToRole: 'boolean',
    onPremisesSyncEnabled: 'boolean',
    groupTypes: 'strings',
    proxyAddresses: 'strings',
    createdDateTime: 'date',
    renewedDateTime: 'date',
  },
  orders: ['displayName', 'createdDateTime'],
  searches: ['displayName', 'description', 'mail', 'mailNickname'],
}
