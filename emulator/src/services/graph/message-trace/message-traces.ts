import { GraphError, badRequest } from '#services/graph/errors.ts'
import { TRACE_APPLICATION, hasTraceAccess, traceEvents, traceStatus, tracedAt } from '#world/mail/message-trace.ts'
import { allowOptions, project, readSelect, readTop } from '#services/graph/odata/options.ts'
import { deliveriesIn } from '#world/mail/deliveries.ts'
import { boundTo, placeToken, readPlaceToken } from '#services/graph/odata/skiptoken.ts'
import { random } from '#world/random.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { Delivery } from '#world/mail/deliveries.ts'
import type { Reply } from '#http/exchange.ts'

import { readCriteria } from './criteria.ts'
import type { Criteria } from './criteria.ts'

/** Message trace: who got which message and what became of it, newest first, one row for each recipient. */
const ROLES = ['ExchangeMessageTrace.Read.All']

const TRACES = '/admin/exchange/tracing/messageTraces'

export const messageTraceRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: TRACES,
    roles: ROLES,
    returns: 'Collection(microsoft.graph.exchangeMessageTrace)',
    handle: listTraces,
  },
  {
    method: 'GET',
    pattern: `${TRACES}/:trace`,
    roles: ROLES,
    returns: 'microsoft.graph.exchangeMessageTrace',
    handle: getTrace,
  },
  {
    method: 'GET',
    pattern: `${TRACES}/:trace/getDetailsByRecipient/(recipientAddress)/:recipient`,
    roles: ROLES,
    returns: 'Collection(microsoft.graph.exchangeMessageTraceDetail)',
    handle: getDetails,
  },
]

const PROPERTIES = [
  'id',
  'senderAddress',
  'recipientAddress',
  'messageId',
  'receivedDateTime',
  'subject',
  'size',
].concat(['fromIP', 'toIP', 'status'])

const TYPE = 'microsoft.graph.exchangeMessageTrace'
const CONTEXT = '$metadata#admin/exchange/tracing/messageTraces'
const DAY = 86_400_000
/** Where a filter finds little, an answer looks through so many deliveries and goes on at its next link. */
const FARTHEST = 8_000

