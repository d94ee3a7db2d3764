import { random } from '#world/random.ts'
import { hasMailbox } from '#world/directory.ts'
import type { Tenant } from '#cloud.ts'
import type { Reply } from '#http/exchange.ts'
import type { Person } from '#world/directory.ts'

import { GraphError } from './errors.ts'
import { compare, parseFilter } from './odata/filter.ts'
import { allowOptions, project, readSelect, readTop } from './odata/options.ts'
import { readSkiptoken, skiptoken } from './odata/skiptoken.ts'
import type { Call, Route } from './route.ts'
import type { Fields, Filter, Value } from './odata/filter.ts'

/** Users of the directory: list with paging and filters, and one by object id or user principal name. */

const DEFAULT = [
  'businessPhones',
  'displayName',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
  'id',
]

const SELECTABLE = DEFAULT.concat(
  ['accountEnabled', 'userType', 'department', 'companyName', 'usageLocation', 'country', 'city', 'proxyAddresses'],
  ['otherMails', 'assignedLicenses', 'createdDateTime', 'onPremisesSyncEnabled', 'mailNickname', 'employeeId'],
)

/** What User.ReadBasic.All lets a caller see. */
const BASIC = new Set([
  'id',
  'displayName',
  'givenName',
  'surname',
  'mail',
  'userPrincipalName',
  'userType',
  'preferredLanguage',
])

const FIELDS: Fields = {
  id: 'string',
  userPrincipalName: 'string',
  mail: 'string',
  displayName: 'string',
  givenName: 'string',
  surname: 'string',
  department: 'string',
  jobTitle: 'string',
  userType: 'string',
  mailNickname: 'string',
  accountEnabled: 'boolean',
  proxyAddresses: 'strings',
  createdDateTime: 'date',
}

const ROLES = [
  'User.ReadBasic.All',
  'User.Read.All',
  'User.ReadWrite.All',
  'User.ReadWrite.CrossCloud',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
  'AgentIdUser.ReadWrite.All',
  'AgentIdUser.ReadWrite.IdentityParentedBy',
  ...['Apps', 'Configuration', 'ManagedDevices', 'ServiceConfig'].flatMap((part) => [
    `DeviceManagement${part}.Read.All`,
    `DeviceManagement${part}.ReadWrite.All`,
  ]),
]
const OFFICE_365_E3 = '6fd2c87f-b296-42f0-b197-1e91e994b900'
const LARGEST_PAGE = 999

export const userRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/users', returns: 'Collection(microsoft.graph.user)', roles: ROLES, handle: listUsers },
  { method: 'GET', pattern: '/users/$count', roles: ROLES, handle: countUsers },
  { method: 'GET', pattern: '/users/:user', returns: 'microsoft.graph.user', roles: ROLES, handle: getUser },
]

/** The person a path names. @throws GraphError Request_ResourceNotFound. */
function findUser(call: Call): Person {
  const wanted = call.params['user']!
  const person = call.tenant.world.directory.find(wanted)
  if (!person)
    throw new GraphError(
      404,
      'Request_ResourceNotFound',
      `Resource '${wanted}' does not exist or one of its queried reference-property objects are not present.`,
    )
  return person
}

function listUsers(call: Call): Reply {
  const { request, tenant, root } = call
  const { query } = request
  allowOptions(query, ['$select', '$top', '$filter', '$count', '$skiptoken', '$orderby'])
  const top = readTop(
    query,
    100,
    LARGEST_PAGE,
    (value) =>
      new GraphError(
        400,
        'Request_BadRequest',
        `Invalid page size specified: '${value}'. Must be between 1 and 999 inclusive.`,
      ),
  )
  const select = readSelect(query, SELECTABLE, 'microsoft.graph.user')
  const found = sorted(matching(call), query.get('$orderby'), tenant)
  const start = readStart(query.get('$skiptoken'))
  const names = select ? `(${select.join(',')})` : ''
  const next = start + top
  return {
    status: 200,
    body: {
      '@odata.context': `${root}/$metadata#users${names}`,
      // Without ConsistencyLevel the directory ignores $count.
      ...(query.get('$count') === 'true' && eventual(call) ? { '@odata.count': found.length } : {}),
      ...(next < found.length
        ? { '@odata.nextLink': `${root}/users?${query.with({ $skiptoken: skiptoken(next) })}` }
        : {}),
      value: found.slice(start, next).map((person) => shape(call, person, select)),
    },
  }
}

function countUsers(call: Call): Reply {
  if (!eventual(call)) throw new GraphError(400, 'Request_BadRequest', '$count is not currently supported.')
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: String(matching(call).length) }
}

