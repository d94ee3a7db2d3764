import { namespaceId, namespaceOf } from '#world/azure/subscriptions.ts'
import type { Tenant } from '#cloud.ts'
import type { TokenKeys } from '#token-keys.ts'

/** What a claim allows: `Manage` all of it. */
export type Right = 'Listen' | 'Send' | 'Manage'

/** The Event Hubs namespace of a tenant, with the shared access policies of its own. */
export interface Namespace {
  tenant: Tenant
  /** `harborfinch-logs` */
  name: string
  /** `harborfinch-logs.servicebus.windows.net` */
  host: string
  /** Resource id: scope of role assignments. */
  id: string
  policies: readonly Policy[]
}

export interface Policy {
  name: string
  rights: readonly Right[]
  /** Primary key, base64: text that signs as it stands. */
  key: string
}

const POLICIES: readonly [name: string, ...rights: Right[]][] = [
  ['RootManageSharedAccessKey', 'Listen', 'Manage', 'Send'],
  ['listen', 'Listen'],
  ['send', 'Send'],
]

export function namespaceFor(tenant: Tenant, keys: TokenKeys): Namespace {
  const { world } = tenant
  const name = namespaceOf(world)
  return {
    tenant,
    name,
    host: `${name}.servicebus.windows.net`,
    id: namespaceId(world),
    policies: POLICIES.map(([policy, ...rights]) => ({
      name: policy,
      rights,
      key: keys.derive(`event hubs ${world.tenantId} ${policy}`).toString('base64'),
    })),
  }
}

/** As the portal shows it. */
export const connectionString = (endpoint: string, { name, key }: Policy): string =>
  `Endpoint=sb://${endpoint}/;SharedAccessKeyName=${name};SharedAccessKey=${key}`

/** What an address, audience or resource URI names: the host, and the path in lower case. */
export interface Entity {
  /** Without port; undefined where only a path is given. */
  host: string | undefined
  /** `['insights-activity-logs', 'consumergroups', '$default', 'partitions', '0']` */
  path: readonly string[]
}

/** Reads `sb://host/hub/…`, `amqps://host:5671/hub/…`, `/hub/…` and `hub/…`. */
export function readEntity(text: string): Entity {
  const [, host, path = ''] = /^(?:[a-z]+:\/\/([^/]*))?\/?(.*)$/i.exec(text.trim()) ?? []
  return {
    host: host?.replace(/:\d+$/, '').toLowerCase(),
    path: path.toLowerCase().split('/').filter(Boolean),
  }
}

/** `sb://harborfinch-logs.servicebus.windows.net/hub/…`, as errors name an entity. */
export const resourceName = (host: string, path: readonly string[]): string => `sb://${host}/${path.join('/')}`

export const isLoopback = (host: string): boolean => ['localhost', '127.0.0.1', '[::1]', '::1'].includes(host)
