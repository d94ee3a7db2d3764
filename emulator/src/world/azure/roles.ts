/**
 * Built-in roles of Azure: ids and permissions as Microsoft publishes them, cut to the providers that there are here. An
 * asterisk in a permission stands for anything.
 */
export interface AzureRole {
  id: string
  name: string
  actions: readonly string[]
  notActions?: readonly string[]
  dataActions?: readonly string[]
}

const SUPPORT = 'Microsoft.Support/*'

export const AZURE_ROLES: readonly AzureRole[] = [
  { id: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635', name: 'Owner', actions: ['*'] },
  {
    id: 'b24988ac-6180-42a0-ab88-20f7382dd24c',
    name: 'Contributor',
    actions: ['*'],
    notActions: [
      'Microsoft.Authorization/*/Delete',
      'Microsoft.Authorization/*/Write',
      'Microsoft.Authorization/elevateAccess/Action',
    ],
  },
  { id: 'acdd72a7-3385-48ef-bd42-f606fba81ae7', name: 'Reader', actions: ['*/read'] },
  {
    id: '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9',
    name: 'User Access Administrator',
    actions: ['*/read', 'Microsoft.Authorization/*', SUPPORT],
  },
  { id: '43d0d8ad-25c7-4714-9337-8ba259a9fe05', name: 'Monitoring Reader', actions: ['*/read', SUPPORT] },
  {
    id: '39bc4728-0917-49c7-9d2c-d95423bc2eb4',
    name: 'Security Reader',
    actions: [
      'Microsoft.Authorization/*/read',
      'Microsoft.Resources/deployments/*/read',
      'Microsoft.Resources/subscriptions/resourceGroups/read',
      'Microsoft.Security/*/read',
      SUPPORT,
    ],
  },
  {
    id: 'fb1c8493-542b-48eb-b624-b4c8fea62acd',
    name: 'Security Admin',
    actions: [
      'Microsoft.Authorization/*/read',
      'Microsoft.Resources/subscriptions/resourceGroups/read',
      'Microsoft.Security/*',
      SUPPORT,
    ],
  },
  {
    id: 'f526a384-b230-433a-b45c-95f59c4a2dec',
    name: 'Azure Event Hubs Data Owner',
    actions: ['Microsoft.EventHub/*'],
    dataActions: ['Microsoft.EventHub/*'],
  },
  {
    id: 'a638d3c7-ab3a-418d-83e6-5f17a39d4fde',
    name: 'Azure Event Hubs Data Receiver',
    actions: ['Microsoft.EventHub/*/eventhubs/consumergroups/read'],
    dataActions: ['Microsoft.EventHub/*/receive/action'],
  },
  {
    id: '2b629674-e913-4c01-ae53-ef4638d8f975',
    name: 'Azure Event Hubs Data Sender',
    actions: ['Microsoft.EventHub/*/eventhubs/read'],
    dataActions: ['Microsoft.EventHub/*/send/action'],
  },
]

/** By name or id, in any case. */
export const findAzureRole = (nameOrId: string): AzureRole | undefined =>
  AZURE_ROLES.find(({ id, name }) => [id, name.toLowerCase()].includes(nameOrId.toLowerCase()))

/** True where the role's actions (or, with `data`, its data actions) have this one. */
export function permits(role: AzureRole, action: string, data = false): boolean {
  const within = (patterns: readonly string[]) => patterns.some((pattern) => isLike(action, pattern))
  return data ? within(role.dataActions ?? []) : within(role.actions) && !within(role.notActions ?? [])
}

const patterns = new Map<string, RegExp>()

function isLike(action: string, pattern: string): boolean {
  let expression = patterns.get(pattern)
  if (!expression) {
    const source = pattern.split('*').map((part) => part.replaceAll(/[.\\/]/g, '\\$&'))
    patterns.set(pattern, (expression = new RegExp(`^${source.join('.*')}$`, 'i')))
  }
  return expression.test(action)
}
