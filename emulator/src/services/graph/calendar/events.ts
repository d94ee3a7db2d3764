import { allowOptions, readSelect, readSkip, readTop } from '#services/graph/odata/options.ts'
import { GraphError, badRequest } from '#services/graph/errors.ts'
import { calendarEvents, occurrences } from '#world/mail/events.ts'
import { compare, parseFilter } from '#services/graph/odata/filter.ts'
import {
  contextOf,
  itemNotFound,
  looksLikeId,
  mailboxOf,
  malformedId,
  topTooLarge,
} from '#services/graph/mail/mailbox-of.ts'
import type { CalendarEvent } from '#world/mail/events.ts'
import type { Call } from '#services/graph/route.ts'
import type { Fields, Value } from '#services/graph/odata/filter.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'
import type { Reply } from '#http/exchange.ts'

import { EVENT_PROPERTIES, eventId, shapeEvent } from './shape.ts'
import { preferredZone } from './zones.ts'

/** An event, or one occurrence of a series by the moment it starts. */
export interface Entry {
  event: CalendarEvent
  at?: number
}

const FIELDS = {
  id: 'string',
  subject: 'string',
  iCalUId: 'string',
  importance: 'string',
  sensitivity: 'string',
  showAs: 'string',
  isAllDay: 'boolean',
  isCancelled: 'boolean',
  isOrganizer: 'boolean',
  'start/dateTime': 'date',
  'end/dateTime': 'date',
  createdDateTime: 'date',
  lastModifiedDateTime: 'date',
  'organizer/emailAddress/address': 'string',
  categories: 'strings',
} as const satisfies Fields

const READ: Record<keyof typeof FIELDS, (entry: Required<Entry>, id: () => string) => Value> = {
  id: (_, id) => id(),
  subject: ({ event }) => event.subject,
  iCalUId: ({ event }) => event.uid,
  importance: ({ event }) => event.importance,
  sensitivity: ({ event }) => event.sensitivity,
  showAs: ({ event }) => event.showAs,
  isAllDay: ({ event }) => event.isAllDay,
  isCancelled: ({ event }) => event.isCancelled,
  isOrganizer: ({ event }) => event.response === 'organizer',
  'start/dateTime': ({ at }) => at,
  'end/dateTime': ({ event, at }) => at + event.end - event.start,
  createdDateTime: ({ event }) => event.createdAt,
  lastModifiedDateTime: ({ event }) => event.modifiedAt,
  'organizer/emailAddress/address': ({ event }) => event.organizer.address,
  categories: ({ event }) => event.categories,
}

export const eventsOf = (call: Call, { person }: Mailbox): CalendarEvent[] => [
  ...call.tenant.objects(calendarEvents).of(person.id),
]

/** `GET /events`: single events and series, each series once. */
export function listEvents(call: Call): Reply {
  const mailbox = mailboxOf(call)
  const entries = eventsOf(call, mailbox).map((event): Entry => ({ event }))
  return listing(call, mailbox, entries, 'events')
}

/** `GET /calendarView?startDateTime=…&endDateTime=…`: every occurrence in between. */
export function calendarView(call: Call): Reply {
  const { query } = call.request
  const [from, to] = ['startDateTime', 'endDateTime'].map((name) => readTime(name, query.get(name)))
  if (to! < from!)
    throw new GraphError(400, 'ErrorInvalidRequest', 'The end of the view must not be earlier than its start.')
  if (to! - from! > 5 * 366 * 86_400_000)
    throw new GraphError(400, 'ErrorInvalidParameter', 'The requested time range is too large.')
  const mailbox = mailboxOf(call)
  return listing(call, mailbox, entriesBetween(eventsOf(call, mailbox), from!, to!), 'calendarView')
}

/** Every occurrence that touches [from, to), by start. */
export const entriesBetween = (events: readonly CalendarEvent[], from: number, to: number): Entry[] =>
  events
    .flatMap((event) => occurrences(event, from, to).map((at): Entry => (event.recurrence ? { event, at } : { event })))
    .sort((a, b) => (a.at ?? a.event.start) - (b.at ?? b.event.start))

function readTime(name: string, value: string | undefined): number {
  if (value === undefined)
    throw new GraphError(
      400,
      'ErrorInvalidParameter',
      'This request requires a time window specified by the query string parameters StartDateTime and EndDateTime.',
    )
  const time = Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(value) || !value.includes('T') ? value : `${value.trim()}Z`)
  if (Number.isNaN(time))
    throw new GraphError(400, 'ErrorInvalidParameter', `The value '${value}' of '${name}' is not valid.`)
  return time
}

