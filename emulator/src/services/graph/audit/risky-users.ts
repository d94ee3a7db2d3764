import { GraphError, badRequest } from '#services/graph/errors.ts'
import { valueAt } from '#services/graph/odata/values.ts'
import { allowOptions, project, readSelect, readTop } from '#services/graph/odata/options.ts'
import { compare, parseFilter } from '#services/graph/odata/filter.ts'
import { boundTo, readSkiptoken, skiptoken } from '#services/graph/odata/skiptoken.ts'
import { riskyUsers } from '#world/entra/risk.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { Fields } from '#services/graph/odata/filter.ts'
import type { Reply } from '#http/exchange.ts'
import type { RiskHistoryItem, RiskyUser } from '#world/entra/risk.ts'

import { requirePlan } from './plan.ts'

/** Users at risk, and how they came to be. */
const READ = ['IdentityRiskyUser.Read.All']
const READ_HISTORY = ['IdentityRiskyUser.Read.All', 'IdentityRiskyUser.ReadWrite.All']

export const riskyUserRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/identityProtection/riskyUsers',
    roles: READ,
    returns: 'Collection(microsoft.graph.riskyUser)',
    handle: listRiskyUsers,
  },
  {
    method: 'GET',
    pattern: '/identityProtection/riskyUsers/:user',
    roles: READ,
    returns: 'microsoft.graph.riskyUser',
    handle: getRiskyUser,
  },
  {
    method: 'GET',
    pattern: '/identityProtection/riskyUsers/:user/history',
    roles: READ_HISTORY,
    returns: 'Collection(microsoft.graph.riskyUserHistoryItem)',
    handle: listHistory,
  },
  {
    method: 'GET',
    pattern: '/identityProtection/riskyUsers/:user/history/:item',
    roles: READ_HISTORY,
    returns: 'microsoft.graph.riskyUserHistoryItem',
    handle: getHistoryItem,
  },
]

const PATH = 'identityProtection/riskyUsers'
const TYPE = 'microsoft.graph.riskyUser'
const PROPERTIES = ['id', 'isDeleted', 'isProcessing', 'riskLastUpdatedDateTime', 'riskLevel', 'riskState'].concat([
  'riskDetail',
  'userDisplayName',
  'userPrincipalName',
])

const FIELDS: Fields = {
  id: 'string',
  isDeleted: 'boolean',
  isProcessing: 'boolean',
  riskDetail: 'string',
  riskLastUpdatedDateTime: 'date',
  riskLevel: 'string',
  riskState: 'string',
  userDisplayName: 'string',
  userPrincipalName: 'string',
}

function listRiskyUsers(call: Call): Reply {
  const { query } = call.request
  requirePlan(call.tenant, 'P2')
  allowOptions(query, ['$filter', '$top', '$orderby', '$select', '$skiptoken'])
  const top = readTop(query, 20, 500, (value) =>
    badRequest(`Invalid page size specified: '${value}'. Must be between 1 and 500 inclusive.`),
  )
  const select = readSelect(query, PROPERTIES, TYPE)
  const token = query.get('$skiptoken')
  const start = token === undefined ? 0 : readSkiptoken(token, boundTo(call))
  if (start === undefined) throw badRequest('Invalid skip token.')
  const found = sorted(matching(call), query.get('$orderby'))
  const next = query.with({ $skiptoken: skiptoken(start + top, boundTo(call)) })
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#${PATH}${select ? `(${select.join(',')})` : ''}`,
      ...(start + top < found.length ? { '@odata.nextLink': `${call.root}/${PATH}?${next}` } : {}),
      value: found.slice(start, start + top).map((user) => project({ ...user }, select ?? PROPERTIES)),
    },
  }
}

function matching(call: Call): RiskyUser[] {
  const text = call.request.query.get('$filter')
  const all = [...call.tenant.objects(riskyUsers).all()]
  if (text === undefined) return all
  const filter = parseFilter(text, FIELDS, (name) => noProperty(name))
  return all.filter((user) => filter.matches((field) => valueAt({ ...user }, field, FIELDS[field])))
}

function sorted(users: RiskyUser[], order: string | undefined): RiskyUser[] {
  if (!order?.trim()) return users
  const [name = '', direction = 'asc'] = order.trim().split(/\s+/)
  const field = Object.keys(FIELDS).find((known) => known.toLowerCase() === name.toLowerCase())
  if (!field || !['asc', 'desc'].includes(direction.toLowerCase())) throw noProperty(name)
  const sign = direction.toLowerCase() === 'desc' ? -1 : 1
  return users.sort(
    (a, b) => sign * compare(valueAt({ ...a }, field, FIELDS[field]), valueAt({ ...b }, field, FIELDS[field])),
  )
}

const noProperty = (name: string) =>
  badRequest(`Invalid filter clause: Could not find a property named '${name}' on type '${TYPE}'.`)

function getRiskyUser(call: Call): Reply {
  allowOptions(call.request.query, ['$select'])
  const select = readSelect(call.request.query, PROPERTIES, TYPE)
  const user = findRiskyUser(call)
  const context = `${call.root}/$metadata#${PATH}${select ? `(${select.join(',')})` : ''}/$entity`
  return { status: 200, body: { '@odata.context': context, ...project({ ...user }, select ?? PROPERTIES) } }
}

function listHistory(call: Call): Reply {
  allowOptions(call.request.query, [])
  const user = findRiskyUser(call)
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#${PATH}('${user.id}')/history`,
      value: user.history.toReversed().map((item) => shape(user, item)),
    },
  }
}

function getHistoryItem(call: Call): Reply {
  allowOptions(call.request.query, [])
  const user = findRiskyUser(call)
  const item = user.history.find(({ id }) => id === call.params['item'])
  if (!item) throw notFound(call.params['item']!)
  const context = `${call.root}/$metadata#${PATH}('${user.id}')/history/$entity`
  return { status: 200, body: { '@odata.context': context, ...shape(user, item) } }
}

const shape = (user: RiskyUser, item: RiskHistoryItem) => ({
  ...project({ ...user }, PROPERTIES),
  ...item,
  userId: user.id,
})

function findRiskyUser(call: Call): RiskyUser {
  requirePlan(call.tenant, 'P2')
  const wanted = call.params['user']!
  const user = call.tenant.objects(riskyUsers).find(wanted.toLowerCase())
  if (!user) throw notFound(wanted)
  return user
}

const notFound = (id: string) => new GraphError(404, 'ResourceNotFound', `Resource '${id}' does not exist.`)
