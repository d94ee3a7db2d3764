import { AZURE_ROLES, findAzureRole } from '#world/azure/roles.ts'
import type { AzureRole } from '#world/azure/roles.ts'
import type { Reply } from '#http/exchange.ts'

import { AzureError } from './errors.ts'
import { AUTHORIZATION_VERSIONS } from './role-assignments.ts'
import { page } from './page.ts'
import type { Call, Route } from './route.ts'

/** The built-in roles. */
const route = (pattern: string, handle: Route['handle'], action?: string): Route => ({
  method: 'GET',
  pattern,
  type: 'Microsoft.Authorization/roleDefinitions',
  versions: AUTHORIZATION_VERSIONS,
  ...(action === undefined ? {} : { action }),
  handle,
})

const READ = 'Microsoft.Authorization/roleDefinitions/read'
const DEFINITIONS = 'providers/Microsoft.Authorization/roleDefinitions'

export const definitionRoutes: readonly Route[] = [
  route(`/${DEFINITIONS}`, listDefinitions),
  route(`/${DEFINITIONS}/:role`, getDefinition),
  route(`/subscriptions/:subscription/${DEFINITIONS}`, listDefinitions, READ),
  route(`/subscriptions/:subscription/${DEFINITIONS}/:role`, getDefinition, READ),
]

/** `$filter=roleName eq '…'` finds one by its name; other filters find all. */
function listDefinitions(call: Call): Reply {
  const name = /roleName\s+eq\s+'([^']*)'/i.exec(call.request.query.get('$filter') ?? '')?.[1]
  const found = AZURE_ROLES.filter((role) => name === undefined || role.name.toLowerCase() === name.toLowerCase())
  return page(call.request, found.map(definitionBody(call)), 100)
}

function getDefinition(call: Call): Reply {
  const role = findAzureRole(call.params['role']!)
  if (!role)
    throw new AzureError(
      404,
      'RoleDefinitionDoesNotExist',
      `The specified role definition with ID '${call.params['role']}' does not exist.`,
    )
  return { status: 200, body: definitionBody(call)(role) }
}

const definitionBody =
  ({ subscription }: Call) =>
  (role: AzureRole) => ({
    id: `${subscription ? `/subscriptions/${subscription.id}` : ''}/providers/Microsoft.Authorization/roleDefinitions/${role.id}`,
    name: role.id,
    type: 'Microsoft.Authorization/roleDefinitions',
    properties: {
      roleName: role.name,
      type: 'BuiltInRole',
      description: role.name,
      assignableScopes: ['/'],
      permissions: [
        {
          actions: role.actions,
          notActions: role.notActions ?? [],
          dataActions: role.dataActions ?? [],
          notDataActions: [],
        },
      ],
    },
  })
