import { htmlFrom } from '#world/mail/html.ts'
import { random } from '#world/random.ts'
import { recipient, time } from '#services/graph/mail/shape.ts'
import type { CalendarEvent, Recurrence } from '#world/mail/events.ts'
import type { Call } from '#services/graph/route.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'

import { preferredZone, zoned } from './zones.ts'

export const EVENT_PROPERTIES = [
  'id',
  'createdDateTime',
  'lastModifiedDateTime',
  'changeKey',
  'categories',
  'transactionId',
  'originalStartTimeZone',
  'originalEndTimeZone',
  'iCalUId',
  'reminderMinutesBeforeStart',
  'isReminderOn',
  'hasAttachments',
  'subject',
  'bodyPreview',
  'importance',
  'sensitivity',
  'isAllDay',
  'isCancelled',
  'isOrganizer',
  'responseRequested',
  'seriesMasterId',
  'showAs',
  'type',
  'webLink',
  'onlineMeetingUrl',
  'isOnlineMeeting',
  'onlineMeetingProvider',
  'allowNewTimeProposals',
  'isDraft',
  'hideAttendees',
  'responseStatus',
  'body',
  'start',
  'end',
  'location',
  'locations',
  'recurrence',
  'attendees',
  'organizer',
  'onlineMeeting',
]

/** What Calendars.ReadBasic does not let a caller see. */
const CONTENT = new Set(['body', 'bodyPreview', 'attachments', 'extensions'])

export const eventId = (call: Call, mailbox: Mailbox, key: string, at?: number): string => {
  const { seed } = call.tenant.world
  const hex = random(seed, 'event', mailbox.person.index, key, at ?? '').hex(96)
  return `AAMkA${mailbox.prefix}${Buffer.from(hex, 'hex').toString('base64url')}AAA=`
}

/** The event as the Graph shows it; with `at` the occurrence that starts then, in milliseconds. */
export function shapeEvent(
  call: Call,
  mailbox: Mailbox,
  event: CalendarEvent,
  select: readonly string[] | undefined,
  at?: number,
) {
  const mayRead = call.roles.has('Calendars.Read') || call.roles.has('Calendars.ReadWrite')
  const value = valueOf(call, mailbox, event, at)
  const wanted = [...new Set(['id', ...(select ?? EVENT_PROPERTIES)])].filter((name) => mayRead || !CONTENT.has(name))
  return {
    '@odata.etag': `W/"${value.changeKey}"`,
    ...Object.fromEntries(wanted.map((name) => [name, value[name as keyof typeof value]])),
  }
}

function valueOf(call: Call, mailbox: Mailbox, event: CalendarEvent, at: number | undefined) {
  const zone = event.isAllDay ? 'UTC' : preferredZone(call.request.headers)
  const start = at ?? event.start
  const isSeries = event.recurrence !== null
  const id = eventId(call, mailbox, event.key, at)
  const location = {
    displayName: event.location,
    locationType: 'default',
    uniqueId: event.location,
    uniqueIdType: 'private',
  }
  return {
    id,
    createdDateTime: `${new Date(event.createdAt).toISOString().replace('Z', '0000Z')}`,
    lastModifiedDateTime: `${new Date(event.modifiedAt).toISOString().replace('Z', '0000Z')}`,
    changeKey: Buffer.from(random('event key', event.uid, event.modifiedAt).hex(32), 'hex').toString('base64'),
    categories: event.categories,
    transactionId: null,
    originalStartTimeZone: event.timeZone,
    originalEndTimeZone: event.timeZone,
    iCalUId: event.uid,
    reminderMinutesBeforeStart: event.reminderMinutes ?? 0,
    isReminderOn: event.reminderMinutes !== null,
    hasAttachments: false,
    subject: event.subject,
    bodyPreview: event.text.replaceAll(/\n+/g, '\r\n').slice(0, 255),
    importance: event.importance,
    sensitivity: event.sensitivity,
    isAllDay: event.isAllDay,
    isCancelled: event.isCancelled,
    isOrganizer: event.response === 'organizer',
    responseRequested: true,
    seriesMasterId: at !== undefined && isSeries ? eventId(call, mailbox, event.key) : null,
    showAs: event.showAs,
    type: isSeries ? (at === undefined ? 'seriesMaster' : 'occurrence') : 'singleInstance',
    webLink: `https://outlook.office365.com/owa/?itemid=${encodeURIComponent(id)}&exvsurl=1&path=/calendar/item`,
    onlineMeetingUrl: null,
    isOnlineMeeting: event.isOnlineMeeting,
    onlineMeetingProvider: event.isOnlineMeeting ? 'teamsForBusiness' : 'unknown',
    allowNewTimeProposals: true,
    isDraft: false,
    hideAttendees: false,
    responseStatus: {
      response: event.response,
      time: event.response === 'organizer' || event.response === 'notResponded' ? NEVER : time(event.modifiedAt),
    },
    body: { contentType: 'html', content: event.html ?? htmlFrom(event.text) },
    start: zoned(start, zone),
    end: zoned(start + event.end - event.start, zone),
    location,
    locations: event.location ? [location] : [],
    recurrence: event.recurrence && at === undefined ? recurrenceOf(event, event.recurrence) : null,
    attendees: event.attendees.map(({ type, response, respondedAt, ...who }) => ({
      type,
      status: { response, time: respondedAt === 0 ? NEVER : time(respondedAt) },
      ...recipient(who),
    })),
    organizer: recipient(event.organizer),
    onlineMeeting: event.isOnlineMeeting
      ? { joinUrl: `https://teams.microsoft.com/l/meetup-join/19%3ameeting_${event.uid.slice(-32)}%40thread.v2/0` }
      : null,
  }
}

/** How the Graph writes that there is no moment. */
const NEVER = '0001-01-01T00:00:00Z'

function recurrenceOf({ start, timeZone }: CalendarEvent, { pattern, interval, daysOfWeek, until, count }: Recurrence) {
  const day = (at: number) => new Date(at).toISOString().slice(0, 10)
  return {
    pattern: {
      type: pattern,
      interval,
      month: 0,
      dayOfMonth: 0,
      ...(pattern === 'weekly' ? { daysOfWeek } : {}),
      firstDayOfWeek: 'sunday',
      index: 'first',
    },
    range: {
      type: until !== null ? 'endDate' : count === null ? 'noEnd' : 'numbered',
      startDate: day(start),
      endDate: until === null ? '0001-01-01' : day(until),
      recurrenceTimeZone: timeZone,
      numberOfOccurrences: count ?? 0,
    },
  }
}
