import { random } from '#world/random.ts'
import { allowOptions } from '#services/graph/odata/options.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { Tenant } from '#cloud.ts'

import { SKU, assignedPlans, plansOf, servicePlans } from './licenses.ts'
import { lastSync, time } from './user-type.ts'
import { list, short } from './list.ts'
import { missing } from './errors.ts'
import { readProjection, show } from './entity.ts'
import type { EntityType } from './entity.ts'

/** The tenant itself: its name, its domains, and what it has bought. */

const INTUNE = [
  'DeviceManagementConfiguration.Read.All',
  'DeviceManagementConfiguration.ReadWrite.All',
  'DeviceManagementServiceConfig.Read.All',
  'DeviceManagementServiceConfig.ReadWrite.All',
]
const READ_DOMAINS = ['Domain.Read.All', 'Domain.ReadWrite.All', 'Directory.Read.All']
const READ_SKUS = [
  'LicenseAssignment.Read.All',
  'Organization.Read.All',
  'Organization.ReadWrite.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
]

const DAY = 86_400_000
const foundedAt = ({ world }: Tenant) => time(world.epoch - 1600 * DAY)

/** A description of objects that are made whole: every property may be selected and filtered by its own type. */
function plainType(name: string, set: string, properties: readonly string[]): EntityType<Record<string, unknown>> {
  return {
    name,
    set,
    properties: Object.fromEntries(properties.map((property) => [property, (_, object) => object[property]])),
    defaults: properties,
    visible: () => 'all',
    filters: { id: 'string' },
    orders: [],
    searches: [],
  }
}

const organizationOf = (tenant: Tenant): Record<string, unknown> => {
  const { world } = tenant
  return {
    id: world.tenantId,
    deletedDateTime: null,
    displayName: world.name,
    tenantType: 'AAD',
    countryLetterCode: world.country,
    country: null,
    city: null,
    state: null,
    street: null,
    postalCode: null,
    businessPhones: [],
    createdDateTime: foundedAt(tenant),
    defaultUsageLocation: null,
    preferredLanguage: 'en',
    marketingNotificationEmails: [],
    technicalNotificationMails: [`it@${world.domain}`],
    securityComplianceNotificationMails: [`security@${world.domain}`],
    securityComplianceNotificationPhones: [],
    onPremisesSyncEnabled: true,
    onPremisesLastSyncDateTime: time(lastSync(tenant)),
    partnerTenantType: null,
    privacyProfile: null,
    verifiedDomains: [
      {
        capabilities: 'Email, OfficeCommunicationsOnline',
        isDefault: true,
        isInitial: false,
        name: world.domain,
        type: 'Managed',
      },
      {
        capabilities: 'Email, OfficeCommunicationsOnline',
        isDefault: false,
        isInitial: true,
        name: world.initialDomain,
        type: 'Managed',
      },
    ],
    assignedPlans: assignedPlans(tenant, foundedAt(tenant)),
    provisionedPlans: plansOf(tenant).map(({ service }) => ({
      capabilityStatus: 'Enabled',
      provisioningStatus: 'Success',
      service,
    })),
  }
}

const domainsOf = ({ world }: Tenant): Record<string, unknown>[] =>
  [world.domain, world.initialDomain].map((id) => ({
    id,
    authenticationType: 'Managed',
    availabilityStatus: null,
    isAdminManaged: true,
    isDefault: id === world.domain,
    isInitial: id === world.initialDomain,
    isRoot: true,
    isVerified: true,
    manufacturer: null,
    model: null,
    passwordNotificationWindowInDays: null,
    passwordValidityPeriodInDays: 2_147_483_647,
    state: null,
    supportedServices:
      id === world.domain
        ? ['Email', 'OfficeCommunicationsOnline']
        : ['Email', 'OfficeCommunicationsOnline', 'OrgIdAuthentication'],
  }))

const skusOf = (tenant: Tenant): Record<string, unknown>[] => [
  {
    id: `${tenant.world.tenantId}_${SKU.skuId}`,
    accountId: tenant.world.tenantId,
    accountName: tenant.world.initialDomain.split('.')[0],
    appliesTo: 'User',
    capabilityStatus: 'Enabled',
    consumedUnits: tenant.world.directory.users,
    prepaidUnits: {
      enabled: Math.ceil(tenant.world.directory.users / 25) * 25 + 25,
      suspended: 0,
      warning: 0,
      lockedOut: 0,
    },
    servicePlans: servicePlans(tenant),
    ...SKU,
    subscriptionIds: [random(tenant.world.seed, 'subscription', SKU.skuId).guid()],
  },
]

/** A list, and one of it by id. */
function listAndOne(
  pattern: string,
  name: string,
  [roles, rolesOfOne]: readonly [readonly string[], readonly string[]],
  objectsOf: (tenant: Tenant) => Record<string, unknown>[],
): Route[] {
  const typeOf = (objects: readonly Record<string, unknown>[]) =>
    plainType(name, pattern.slice(1), Object.keys(objects[0]!))
  return [
    {
      method: 'GET',
      pattern,
      returns: `Collection(${name})`,
      roles,
      handle: (call) => {
        const objects = objectsOf(call.tenant)
        return list(call, typeOf(objects), short(objects))
      },
    },
    {
      method: 'GET',
      pattern: `${pattern}/:id`,
      returns: name,
      roles: rolesOfOne,
      handle: (call) => getOne(call, objectsOf(call.tenant), typeOf),
    },
  ]
}

function getOne(
  call: Call,
  objects: readonly Record<string, unknown>[],
  typeOf: (objects: readonly Record<string, unknown>[]) => EntityType<Record<string, unknown>>,
) {
  allowOptions(call.request.query, ['$select'])
  const wanted = call.params['id']!
  const object = objects.find(({ id }) => String(id).toLowerCase() === wanted.toLowerCase())
  if (!object) throw missing(wanted)
  const type = typeOf(objects)
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#${type.set}/$entity`,
      ...show(call, type, object, readProjection(call, type)),
    },
  }
}

export const organizationRoutes: readonly Route[] = [
  ...listAndOne(
    '/organization',
    'microsoft.graph.organization',
    [
      [
        'Organization.Read.All',
        'Organization.ReadWrite.All',
        'User.Read.All',
        'Directory.Read.All',
        'Directory.ReadWrite.All',
        ...INTUNE,
      ],
      ['User.Read.All', ...INTUNE],
    ],
    (tenant) => [organizationOf(tenant)],
  ),
  ...listAndOne('/domains', 'microsoft.graph.domain', [READ_DOMAINS, READ_DOMAINS], domainsOf),
  ...listAndOne('/subscribedSkus', 'microsoft.graph.subscribedSku', [READ_SKUS, READ_SKUS], skusOf),
]
