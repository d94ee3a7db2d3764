import type { FeedContext } from '#collect/feed.ts'
import { readAll, textOf, type GraphItem, type GraphList } from '#collect/graph-list.ts'
import { AppError } from '#domain/errors.ts'

/** How users can prove who they are: registered methods and whether they can do more than a password. */
export const REGISTRATIONS: GraphList = {
  path: '/v1.0/reports/authenticationMethods/userRegistrationDetails?$top=999',
  what: 'Could not list how users are registered for multifactor authentication.',
  permission: 'AuditLog.Read.All',
  license: 'Microsoft Entra ID P1',
}

/** Who holds which directory role. */
export const ROLE_ASSIGNMENTS: GraphList = {
  path: '/v1.0/roleManagement/directory/roleAssignments?$expand=roleDefinition',
  what: 'Could not list who holds directory roles.',
  permission: 'RoleManagement.Read.Directory',
}

/**
 * Users with `assignedRoles` and `userRegistrationDetails`; the latter null where the report does not know them, and for all
 * in a tenant without the license for it.
 *
 * @throws AppError CONNECT_*.
 */
export async function* withRolesAndMethods(
  context: FeedContext<unknown>,
  pages: AsyncIterable<GraphItem[]>,
): AsyncGenerator<GraphItem[], void, undefined> {
  const roles = await rolesByHolder(context)
  const registrations = await registrationsByUser(context)
  for await (const page of pages) {
    yield page.map((user) => {
      const id = textOf(user, 'id')
      const userRegistrationDetails = registrations.get(id) ?? null
      return { ...user, assignedRoles: roles.get(id) ?? [], userRegistrationDetails }
    })
  }
}

async function rolesByHolder(context: FeedContext<unknown>): Promise<Map<string, object[]>> {
  const roles = Map.groupBy(await readAll(context, ROLE_ASSIGNMENTS), (assignment) => textOf(assignment, 'principalId'))
  return new Map(
    [...roles].map(([holder, assignments]) => [
      holder,
      assignments
        .map(({ roleDefinitionId, directoryScopeId, roleDefinition }) => ({
          roleDefinitionId,
          directoryScopeId,
          displayName: nameOf(roleDefinition),
        }))
        // In one order, so that the same roles are the same state.
        .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
    ]),
  )
}

function nameOf(definition: unknown): unknown {
  const isObject = typeof definition === 'object' && definition !== null && 'displayName' in definition
  return isObject ? definition.displayName : null
}

async function registrationsByUser(context: FeedContext<unknown>): Promise<Map<string, GraphItem>> {
  try {
    const found = await readAll(context, REGISTRATIONS)
    return new Map(found.map((details) => [textOf(details, 'id'), withoutTime(details)]))
  } catch (error) {
    if (error instanceof AppError && /NonPremiumTenant/.test(error.microsoft?.code ?? '')) return new Map()
    throw error
  }
}

/** When the report was made says nothing of the user, and would make a new state of everybody every day. */
function withoutTime(details: GraphItem): GraphItem {
  return Object.fromEntries(Object.entries(details).filter(([name]) => name !== 'lastUpdatedDateTime'))
}
