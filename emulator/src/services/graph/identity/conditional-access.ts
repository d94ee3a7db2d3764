import { conditionalAccessPolicies, namedLocations, preciseTime } from '#world/conditional-access.ts'
import { GraphError, notImplemented } from '#services/graph/errors.ts'
import { Query } from '#http/exchange.ts'
import { allowOptions } from '#services/graph/odata/options.ts'
import { readJson } from '#services/graph/json.ts'
import { replica } from '#world/replicas.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { ConditionalAccessPolicy, NamedLocation } from '#world/conditional-access.ts'
import type { Kind } from '#world/objects.ts'
import type { Reply } from '#http/exchange.ts'

import { audit } from './audit.ts'
import { list, short } from './list.ts'
import { locationInUse, malformed, readLocation } from './named-location.ts'
import { readPolicy } from './policy-body.ts'
import { readProjection, show } from './entity.ts'
import type { EntityType } from './entity.ts'

/** Conditional Access policies and the named locations that they speak of. */

const ROOT = '/identity/conditionalAccess'
const READ = ['Policy.Read.All']
const WRITE = ['Policy.ReadWrite.ConditionalAccess']
/** Microsoft documents these for writes, all together. */
const WITH_LOCATIONS = ['Policy.Read.All']
const WITH_POLICIES = ['Policy.Read.All', 'Application.Read.All']

const TIMES = { createdDateTime: 'date', modifiedDateTime: 'date' } as const

const described = (name: string, set: string, properties: readonly string[], defaults: readonly string[]) => ({
  name,
  set: `identity/conditionalAccess/${set}`,
  properties: Object.fromEntries(
    properties.map((property) => [property, (_: Call, object: Record<string, unknown>) => object[property] ?? null]),
  ),
  defaults,
  visible: () => 'all' as const,
  orders: ['displayName', 'createdDateTime'],
  searches: [],
})

const POLICY = [
  'id',
  'templateId',
  'displayName',
  'createdDateTime',
  'modifiedDateTime',
  'state',
  'sessionControls',
  'conditions',
  'grantControls',
]

const policyType: EntityType<ConditionalAccessPolicy> = {
  ...described('microsoft.graph.conditionalAccessPolicy', 'policies', POLICY, POLICY),
  filters: { id: 'string', displayName: 'string', state: 'string', ...TIMES },
}

/** What one sort of location has and the other lacks is told only by the sort that has it. */
const locationType = (location: NamedLocation | undefined): EntityType<NamedLocation> => ({
  ...described(
    'microsoft.graph.namedLocation',
    'namedLocations',
    Object.keys(location ?? { '@odata.type': '', id: '', displayName: '', ...TIMES }),
    Object.keys(location ?? {}),
  ),
  filters: { id: 'string', displayName: 'string', ...TIMES },
})

export const conditionalAccessRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: `${ROOT}/policies`,
    returns: 'Collection(microsoft.graph.conditionalAccessPolicy)',
    roles: READ,
    handle: (call) => list(call, policyType, short([...replica(call.tenant, conditionalAccessPolicies).all()])),
  },
  {
    method: 'POST',
    pattern: `${ROOT}/policies`,
    returns: 'microsoft.graph.conditionalAccessPolicy',
    roles: WRITE,
    together: WITH_POLICIES,
    handle: createPolicy,
  },
  {
    method: 'GET',
    pattern: `${ROOT}/policies/:id`,
    returns: 'microsoft.graph.conditionalAccessPolicy',
    roles: READ,
    handle: (call) => one(call, policyType, read(call, conditionalAccessPolicies, 'Policy')),
  },
  { method: 'PATCH', pattern: `${ROOT}/policies/:id`, roles: WRITE, together: WITH_POLICIES, handle: updatePolicy },
  { method: 'DELETE', pattern: `${ROOT}/policies/:id`, roles: WRITE, together: WITH_LOCATIONS, handle: deletePolicy },
  {
    method: 'GET',
    pattern: `${ROOT}/namedLocations`,
    returns: 'Collection(microsoft.graph.namedLocation)',
    roles: READ,
    handle: listLocations,
  },
  {
    method: 'POST',
    pattern: `${ROOT}/namedLocations`,
    returns: 'microsoft.graph.namedLocation',
    roles: WRITE,
    together: WITH_LOCATIONS,
    handle: createLocation,
  },
  {
    method: 'GET',
    pattern: `${ROOT}/namedLocations/:id`,
    returns: 'microsoft.graph.namedLocation',
    roles: READ,
    handle: (call) => {
      const location = read(call, namedLocations, 'NamedLocation')
      return one(call, locationType(location), location)
    },
  },
  {
    method: 'PATCH',
    pattern: `${ROOT}/namedLocations/:id`,
    roles: WRITE,
    together: WITH_LOCATIONS,
    handle: updateLocation,
  },
  {
    method: 'DELETE',
    pattern: `${ROOT}/namedLocations/:id`,
    roles: WRITE,
    together: WITH_LOCATIONS,
    handle: deleteLocation,
  },
]

const notFound = (id: string, what: string) =>
  new GraphError(404, 'ResourceNotFound', `${what} with id ${id} does not exist in the directory.`)

function read<T>(call: Call, kind: Kind<T>, what: string): T {
  const id = call.params['id']!
  const found = replica(call.tenant, kind).find(id.toLowerCase())
  if (found === undefined) throw notFound(id, what)
  return found
}

function written<T>(call: Call, kind: Kind<T>, what: string): T {
  const id = call.params['id']!
  const found = call.tenant.objects(kind).find(id.toLowerCase())
  if (found === undefined) throw notFound(id, what)
  return found
}