function listing(call: Call, mailbox: Mailbox, entries: readonly Entry[], what: string): Reply {
  const { query } = call.request
  allowOptions(query, ['$select', '$top', '$skip', '$filter', '$orderby', '$count'])
  const select = readSelect(query, EVENT_PROPERTIES, 'Microsoft.OutlookServices.Event')
  preferredZone(call.request.headers)
  const found = sorted(filtered(call, mailbox, entries), query.get('$orderby'))
  const skip = readSkip(query)
  const next = skip + readTop(query, 10, 1000, topTooLarge)
  const link = `${call.request.origin}${call.request.path}?${query.with({ $skip: String(next) })}`
  return {
    status: 200,
    body: {
      '@odata.context': contextOf(call, `${what}${select ? `(${select.join(',')})` : ''}`),
      ...(query.get('$count')?.toLowerCase() === 'true' ? { '@odata.count': found.length } : {}),
      value: found.slice(skip, next).map(({ event, at }) => shapeEvent(call, mailbox, event, select, at)),
      ...(next < found.length ? { '@odata.nextLink': link } : {}),
    },
  }
}

function filtered(call: Call, mailbox: Mailbox, entries: readonly Entry[]): Entry[] {
  // Moments within quotes are as good as without.
  const text = call.request.query.get('$filter')?.replaceAll(/(dateTime\s+\w\w\s+)'([^']*)'/gi, '$1$2')
  if (!text?.trim()) return [...entries]
  const { matches } = parseFilter(text, FIELDS)
  return entries.filter(({ event, at }) => {
    const entry = { event, at: at ?? event.start }
    return matches((field) => READ[field as keyof typeof FIELDS](entry, () => eventId(call, mailbox, event.key, at)))
  })
}

function sorted(entries: Entry[], order: string | undefined): Entry[] {
  if (!order?.trim()) return entries
  const [name = '', direction = 'asc'] = order.trim().split(/\s+/)
  const field = Object.keys(FIELDS).find((known) => known.toLowerCase() === name.toLowerCase())
  if (!field || field === 'categories' || field === 'id' || !/^(asc|desc)$/i.test(direction))
    throw badRequest(`Invalid orderby clause '${order.trim()}'.`)
  const sign = direction.toLowerCase() === 'desc' ? -1 : 1
  const read = READ[field as keyof typeof FIELDS]
  const value = ({ event, at }: Entry) => read({ event, at: at ?? event.start }, () => '')
  return entries.sort((a, b) => sign * compare(value(a), value(b)))
}

export function getEvent(call: Call): Reply {
  allowOptions(call.request.query, ['$select'])
  const mailbox = mailboxOf(call)
  const { event, at } = entryOf(call, mailbox)
  const select = readSelect(call.request.query, EVENT_PROPERTIES, 'Microsoft.OutlookServices.Event')
  return { status: 200, body: eventEntity(call, mailbox, event, select, at) }
}

export const eventEntity = (
  call: Call,
  mailbox: Mailbox,
  event: CalendarEvent,
  select?: readonly string[],
  at?: number,
) => ({ '@odata.context': contextOf(call, 'events/$entity'), ...shapeEvent(call, mailbox, event, select, at) })

/** `GET /events/{id}/instances`: occurrences of a series in a window. */
export function listInstances(call: Call): Reply {
  const { query } = call.request
  const [from, to] = ['startDateTime', 'endDateTime'].map((name) => readTime(name, query.get(name)))
  const mailbox = mailboxOf(call)
  const { event } = entryOf(call, mailbox)
  return listing(
    call,
    mailbox,
    entriesBetween([event], from!, Math.min(to!, from! + 5 * 366 * 86_400_000)),
    'instances',
  )
}

/** How far around now occurrences are looked for by their ids. */
const AROUND = 400 * 86_400_000

/** The event that a path names, or the occurrence. @throws GraphError ErrorItemNotFound, ErrorInvalidIdMalformed. */
export function entryOf(call: Call, mailbox: Mailbox): Entry {
  const wanted = call.params['event']!
  if (!looksLikeId(wanted)) throw malformedId()
  const events = eventsOf(call, mailbox)
  const event = events.find(({ key }) => eventId(call, mailbox, key) === wanted)
  if (event) return { event }
  const { now } = call.tenant
  const series = events.filter(({ recurrence }) => recurrence !== null)
  const entry = entriesBetween(series, now - AROUND, now + AROUND).find(
    ({ event: { key }, at }) => eventId(call, mailbox, key, at) === wanted,
  )
  if (!entry) throw itemNotFound()
  return entry
}
