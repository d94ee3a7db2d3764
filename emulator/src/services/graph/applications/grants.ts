import { list, short } from '#services/graph/identity/list.ts'
import type { Call } from '#services/graph/route.ts'
import type { Fields } from '#services/graph/odata/filter.ts'
import type { Reply } from '#http/exchange.ts'

/** Grants of both kinds are shown as they are kept. */

/** A page of a list of grants. */
export function listOf<T extends { id: string }>(
  call: Call,
  set: 'appRoleAssignments' | 'oauth2PermissionGrants',
  grants: readonly T[],
  filters: Fields,
): Reply {
  const names = ['id', ...Object.keys(filters).filter((name) => name !== 'id')]
  return list(
    call,
    {
      name:
        set === 'appRoleAssignments' ? 'microsoft.graph.appRoleAssignment' : 'microsoft.graph.oAuth2PermissionGrant',
      set,
      properties: Object.fromEntries(
        names.map((name) => [name, (_: Call, grant: T) => (grant as Record<string, unknown>)[name]]),
      ),
      defaults: names,
      visible: () => 'all',
      filters,
      orders: [],
      searches: [],
    },
    short(grants),
  )
}
