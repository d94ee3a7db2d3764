import { Membership } from '#world/groups.ts'
import { Users } from '#world/users.ts'
import { devices } from '#world/devices.ts'
import { replica } from '#world/replicas.ts'
import { roleDefinition } from '#world/roles.ts'
import { answerCount } from '#services/graph/odata/count.ts'
import { allowOptions } from '#services/graph/odata/options.ts'
import { notImplemented } from '#services/graph/errors.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { Ref } from '#world/groups.ts'
import type { Reply } from '#http/exchange.ts'

import {
  asksForCount,
  count,
  countOf,
  isEventual,
  list,
  nextLink,
  page,
  pageSize,
  readPlace,
  requireEventual,
} from './list.ts'
import { badRequest } from './errors.ts'
import { deviceType } from './device-type.ts'
import { groupType } from './group-type.ts'
import { principalType, principalOf } from './principal-type.ts'
import { roleType } from './role-type.ts'
import { showMixed } from './entity.ts'
import { userType } from './user-type.ts'
import type { EntityType } from './entity.ts'
import type { Source } from './list.ts'

/**
 * Lists of objects of several types: members, owners, what something is a member of. Each says what it is. A cast,
 * `/members/microsoft.graph.user`, leaves the objects of one type, of which everything may be asked that may be asked of it.
 */
export type Entry = Ref | { type: 'directoryRole'; id: string }

interface Sort {
  type: EntityType<never>
  find: (call: Call, id: string) => unknown
}

const sort = <T>(type: EntityType<T>, find: (call: Call, id: string) => T | undefined): Sort => ({
  type: type as EntityType<never>,
  find,
})

/** The types of the directory by the name that a cast gives them, each with how its objects are found. */
const SORTS: Record<Entry['type'], Sort> = {
  user: sort(userType, ({ tenant }, id) => new Users(tenant).find(id)),
  group: sort(groupType, ({ tenant }, id) => new Membership(tenant).group(id)),
  device: sort(deviceType, ({ tenant }, id) => replica(tenant, devices).find(id)),
  servicePrincipal: sort(principalType, principalOf),
  directoryRole: sort(roleType, (_, id) => roleDefinition(id)),
}

/** A list of objects of several types, its count, and its casts. */
export const mixedRoutes = (
  pattern: string,
  roles: readonly string[],
  sourceOf: (call: Call) => Source<Entry>,
): Route[] => [
  {
    method: 'GET',
    pattern,
    returns: 'Collection(microsoft.graph.directoryObject)',
    roles,
    handle: (call) => listMixed(call, sourceOf(call)),
  },
  { method: 'GET', pattern: `${pattern}/$count`, roles, handle: (call) => countMixed(call, sourceOf(call)) },
  ...Object.entries(SORTS).flatMap(([name, { type, find }]): Route[] => {
    const cut = (call: Call) => cutTo(name, find, call, sourceOf(call))
    return [
      {
        method: 'GET',
        pattern: `${pattern}/${name}`,
        returns: `Collection(${type.name})`,
        roles,
        handle: (call) => list(call, type, cut(call)),
      },
      { method: 'GET', pattern: `${pattern}/${name}/$count`, roles, handle: (call) => count(call, type, cut(call)) },
    ]
  }),
]

const cutTo = (name: string, find: Sort['find'], call: Call, source: Source<Entry>): Source<never> => ({
  *from(place) {
    for (const [next, each] of source.from(place)) {
      const object = each.type === name ? find(call, each.id) : undefined
      if (object !== undefined) yield [next, object as never]
    }
  },
})

/** An object as the caller may see it, with its type; undefined for one that is gone. */
export function showRef(
  call: Call,
  { type, id }: Entry,
  select?: readonly string[],
): Record<string, unknown> | undefined {
  const known = SORTS[type]
  const object = known.find(call, id)
  return object === undefined ? undefined : showMixed(call, known.type, object as never, select)
}

function listMixed(call: Call, source: Source<Entry>): Reply {
  const { query } = call.request
  for (const option of ['$filter', '$search', '$orderby', '$expand'])
    if (query.get(option) !== undefined) throw notImplemented(`${option} of objects of several types`)
  allowOptions(query, ['$select', '$top', '$count', '$skiptoken'])
  const select = readMixedSelect(query.get('$select'))
  const { objects, next } = page(source, readPlace(call), pageSize(call))
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#directoryObjects${select ? `(${select.join(',')})` : ''}`,
      ...(asksForCount(call) && isEventual(call) ? { '@odata.count': countOf(source) } : {}),
      ...(next === undefined ? {} : { '@odata.nextLink': nextLink(call, next) }),
      value: objects.flatMap((each) => showRef(call, each, select) ?? []),
    },
  }
}

function countMixed(call: Call, source: Source<Entry>): Reply {
  requireEventual(call)
  allowOptions(call.request.query, [])
  return answerCount(call.request, countOf(source))
}

/** Any property of any type: each object shows those that it has. @throws GraphError for one that no type has. */
function readMixedSelect(text: string | undefined): string[] | undefined {
  if (!text?.trim()) return undefined
  return text.split(',').map((raw) => {
    const name = raw.trim().toLowerCase()
    for (const { type } of Object.values(SORTS)) {
      const known = Object.keys(type.properties).find((each) => each.toLowerCase() === name)
      if (known) return known
    }
    throw badRequest(`Could not find a property named '${raw.trim()}' on type 'microsoft.graph.directoryObject'.`)
  })
}
