import type { FeedContext } from '#collect/feed.ts'
import { readAll, textOf, type GraphItem } from '#collect/graph-list.ts'

/** Directory roles with their `members`, each with type, ID and names. @throws AppError CONNECT_*. */
export async function* withMembers(
  context: FeedContext<unknown>,
  pages: AsyncIterable<GraphItem[]>,
): AsyncGenerator<GraphItem[], void, undefined> {
  for await (const page of pages) {
    const roles: GraphItem[] = []
    for (const role of page) roles.push({ ...role, members: await membersOf(context, role) })
    yield roles
  }
}

async function membersOf(context: FeedContext<unknown>, role: GraphItem): Promise<GraphItem[]> {
  const list = {
    path: `/v1.0/directoryRoles/${encodeURIComponent(textOf(role, 'id'))}/members?$select=id,displayName,userPrincipalName`,
    what: `Could not list who holds the role ${String(role['displayName'])}.`,
    permission: 'RoleManagement.Read.Directory',
  }
  const members = await readAll(context, list)
  // In one order, so that the same holders are the same state.
  return members.sort((a, b) => (textOf(a, 'id') < textOf(b, 'id') ? -1 : 1))
}
