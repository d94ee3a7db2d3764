import { random } from '#world/random.ts'
import type { World } from '#world/world.ts'

/**
 * What the company has in Azure: two subscriptions, some resource groups, some resources. Few enough to be listed; the
 * names of programs are those that sign in with a managed identity.
 */
export interface Subscription {
  id: string
  displayName: string
}

export interface ResourceGroup {
  subscription: string
  name: string
  location: string
}

export interface Resource {
  subscription: string
  group: string
  /** `Microsoft.Compute/virtualMachines` */
  type: string
  name: string
  location: string
  kind?: string
}

export const subscriptionsOf = (world: World): Subscription[] => [
  { id: random(world.seed, 'subscription', 'production').guid(), displayName: `${world.name} production` },
  { id: random(world.seed, 'subscription', 'development').guid(), displayName: `${world.name} development` },
]

/** Where the company's resources are: `westeurope` */
export const locationOf = (world: World): string => (world.country === 'CA' ? 'canadacentral' : 'westeurope')

/** `harborfinch`, the first label of the company's domain. */
export const labelOf = (world: World): string => world.domain.split('.')[0]!

/** The Event Hubs namespace that the tenant's logs are sent to: `harborfinch-logs`. */
export const namespaceOf = (world: World): string => `${labelOf(world)}-logs`

const GROUPS = [
  { production: true, name: 'rg-logging' },
  { production: true, name: 'rg-berth-planner' },
  { production: true, name: 'rg-customs-feed' },
  { production: true, name: 'rg-network' },
  { production: false, name: 'rg-berth-planner-dev' },
  { production: false, name: 'rg-sandbox' },
] as const

export function groupsOf(world: World): ResourceGroup[] {
  const [production, development] = subscriptionsOf(world)
  const location = locationOf(world)
  return GROUPS.map((group) => ({
    subscription: group.production ? production!.id : development!.id,
    name: group.name,
    location,
  }))
}

export function resourcesOf(world: World): Resource[] {
  const label = labelOf(world)
  const found: [group: string, type: string, name: string, kind?: string][] = [
    ['rg-logging', 'Microsoft.EventHub/namespaces', namespaceOf(world)],
    ['rg-logging', 'Microsoft.OperationalInsights/workspaces', `${label}-workspace`],
    ['rg-logging', 'Microsoft.Storage/storageAccounts', `${label}logs`, 'StorageV2'],
    ['rg-berth-planner', 'Microsoft.Web/sites', 'berth-planner-function', 'functionapp'],
    ['rg-berth-planner', 'Microsoft.Storage/storageAccounts', `${label}berths`, 'StorageV2'],
    ['rg-berth-planner', 'Microsoft.KeyVault/vaults', `${label}-berth-kv`],
    ['rg-berth-planner', 'Microsoft.Sql/servers', `${label}-berths`, 'v12.0'],
    ['rg-customs-feed', 'Microsoft.Compute/virtualMachines', 'customs-feed-vm'],
    ['rg-customs-feed', 'Microsoft.Network/networkInterfaces', 'customs-feed-nic'],
    ['rg-network', 'Microsoft.Network/virtualNetworks', 'vnet-hub'],
    ['rg-network', 'Microsoft.Network/networkSecurityGroups', 'nsg-terminals'],
    ['rg-berth-planner-dev', 'Microsoft.Web/sites', 'berth-planner-dev', 'functionapp'],
    ['rg-berth-planner-dev', 'Microsoft.Storage/storageAccounts', `${label}berthsdev`, 'StorageV2'],
    ['rg-sandbox', 'Microsoft.Compute/virtualMachines', 'sandbox-vm-01'],
  ]
  const groups = new Map(groupsOf(world).map((group) => [group.name, group]))
  return found.map(([group, type, name, kind]) => ({
    subscription: groups.get(group)!.subscription,
    location: groups.get(group)!.location,
    group,
    type,
    name,
    ...(kind === undefined ? {} : { kind }),
  }))
}

export const groupId = ({ subscription, name }: ResourceGroup): string =>
  `/subscriptions/${subscription}/resourceGroups/${name}`

export const resourceId = ({ subscription, group, type, name }: Resource): string =>
  `/subscriptions/${subscription}/resourceGroups/${group}/providers/${type}/${name}`

/** Resource id of the namespace that logs are sent to. */
export const namespaceId = (world: World): string => resourceId(resourcesOf(world)[0]!)