function getUser(call: Call): Reply {
  allowOptions(call.request.query, ['$select'])
  const person = findUser(call)
  const select = readSelect(call.request.query, SELECTABLE, 'microsoft.graph.user')
  const context = `${call.root}/$metadata#users${select ? `(${select.join(',')})` : ''}/$entity`
  return { status: 200, body: { '@odata.context': context, ...shape(call, person, select) } }
}

const eventual = (call: Call) => call.request.headers['consistencylevel']?.toLowerCase() === 'eventual'

function matching(call: Call): Person[] {
  const { request, tenant } = call
  const text = request.query.get('$filter')
  const people = [...tenant.world.directory.all()]
  if (!text) return people
  const filter = parseFilter(text, FIELDS)
  refuseAdvanced(filter, eventual(call) && request.query.get('$count') === 'true')
  return people.filter((person) => {
    const user = userOf(tenant, person)
    return filter.matches((field) => valueOf(user, field))
  })
}

/** Some operators are served only by the search replica, which a caller must ask for. */
function refuseAdvanced(filter: Filter, advanced: boolean): void {
  const operator = ['ne', 'not', 'endswith', 'contains'].find((name) => filter.operators.has(name))
  if (!operator) return
  if (operator === 'contains')
    throw new GraphError(
      400,
      'Request_UnsupportedQuery',
      'Unsupported or invalid query filter clause specified for property.',
    )
  if (!advanced)
    throw new GraphError(
      400,
      'Request_UnsupportedQuery',
      `Operator '${operator}' is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header.`,
    )
}

function valueOf(user: Record<string, unknown>, field: string): Value {
  const value = user[field] as Value | undefined
  if (FIELDS[field] === 'date' && typeof value === 'string') return Date.parse(value)
  return value ?? null
}

function sorted(people: Person[], order: string | undefined, tenant: Tenant): Person[] {
  if (!order) return people
  const [field, direction] = order.trim().split(/\s+/)
  if (!field || !['displayName', 'userPrincipalName'].includes(field))
    throw new GraphError(400, 'Request_UnsupportedQuery', `Sorting not supported for current query.`)
  const sign = direction?.toLowerCase() === 'desc' ? -1 : 1
  const key = (person: Person) => valueOf(userOf(tenant, person), field)
  return people.sort((a, b) => sign * compare(key(a), key(b)))
}

function readStart(token: string | undefined): number {
  if (token === undefined) return 0
  const start = readSkiptoken(token)
  if (start === undefined)
    throw new GraphError(
      400,
      'Directory_ExpiredPageToken',
      'The specified page token value has expired and cannot be included in the request.',
    )
  return start
}

function shape(call: Call, person: Person, select: readonly string[] | undefined) {
  const user = userOf(call.tenant, person)
  const full = ROLES.some((role) => role !== 'User.ReadBasic.All' && call.roles.has(role))
  return project(
    user,
    (select ?? DEFAULT).filter((name) => full || BASIC.has(name)),
  )
}

/** Everything Graph can tell about a user. */
function userOf(tenant: Tenant, person: Person): Record<string, unknown> {
  const { seed, name, initialDomain, epoch } = tenant.world
  const r = random(seed, 'user', person.index)
  const licensed = person.kind === 'user'
  const nickname = person.userPrincipalName.split('@')[0]!
  return {
    businessPhones: licensed ? [`${person.office.phone} ${r.between(1000, 9999)}`] : [],
    displayName: person.displayName,
    givenName: person.givenName,
    jobTitle: person.jobTitle,
    mail: person.mail,
    mobilePhone: null,
    officeLocation: licensed ? person.office.office : null,
    preferredLanguage: null,
    surname: person.surname,
    userPrincipalName: person.userPrincipalName,
    id: person.id,
    accountEnabled: person.accountEnabled,
    userType: person.kind === 'guest' ? 'Guest' : 'Member',
    department: person.department,
    companyName: person.kind === 'guest' ? null : name,
    usageLocation: licensed ? person.office.country : null,
    country: licensed ? person.office.country : null,
    city: licensed ? person.office.office : null,
    proxyAddresses: hasMailbox(person) ? [`SMTP:${person.mail}`, `smtp:${nickname}@${initialDomain}`] : [],
    otherMails: person.kind === 'guest' ? [person.mail] : [],
    assignedLicenses: licensed ? [{ disabledPlans: [], skuId: OFFICE_365_E3 }] : [],
    createdDateTime: `${new Date(epoch - r.between(90, 1500) * 86_400_000).toISOString().slice(0, 19)}Z`,
    onPremisesSyncEnabled: null,
    mailNickname: nickname,
    employeeId: licensed ? `E${String(1000 + person.index)}` : null,
  }
}
