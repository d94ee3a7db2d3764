import { badRequest } from '#services/graph/errors.ts'
import { list, object, oneOf, text, texts, truth } from '#services/graph/read-value.ts'
import { readBody } from '#services/graph/mail/read-message.ts'
import type { Attendee, CalendarEvent, Recurrence } from '#world/mail/events.ts'

import { readMoment } from './zones.ts'

/** Events as clients write them. @throws GraphError for what is wrong; read-only properties are ignored. */
export function readEvent(body: Record<string, unknown>): Partial<CalendarEvent> {
  const event: Partial<CalendarEvent> = {}
  for (const [name, value] of Object.entries(body)) {
    if (name.startsWith('@') || IGNORED.has(name)) continue
    const read = Object.hasOwn(READERS, name) ? READERS[name] : undefined
    if (!read) throw badRequest(`The property '${name}' does not exist on type 'microsoft.graph.event'.`)
    Object.assign(event, read(value, name))
  }
  return event
}

/** Read-only, or without effect here. */
const IGNORED = new Set([
  'id',
  'changeKey',
  'createdDateTime',
  'lastModifiedDateTime',
  'iCalUId',
  'bodyPreview',
  'webLink',
  'organizer',
  'isOrganizer',
  'isDraft',
  'type',
  'seriesMasterId',
  'responseStatus',
  'onlineMeeting',
  'onlineMeetingUrl',
  'onlineMeetingProvider',
  'originalStartTimeZone',
  'originalEndTimeZone',
  'transactionId',
  'allowNewTimeProposals',
  'hideAttendees',
  'responseRequested',
  'hasAttachments',
  'isCancelled',
])

const SHOW_AS = ['free', 'tentative', 'busy', 'oof', 'workingElsewhere', 'unknown'] as const
const SENSITIVITY = ['normal', 'personal', 'private', 'confidential'] as const
const IMPORTANCE = ['low', 'normal', 'high'] as const
const ATTENDEE = ['required', 'optional', 'resource'] as const

const READERS: Record<string, (value: unknown, name: string) => Partial<CalendarEvent>> = {
  subject: (value, name) => ({ subject: value === null ? '' : text(value, name) }),
  body: (value, name) => {
    const { text: words, html } = readBody(value, name)
    return { text: words, ...(html ? { html } : {}) }
  },
  start: (value, name) => {
    const { at, timeZone } = readMoment(value, name)
    return { start: at, timeZone }
  },
  end: (value, name) => ({ end: readMoment(value, name).at }),
  location: (value, name) => ({ location: value === null ? '' : text(object(value, name)['displayName'] ?? '', name) }),
  locations: (value, name) => {
    const [first] = list(value, name)
    return first === undefined ? {} : { location: text(object(first, name)['displayName'] ?? '', name) }
  },
  attendees: (value, name) => ({ attendees: list(value, name).map((each) => readAttendee(each, name)) }),
  isAllDay: (value, name) => ({ isAllDay: truth(value, name) }),
  showAs: (value, name) => ({ showAs: oneOf(SHOW_AS, value, name) }),
  sensitivity: (value, name) => ({ sensitivity: oneOf(SENSITIVITY, value, name) }),
  importance: (value, name) => ({ importance: oneOf(IMPORTANCE, value, name) }),
  categories: (value, name) => ({ categories: texts(value, name) }),
  isOnlineMeeting: (value, name) => ({ isOnlineMeeting: truth(value, name) }),
  isReminderOn: (value, name) => (truth(value, name) ? {} : { reminderMinutes: null }),
  reminderMinutesBeforeStart: (value, name) => ({ reminderMinutes: whole(value, name) }),
  recurrence: (value) => ({ recurrence: value === null ? null : readRecurrence(value) }),
}

function readAttendee(value: unknown, name: string): Attendee {
  const { emailAddress, type = 'required' } = object(value, name)
  const { name: display, address } = object(emailAddress, name)
  const mail = text(address, name)
  return {
    name: typeof display === 'string' && display ? display : mail,
    address: mail,
    type: oneOf(ATTENDEE, type, `${name}/type`),
    response: 'none',
    respondedAt: 0,
  }
}

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const

/** Daily and weekly series; others are refused rather than misunderstood. */
function readRecurrence(value: unknown): Recurrence {
  const { pattern, range } = object(value, 'recurrence')
  const { type, interval = 1, daysOfWeek = [] } = object(pattern, 'recurrence/pattern')
  const { type: kind = 'noEnd', endDate, numberOfOccurrences } = object(range, 'recurrence/range')
  const end = oneOf(['noEnd', 'endDate', 'numbered'] as const, kind, 'recurrence/range/type')
  const until = end === 'endDate' ? Date.parse(text(endDate, 'endDate')) : null
  if (Number.isNaN(until)) throw badRequest('The end of the recurrence is not valid.')
  return {
    pattern: oneOf(['daily', 'weekly'] as const, type, 'recurrence/pattern/type'),
    interval: Math.max(1, whole(interval, 'interval')),
    daysOfWeek: list(daysOfWeek, 'daysOfWeek').map((day) => oneOf(DAYS, day, 'daysOfWeek')),
    until,
    count: end === 'numbered' ? whole(numberOfOccurrences, 'numberOfOccurrences') : null,
  }
}

function whole(value: unknown, name: string): number {
  if (!Number.isInteger(value) || Number(value) < 0 || Number(value) > 100_000)
    throw badRequest(`Invalid value for the property '${name}'.`)
  return Number(value)
}
