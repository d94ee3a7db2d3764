import { AzureError, resourceNotFound } from './errors.ts'
import { CONSUMER_GROUPS, HUBS, findHub } from '#services/event-hubs/hubs.ts'
import { RETENTION, createdAt } from '#services/event-hubs/hub-log.ts'
import { authorize } from './access.ts'
import { connectionString, namespaceFor } from '#services/event-hubs/namespace.ts'
import { page } from './page.ts'
import { programOf } from './alerts.ts'
import { recordOperation } from '#world/azure/activity-log.ts'
import type { Call, Route } from './route.ts'
import type { Hub } from '#services/event-hubs/hubs.ts'
import type { Namespace } from '#services/event-hubs/namespace.ts'
import type { Reply } from '#http/exchange.ts'
import type { TokenKeys } from '#token-keys.ts'

/** The management side of Event Hubs: hubs, consumer groups, and the keys of shared access policies. */
const NAMESPACE =
  '/subscriptions/:subscription/resourceGroups/:group/providers/Microsoft.EventHub/namespaces/:eventHubsNamespace'
const TYPE = 'Microsoft.EventHub/namespaces'
const VERSIONS = [
  '2025-05-01-preview',
  '2024-01-01',
  '2023-01-01-preview',
  '2022-10-01-preview',
  '2022-01-01-preview',
].concat([
  '2021-11-01',
  '2021-06-01-preview',
  '2021-01-01-preview',
  '2018-01-01-preview',
  '2017-04-01',
  '2015-08-01',
  '2014-09-01',
])

export function namespaceRoutes(keys: TokenKeys): Route[] {
  const route = (method: Route['method'], below: string, action: string, handle: Handle): Route => ({
    method,
    pattern: `${NAMESPACE}/${below}`,
    type: TYPE,
    versions: VERSIONS,
    handle: (call) => {
      authorize(call, `${TYPE}/${action}`, call.scope)
      return handle(call, namespaceOf(call, keys))
    },
  })
  return [
    route('GET', 'eventhubs', 'eventhubs/read', listHubs),
    route('GET', 'eventhubs/:hub', 'eventhubs/read', getHub),
    route('GET', 'eventhubs/:hub/consumergroups', 'eventhubs/consumergroups/read', listGroups),
    route('GET', 'authorizationRules', 'authorizationRules/read', listRules),
    route('POST', 'authorizationRules/:rule/listKeys', 'authorizationRules/listKeys/action', listKeys),
  ]
}

type Handle = (call: Call, namespace: Namespace) => Reply

function namespaceOf({ tenant, params, scope }: Call, keys: TokenKeys): Namespace {
  const found = namespaceFor(tenant, keys)
  const [wanted, group] = [params['eventHubsNamespace']!, params['group']!]
  if (`${scope}/providers/${TYPE}/${wanted}`.toLowerCase() !== found.id.toLowerCase())
    throw resourceNotFound(TYPE, wanted, group)
  return found
}

const listHubs: Handle = ({ request, tenant }, { id }) =>
  page(
    request,
    HUBS.map((hub) => hubBody(id, hub, createdAt(tenant))),
    100,
  )

const getHub: Handle = (call, { id }) => ({ status: 200, body: hubBody(id, hubOf(call), createdAt(call.tenant)) })

function hubOf({ params }: Call): Hub {
  const hub = findHub(params['hub']!)
  if (!hub) throw new AzureError(404, 'NotFound', `The event hub '${params['hub']}' was not found.`)
  return hub
}

const hubBody = (namespace: string, { name, partitions }: Hub, created: number) => ({
  id: `${namespace}/eventhubs/${name}`,
  name,
  type: `${TYPE}/eventhubs`,
  properties: {
    messageRetentionInDays: RETENTION / 86_400_000,
    partitionCount: partitions,
    partitionIds: Array.from({ length: partitions }, (_, i) => String(i)),
    status: 'Active',
    createdAt: new Date(created).toISOString(),
    updatedAt: new Date(created).toISOString(),
  },
})

const listGroups: Handle = (call, { id }) => {
  const hub = hubOf(call)
  const bodies = CONSUMER_GROUPS.map((name) => ({
    id: `${id}/eventhubs/${hub.name}/consumergroups/${name}`,
    name,
    type: `${TYPE}/eventhubs/consumergroups`,
    properties: {},
  }))
  return page(call.request, bodies, 100)
}

const listRules: Handle = ({ request }, { id, policies }) =>
  page(
    request,
    policies.map(({ name, rights }) => ({
      id: `${id}/authorizationRules/${name}`,
      name,
      type: `${TYPE}/authorizationRules`,
      properties: { rights },
    })),
    100,
  )

const listKeys: Handle = (call, namespace) => {
  const wanted = call.params['rule']!
  const policy = namespace.policies.find(({ name }) => name.toLowerCase() === wanted.toLowerCase())
  if (!policy) throw new AzureError(404, 'NotFound', `The authorization rule '${wanted}' was not found.`)
  recordOperation(call.tenant, {
    action: `${TYPE}/authorizationRules/listKeys/action`,
    title: 'List Namespace AuthorizationRules Keys',
    resourceId: `${namespace.id}/authorizationRules/${policy.name}`,
    by: programOf(call),
  })
  const text = connectionString(namespace.host, policy)
  return {
    status: 200,
    body: {
      primaryConnectionString: text,
      secondaryConnectionString: text,
      primaryKey: policy.key,
      secondaryKey: policy.key,
      keyName: policy.name,
    },
  }
}
