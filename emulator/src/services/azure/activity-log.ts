import { activityLog } from '#world/azure/activity-log.ts'
import { boundTo, placeToken, readPlaceToken } from '#services/graph/odata/skiptoken.ts'
import type { ActivityEvent } from '#world/azure/activity-event.ts'
import type { Reply } from '#http/exchange.ts'
import type { Trace } from '#world/surface.ts'

import { badRequest } from './errors.ts'
import { nextLink } from './page.ts'
import { readActivityFilter } from './activity-filter.ts'
import type { Call, Route } from './route.ts'

/** The activity log of a subscription: newest first, 90 days back. */
export const activityRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/subscriptions/:subscription/providers/Microsoft.Insights/eventtypes/management/values',
    action: 'Microsoft.Insights/eventtypes/values/Read',
    type: 'Microsoft.Insights/eventtypes',
    versions: ['2017-03-01-preview', '2016-09-01-preview', '2015-04-01', '2014-11-01', '2014-04-01'],
    handle: listEvents,
  },
]

const PAGE = 200
const FIRST_SPAN = 2 * 86_400_000
const KEPT = 90 * 86_400_000

/** @throws AzureError 400 for a filter that the log does not understand, or one that reaches too far back. */
function listEvents(call: Call): Reply {
  const { tenant, subscription, request } = call
  const { query, pageSize = PAGE } = request
  const filter = readActivityFilter(query.get('$filter'))
  const { now } = tenant
  if (filter.from < now - KEPT) throw badRequest('The start time cannot be more than 90 days in the past.')
  const select = readSelect(query.get('$select'))
  const place = readPlace(call)
  const wanted = ({ at, id, record }: Trace<ActivityEvent>) =>
    record.subscriptionId === subscription!.id &&
    filter.matches(record) &&
    (!place || at < place.at || (at === place.at && id < place.id))
  const found: Trace<ActivityEvent>[] = []
  for (const [from, to] of spans(filter.from, Math.min(filter.to, place?.at ?? now, now) + 1)) {
    found.push(...tenant.log(activityLog).between(from, to, now).filter(wanted).toReversed())
    if (found.length > pageSize) break
  }
  const value = found.slice(0, pageSize)
  const last = value.at(-1)
  const token = last && found.length > pageSize ? placeToken(`${last.at} ${last.id}`, boundTo(call)) : undefined
  return { status: 200, body: { value: value.map(({ record }) => select(record)), ...nextLink(request, token) } }
}

/** Longer and longer spans that make up [from, to), the latest first: mostly a page is full soon. */
function* spans(from: number, to: number): Generator<[from: number, to: number]> {
  for (let [end, span] = [to, FIRST_SPAN]; end > from; span *= 2) {
    const start = Math.max(from, end - span)
    yield [start, end]
    end = start
  }
}

interface Place {
  at: number
  id: string
}

function readPlace(call: Call): Place | undefined {
  const token = call.request.query.get('$skiptoken')
  if (token === undefined) return undefined
  const place = readPlaceToken(token, boundTo(call))
  const [at = '', id = ''] = place?.split(' ') ?? []
  if (!/^\d+$/.test(at)) throw badRequest('The skip token is invalid.')
  return { at: Number(at), id }
}

const PROPERTIES = ['authorization', 'caller', 'category', 'channels', 'claims', 'correlationId', 'description'].concat(
  ['eventDataId', 'eventName', 'eventTimestamp', 'httpRequest', 'id', 'level', 'operationId', 'operationName'],
  ['properties', 'resourceGroupName', 'resourceId', 'resourceProviderName', 'resourceType', 'status', 'subStatus'],
  ['submissionTimestamp', 'subscriptionId', 'tenantId'],
)

/** What to show of a record: everything, or the properties that are named. */
function readSelect(text: string | undefined): (record: ActivityEvent) => object {
  if (text === undefined) return (record) => record
  const names = text.split(',').map((name) => {
    const known = PROPERTIES.find((each) => each.toLowerCase() === name.trim().toLowerCase())
    if (!known) throw badRequest(`The property '${name.trim()}' in $select is not one of an event.`)
    return known
  })
  return (record) => Object.fromEntries(names.filter((name) => name in record).map((name) => [name, record[name]]))
}