function one<T>(call: Call, type: EntityType<T>, object: T, status = 200): Reply {
  if (status === 200) allowOptions(call.request.query, ['$select'])
  return {
    status,
    body: {
      '@odata.context': `${call.root}/$metadata#${type.set}/$entity`,
      ...show(call, type, object, readProjection(call, type)),
    },
  }
}

function createPolicy(call: Call): Reply {
  const { tenant } = call
  const body = readPolicy(call, readJson(call.request), undefined)
  const policy: ConditionalAccessPolicy = {
    id: tenant.newId('conditional access policy'),
    templateId: null,
    createdDateTime: preciseTime(tenant.now),
    modifiedDateTime: null,
    ...body,
  }
  tenant.objects(conditionalAccessPolicies).put(policy.id, policy)
  tell(call, 'Add conditional access policy', 'Add', undefined, policy)
  return one(call, policyType, policy, 201)
}

function updatePolicy(call: Call): Reply {
  const { tenant } = call
  const before = written(call, conditionalAccessPolicies, 'Policy')
  const body = readPolicy(call, readJson(call.request), before)
  const policy = { ...before, ...body, modifiedDateTime: preciseTime(tenant.now) }
  tenant.objects(conditionalAccessPolicies).put(policy.id, policy)
  tell(call, 'Update conditional access policy', 'Update', before, policy)
  return { status: 204 }
}

function deletePolicy(call: Call): Reply {
  const policy = written(call, conditionalAccessPolicies, 'Policy')
  call.tenant.objects(conditionalAccessPolicies).remove(policy.id)
  tell(call, 'Delete conditional access policy', 'Delete', policy, undefined)
  return { status: 204 }
}

const SORTS = { ipnamedlocation: 'ipNamedLocation', countrynamedlocation: 'countryNamedLocation' } as const

/** Clients ask for one sort by `isof('microsoft.graph.ipNamedLocation')`. */
function listLocations(call: Call): Reply {
  const all = [...replica(call.tenant, namedLocations).all()]
  const filter = call.request.query.get('$filter')
  const [, asked] = /^\s*isof\(\s*'(?:#?microsoft\.graph\.)?(\w+)'\s*\)\s*$/i.exec(filter ?? '') ?? []
  if (asked === undefined) return listAll(call, all)
  const sort = Object.hasOwn(SORTS, asked.toLowerCase()) && SORTS[asked.toLowerCase() as keyof typeof SORTS]
  if (!sort) throw notImplemented(`isof('${asked}')`)
  const { query } = call.request
  return listAll(
    { ...call, request: { ...call.request, query: new Query(query.with({ $filter: undefined })) } },
    all.filter((location) => location['@odata.type'] === `#microsoft.graph.${sort}`),
  )
}

function listAll(call: Call, locations: readonly NamedLocation[]): Reply {
  const any = Object.assign({}, ...locations) as NamedLocation
  const type = locationType(any)
  const own: EntityType<NamedLocation> = { ...type, defaults: ['id'] }
  const reply = list(call, own, short(locations))
  const body = reply.body as { value: Record<string, unknown>[] }
  // Each shows what its sort has.
  if (call.request.query.get('$select') === undefined)
    body.value = body.value.map(({ id }) => locations.find((location) => location.id === id)!)
  return reply
}

const MOST_LOCATIONS = 195

function createLocation(call: Call): Reply {
  const { tenant } = call
  const body = readLocation(readJson(call.request), undefined)
  const objects = tenant.objects(namedLocations)
  if ([...objects.all()].length >= MOST_LOCATIONS)
    throw malformed('1033', `The number of named locations exceeds the maximum of ${MOST_LOCATIONS}.`)
  const { '@odata.type': sort, displayName, ...rest } = body
  const location: NamedLocation = {
    '@odata.type': sort,
    id: tenant.newId('named location'),
    displayName,
    createdDateTime: preciseTime(tenant.now),
    modifiedDateTime: preciseTime(tenant.now),
    ...rest,
  }
  objects.put(location.id, location)
  tell(call, 'Add named location', 'Add', undefined, location)
  return one(call, locationType(location), location, 201)
}

function updateLocation(call: Call): Reply {
  const before = written(call, namedLocations, 'NamedLocation')
  const body = readLocation(readJson(call.request), before)
  const location: NamedLocation = { ...before, ...body, id: before.id, modifiedDateTime: preciseTime(call.tenant.now) }
  call.tenant.objects(namedLocations).put(location.id, location)
  tell(call, 'Update named location', 'Update', before, location)
  return { status: 204 }
}

function deleteLocation(call: Call): Reply {
  const location = written(call, namedLocations, 'NamedLocation')
  if (location['isTrusted'] === true)
    throw malformed('1079', 'Cannot delete a named location that is marked as trusted. Remove the mark first.')
  const user = locationInUse(call.tenant, location.id)
  if (user)
    throw malformed(
      '1078',
      `Named location ${location.id} is referenced by the policy ${user.id} and cannot be deleted.`,
    )
  call.tenant.objects(namedLocations).remove(location.id)
  tell(call, 'Delete named location', 'Delete', location, undefined)
  return { status: 204 }
}

function tell(
  call: Call,
  activity: string,
  operation: 'Add' | 'Update' | 'Delete',
  before: NamedLocation | ConditionalAccessPolicy | undefined,
  after: NamedLocation | ConditionalAccessPolicy | undefined,
): void {
  const { id, displayName } = (after ?? before)!
  const text = (value: object | undefined) => (value === undefined ? null : JSON.stringify(value))
  const name = activity.includes('policy') ? 'ConditionalAccessPolicy' : 'NamedLocation'
  const modified = [{ name, old: text(before), new: text(after) }]
  audit(call, activity, 'Policy', operation, [{ type: 'Policy', id, displayName, modified }], 'Conditional Access')
}