async function listTraces(call: Call): Promise<Reply> {
  requireAccess(call)
  const { query } = call.request
  allowOptions(query, ['$filter', '$top', '$select', '$skiptoken', '$orderby'])
  if (query.get('$orderby')) throw badRequest('The query option $orderby is not supported by message traces.')
  const top = readTop(query, 1000, 5000, (value) =>
    badRequest(`Invalid page size specified: '${value}'. Must be between 1 and 5000 inclusive.`),
  )
  const select = readSelect(query, PROPERTIES, TYPE)
  const place = readPlace(call)
  const asOf = place?.asOf ?? call.tenant.now
  const criteria = readCriteria(query.get('$filter'), asOf)
  const { found, next } = await readPage(
    call,
    criteria,
    { at: place?.at ?? criteria.to - 1, after: place?.after ?? '' },
    asOf,
    top,
  )
  const token = next && placeToken(`${asOf} ${next.at} ${next.after}`, boundTo(call))
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/${CONTEXT}${select ? `(${select.join(',')})` : ''}`,
      ...(token ? { '@odata.nextLink': `${call.root}${TRACES}?${query.with({ $skiptoken: token })}` } : {}),
      value: found.map((delivery) => project(row(delivery, asOf), select ?? PROPERTIES)),
    },
  }
}

/** A place in the trace: the moment, and what of that moment has been shown. */
interface Place {
  at: number
  after: string
}

/** Reads back from a place, a slice of time after the other; slices grow where little is found. */
async function readPage(call: Call, criteria: Criteria, place: Place, asOf: number, top: number) {
  const { status, subject, fromIp, toIp, from, to: _, ...flow } = criteria
  const found: Delivery[] = []
  let [end, span, looked] = [place.at + 1, 600_000, 0]
  while (end > from) {
    if (looked >= FARTHEST) return { found, next: { at: end - 1, after: '' } }
    const start = Math.max(from, end - span)
    const slice = await deliveriesIn(call.tenant, { ...flow, from: start, to: end })
    looked += slice.length
    for (const delivery of slice.sort(newestFirst)) {
      if (delivery.at === place.at && keyOf(delivery) <= place.after) continue
      if (tracedAt(delivery) > asOf) continue
      const shown = row(delivery, asOf)
      if (status !== undefined && shown.status.toLowerCase() !== status.toLowerCase()) continue
      if (fromIp !== undefined && shown.fromIP !== fromIp) continue
      if (toIp !== undefined && shown.toIP !== toIp) continue
      if (subject && !subject(delivery.subject.toLowerCase())) continue
      const last = found.at(-1)
      if (found.length === top) return { found, next: { at: last!.at, after: keyOf(last!) } }
      found.push(delivery)
    }
    if (slice.length < 200) span = Math.min(span * 2, 5 * DAY)
    end = start
  }
  return { found, next: undefined }
}

const keyOf = ({ networkMessageId, recipient }: Delivery) => `${networkMessageId}|${recipient.address}`

const newestFirst = (a: Delivery, b: Delivery) => b.at - a.at || (keyOf(a) < keyOf(b) ? -1 : 1)

function readPlace(call: Call): (Place & { asOf: number }) | undefined {
  const token = call.request.query.get('$skiptoken')
  if (token === undefined) return undefined
  const text = readPlaceToken(token, boundTo(call))
  if (text === undefined) throw badRequest('Invalid skip token.')
  const [asOf, at, ...after] = text.split(' ')
  return { asOf: Number(asOf), at: Number(at), after: after.join(' ') }
}

async function getTrace(call: Call): Promise<Reply> {
  requireAccess(call)
  allowOptions(call.request.query, ['$select'])
  const select = readSelect(call.request.query, PROPERTIES, TYPE)
  const { now } = call.tenant
  const [first] = await traced(call, undefined)
  const context = `${call.root}/${CONTEXT}${select ? `(${select.join(',')})` : ''}/$entity`
  return { status: 200, body: { '@odata.context': context, ...project(row(first!, now), select ?? PROPERTIES) } }
}

async function getDetails(call: Call): Promise<Reply> {
  requireAccess(call)
  allowOptions(call.request.query, [])
  const [delivery] = await traced(call, call.params['recipient']!)
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#Collection(microsoft.graph.exchangeMessageTraceDetail)`,
      value: traceEvents(delivery!).map(({ at, event, action, description }, i) => ({
        id: random(delivery!.networkMessageId, 'trace event', delivery!.recipient.address, i).guid(),
        dateTime: time(at),
        event,
        action,
        description,
        data: `<root><MEP Name="MessageSize" Integer="${delivery!.size}"/></root>`,
        messageId: delivery!.internetMessageId,
      })),
    },
  }
}

/** The deliveries of the message that the path names. @throws GraphError 404 where there is none in the trace. */
async function traced(call: Call, recipient: string | undefined): Promise<Delivery[]> {
  const { now } = call.tenant
  const id = call.params['trace']!
  const all = await deliveriesIn(call.tenant, {
    from: now - 90 * DAY,
    to: now + 1,
    networkMessageId: id,
    ...(recipient === undefined ? {} : { recipient }),
  })
  const found = all.filter((delivery) => tracedAt(delivery) <= now)
  if (found.length === 0)
    throw new GraphError(
      404,
      'NotFound',
      `No message trace was found for the id '${id}'${recipient ? ` and recipient '${recipient}'` : ''}.`,
    )
  return found
}

const row = (delivery: Delivery, now: number) => ({
  id: delivery.networkMessageId,
  senderAddress: delivery.sender.address,
  recipientAddress: delivery.recipient.address,
  messageId: delivery.internetMessageId,
  receivedDateTime: time(delivery.at),
  subject: delivery.subject,
  size: delivery.size,
  fromIP: delivery.senderIp ?? '',
  toIP: '',
  status: traceStatus(delivery, now),
})

const time = (milliseconds: number) => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`

function requireAccess({ tenant }: Call): void {
  if (hasTraceAccess(tenant)) return
  throw new GraphError(
    401,
    'UnknownError',
    `Service principal-less Authentication failed: the service principal for App ID ${TRACE_APPLICATION} was not found. Provisioning may take several hours.`,
  )
}
