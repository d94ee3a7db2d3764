import { groupId, groupsOf, resourceId, resourcesOf, subscriptionsOf } from '#world/azure/subscriptions.ts'
import type { Reply } from '#http/exchange.ts'
import type { Resource, ResourceGroup, Subscription } from '#world/azure/subscriptions.ts'
import type { World } from '#world/world.ts'

import { badRequest, resourceNotFound } from './errors.ts'
import { mayKnow } from './access.ts'
import { page } from './page.ts'
import { RESOURCES_VERSIONS } from './route.ts'
import type { Call, Route } from './route.ts'

/** Tenants, subscriptions, resource groups and resources: to be read. */
const own = (pattern: string, type: string, handle: Route['handle'], action?: string): Route => ({
  method: 'GET',
  pattern,
  type: `Microsoft.Resources/${type}`,
  versions: RESOURCES_VERSIONS,
  ...(action === undefined ? {} : { action }),
  handle,
})

const READ_SUBSCRIPTION = 'Microsoft.Resources/subscriptions/read'
const READ_GROUPS = 'Microsoft.Resources/subscriptions/resourceGroups/read'
const READ_RESOURCES = 'Microsoft.Resources/subscriptions/resources/read'

export const resourceRoutes: readonly Route[] = [
  own('/tenants', 'tenants', listTenants),
  own('/subscriptions', 'subscriptions', listSubscriptions),
  own('/subscriptions/:subscription', 'subscriptions', getSubscription, READ_SUBSCRIPTION),
  own('/subscriptions/:subscription/resourceGroups', 'resourceGroups', listGroups, READ_GROUPS),
  own('/subscriptions/:subscription/resourceGroups/:group', 'resourceGroups', getGroup, READ_GROUPS),
  own('/subscriptions/:subscription/resources', 'resources', listResources, READ_RESOURCES),
  own('/subscriptions/:subscription/resourceGroups/:group/resources', 'resources', listResources, READ_RESOURCES),
  own(
    '/subscriptions/:subscription/resourceGroups/:group/providers/:namespace/:type/:name',
    'resources',
    getResource,
    READ_RESOURCES,
  ),
]

function listTenants({ tenant: { world }, request }: Call): Reply {
  const value = {
    id: `/tenants/${world.tenantId}`,
    tenantId: world.tenantId,
    countryCode: world.country,
    displayName: world.name,
    domains: [world.domain, world.initialDomain],
    tenantCategory: 'Home',
    defaultDomain: world.domain,
    tenantType: 'AAD',
  }
  return page(request, [value], 100)
}

/** Those that the caller has any role in: none is no error. */
function listSubscriptions(call: Call): Reply {
  const { world } = call.tenant
  const known = subscriptionsOf(world).filter(({ id }) => mayKnow(call, `/subscriptions/${id}`))
  const { status, body } = page(
    call.request,
    known.map((subscription) => subscriptionBody(world, subscription)),
    100,
  )
  return { status, body: { ...(body as object), count: { type: 'Total', value: known.length } } }
}

function getSubscription({ tenant, subscription }: Call): Reply {
  return { status: 200, body: subscriptionBody(tenant.world, subscription!) }
}

const subscriptionBody = ({ tenantId }: World, { id, displayName }: Subscription) => ({
  id: `/subscriptions/${id}`,
  authorizationSource: 'RoleBased',
  managedByTenants: [],
  subscriptionId: id,
  tenantId,
  displayName,
  state: 'Enabled',
  subscriptionPolicies: {
    locationPlacementId: 'Public_2014-09-01',
    quotaId: 'PayAsYouGo_2014-09-01',
    spendingLimit: 'Off',
  },
})

const groupsIn = ({ tenant, subscription }: Call) =>
  groupsOf(tenant.world).filter((group) => group.subscription === subscription!.id)

function listGroups(call: Call): Reply {
  return page(call.request, groupsIn(call).map(groupBody), 100)
}

function getGroup(call: Call): Reply {
  const group = groupsIn(call).find(({ name }) => name.toLowerCase() === call.params['group']!.toLowerCase())!
  return { status: 200, body: groupBody(group) }
}

const groupBody = (group: ResourceGroup) => ({
  id: groupId(group),
  name: group.name,
  type: 'Microsoft.Resources/resourceGroups',
  location: group.location,
  properties: { provisioningState: 'Succeeded' },
})

/** All of them, or with `$filter=resourceType eq '…'` those of a type. @throws AzureError 400 for another filter. */
function listResources(call: Call): Reply {
  const { request, params } = call
  const filter = request.query.get('$filter')
  const type = filter === undefined ? undefined : /^\s*resourceType\s+eq\s+'([^']*)'\s*$/i.exec(filter)?.[1]
  if (filter !== undefined && type === undefined)
    throw badRequest(`The filter '${filter}' is not supported here: only resourceType eq '…' is.`)
  const found = resourcesIn(call).filter(
    (resource) =>
      (type === undefined || resource.type.toLowerCase() === type.toLowerCase()) &&
      (params['group'] === undefined || resource.group.toLowerCase() === params['group'].toLowerCase()),
  )
  return page(request, found.map(resourceBody), 100)
}

const resourcesIn = ({ tenant, subscription }: Call) =>
  resourcesOf(tenant.world).filter((resource) => resource.subscription === subscription!.id)

function getResource(call: Call): Reply {
  const { group, namespace, type, name } = call.params
  const found = resourcesIn(call).find(
    (resource) =>
      resource.group.toLowerCase() === group!.toLowerCase() &&
      resource.type.toLowerCase() === `${namespace}/${type}`.toLowerCase() &&
      resource.name.toLowerCase() === name!.toLowerCase(),
  )
  if (!found) throw resourceNotFound(`${namespace}/${type}`, name!, group!)
  return { status: 200, body: { ...resourceBody(found), properties: { provisioningState: 'Succeeded' } } }
}

const resourceBody = (resource: Resource) => ({
  id: resourceId(resource),
  name: resource.name,
  type: resource.type,
  location: resource.location,
  ...(resource.kind === undefined ? {} : { kind: resource.kind }),
  tags: {},
})
