import type { Route } from '#services/graph/route.ts'

import { calendarView, getEvent, listEvents, listInstances } from './events.ts'
import { cancelEvent, createEvent, deleteEvent, purgeEvent, respond, updateEvent } from './changes.ts'
import { getCalendar, listCalendars } from './calendars.ts'
import { getPresence, getPresences } from './presence.ts'
import { getSchedule } from './schedule.ts'

/** The calendar of a mailbox, and whether its owner is there. */

const READ = ['Calendars.ReadBasic', 'Calendars.ReadBasic.All', 'Calendars.Read', 'Calendars.ReadWrite']
const WRITE = ['Calendars.ReadWrite']
const PRESENCE = ['Presence.Read.All', 'Presence.ReadWrite.All']
const EVENT = 'microsoft.graph.event'
const EVENTS = `Collection(${EVENT})`
const CALENDAR = 'microsoft.graph.calendar'

const USER = '/users/:user'

const eventRoutes = [USER, `${USER}/calendar`].flatMap((above): Route[] => {
  const [all, one] = [`${above}/events`, `${above}/events/:event`]
  return [
    { method: 'GET', pattern: `${above}/calendarView`, returns: EVENTS, roles: READ, handle: calendarView },
    { method: 'GET', pattern: all, returns: EVENTS, roles: READ, handle: listEvents },
    { method: 'POST', pattern: all, returns: EVENT, roles: WRITE, handle: createEvent },
    { method: 'GET', pattern: one, returns: EVENT, roles: READ, handle: getEvent },
    { method: 'PATCH', pattern: one, returns: EVENT, roles: WRITE, handle: updateEvent },
    { method: 'DELETE', pattern: one, roles: WRITE, handle: deleteEvent },
    { method: 'GET', pattern: `${one}/instances`, returns: EVENTS, roles: READ, handle: listInstances },
    { method: 'POST', pattern: `${one}/permanentDelete`, roles: WRITE, handle: purgeEvent },
    { method: 'POST', pattern: `${one}/cancel`, roles: WRITE, handle: cancelEvent },
    { method: 'POST', pattern: `${one}/accept`, roles: WRITE, handle: respond('accepted') },
    { method: 'POST', pattern: `${one}/tentativelyAccept`, roles: WRITE, handle: respond('tentativelyAccepted') },
    { method: 'POST', pattern: `${one}/decline`, roles: WRITE, handle: respond('declined') },
  ]
})

export const calendarRoutes: readonly Route[] = [
  ...eventRoutes,
  {
    method: 'GET',
    pattern: `${USER}/calendars`,
    returns: `Collection(${CALENDAR})`,
    roles: READ,
    handle: listCalendars,
  },
  {
    method: 'POST',
    pattern: `${USER}/calendar/getSchedule`,
    returns: 'Collection(microsoft.graph.scheduleInformation)',
    roles: READ,
    handle: getSchedule,
  },
  { method: 'GET', pattern: `${USER}/calendar`, returns: CALENDAR, roles: READ, handle: getCalendar },
  {
    method: 'GET',
    pattern: `${USER}/presence`,
    returns: 'microsoft.graph.presence',
    roles: PRESENCE,
    handle: getPresence,
  },
  {
    method: 'POST',
    pattern: '/communications/getPresencesByUserId',
    returns: 'Collection(microsoft.graph.presence)',
    roles: PRESENCE,
    handle: getPresences,
  },
]
