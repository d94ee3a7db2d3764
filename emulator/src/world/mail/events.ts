import { DEPARTMENTS, PROJECTS } from '#world/names.ts'
import { random } from '#world/random.ts'
import type { Kind } from '#world/objects.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

import { absenceOf, zoneOf } from './settings.ts'
import { addressOf } from './addresses.ts'
import { byPerson } from './by-person.ts'
import type { MailAddress } from './item.ts'

/** An entry of somebody's calendar. Every participant has a copy of their own under one `uid`. Enumerations are the Graph's. */
export interface CalendarEvent {
  key: string
  /** `iCalUId` */
  uid: string
  subject: string
  text: string
  /** As it was given; made from the text where absent. */
  html?: string
  /** Milliseconds; of a series the first occurrence. */
  start: number
  end: number
  /** Zone it was made in, by its Windows name. */
  timeZone: string
  isAllDay: boolean
  showAs: 'free' | 'tentative' | 'busy' | 'oof' | 'workingElsewhere' | 'unknown'
  location: string
  organizer: MailAddress
  attendees: readonly Attendee[]
  /** The owner's own answer. */
  response: Response
  recurrence: Recurrence | null
  /** Starts of occurrences that were taken out. */
  cancelled: readonly number[]
  sensitivity: 'normal' | 'personal' | 'private' | 'confidential'
  importance: 'low' | 'normal' | 'high'
  categories: readonly string[]
  reminderMinutes: number | null
  isCancelled: boolean
  isOnlineMeeting: boolean
  createdAt: number
  modifiedAt: number
}

export type Response = 'none' | 'organizer' | 'tentativelyAccepted' | 'accepted' | 'declined' | 'notResponded'

export interface Attendee extends MailAddress {
  type: 'required' | 'optional' | 'resource'
  response: Response
  /** Milliseconds; 0 where there was no answer. */
  respondedAt: number
}

/** Daily or weekly, as the Graph writes it. */
export interface Recurrence {
  pattern: 'daily' | 'weekly'
  interval: number
  /** `monday` …; weekly ones only. */
  daysOfWeek: readonly string[]
  /** Milliseconds of the last day; null without end. */
  until: number | null
  /** How often at most; null without such a limit. */
  count: number | null
}

/** Ids `<person id>/<event key>`. */
export const calendarEvents: Kind<CalendarEvent> = {
  name: 'mail.event',
  born: byPerson(({ key }) => key, everydayEvents),
}

const HOUR = 3_600_000
const DAY = 24 * HOUR
const STRIDES = 2
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const

/** A department's weekly meeting, meetings with two or four colleagues, time for oneself, and absence. */
function everydayEvents(world: World, person: Person): CalendarEvent[] {
  if (person.kind !== 'user') return []
  return [
    teamMeeting(world, person),
    ...meetingsOf(world, person).map(({ event }) => event),
    ...focusTime(world, person),
    ...absence(world, person),
  ]
}

const midnight = (moment: number) => Math.floor(moment / DAY) * DAY

const usual = {
  text: '',
  isAllDay: false,
  showAs: 'busy',
  location: '',
  attendees: [],
  response: 'organizer',
  recurrence: null,
  cancelled: [],
  sensitivity: 'normal',
  importance: 'normal',
  categories: [],
  reminderMinutes: 15,
  isCancelled: false,
  isOnlineMeeting: false,
} as const satisfies Partial<CalendarEvent>

/** An event with what it usually has, made at `createdAt`. */
export const freshEvent = (
  person: Person,
  {
    createdAt,
    ...own
  }: Pick<CalendarEvent, 'key' | 'uid' | 'subject' | 'start' | 'end' | 'createdAt'> & Partial<CalendarEvent>,
): CalendarEvent => ({
  ...usual,
  timeZone: zoneOf(person),
  organizer: addressOf(person),
  createdAt,
  modifiedAt: createdAt,
  ...own,
})

/** Shape of the ids that Exchange gives to events. */
export const newUid = (hex: string): string => `040000008200E00074C5B7101A82E008${hex.toUpperCase()}`

function teamMeeting(world: World, person: Person): CalendarEvent {
  const department = DEPARTMENTS.findIndex(({ name }) => name === person.department)
  const head = world.directory.at(Math.max(0, department))
  const r = random(world.seed, 'team meeting', department)
  const first = midnight(world.epoch) - 56 * DAY
  const day = first + ((r.between(1, 5) - new Date(first).getUTCDay() + 7) % 7) * DAY
  const start = day + r.between(8, 14) * HOUR
  const team = { name: `${person.department} team`, address: `${person.department?.toLowerCase()}@${world.domain}` }
  return freshEvent(person, {
    key: 'team',
    uid: newUid(r.hex(32)),
    subject: `${person.department} weekly`,
    text: 'Agenda: last week, this week, anything that blocks us.',
    start,
    end: start + HOUR,
    createdAt: first - 10 * DAY,
    timeZone: zoneOf(head),
    location: `Room ${r.between(1, 9)}, ${head.office.office}`,
    organizer: addressOf(head),
    attendees: [{ ...team, type: 'required', response: 'none', respondedAt: 0 }],
    response: head.index === person.index ? 'organizer' : 'accepted',
    isOnlineMeeting: true,
    recurrence: {
      pattern: 'weekly',
      interval: 1,
      daysOfWeek: [WEEKDAYS[new Date(day).getUTCDay()]!],
      until: null,
      count: null,
    },
  })
}

/** A meeting of two, as one of them sees it. */
export interface Meeting {
  event: CalendarEvent
  /** Positions in the directory. */
  organizer: number
  attendee: number
  invitedAt: number
  respondedAt: number
  response: Response
}

/** Meetings a person has with colleagues: the meeting (a, j) lies between user a and the user j-th stride further on. */
export function meetingsOf(world: World, person: Person): Meeting[] {
  const n = world.directory.users
  if (person.kind !== 'user' || n < 6) return []
  return Array.from({ length: STRIDES }, (_, j) => {
    const stride = 1 + random(world.seed, 'meeting stride', j).between(0, Math.floor(n / 2) - 2)
    return [
      meeting(world, person, person.index, (person.index + stride) % n, j),
      meeting(world, person, (person.index - stride + n) % n, person.index, j),
    ]
  }).flat()
}

function meeting(world: World, owner: Person, a: number, b: number, j: number): Meeting {
  const r = random(world.seed, 'meeting', a, j)
  const [organizer, attendee] = [world.directory.at(a), world.directory.at(b)]
  const start = midnight(world.epoch) + r.between(-12, 10) * DAY + r.between(16, 31) * (HOUR / 2)
  const invitedAt = Math.min(start - r.between(1, 6) * DAY, world.epoch - r.between(1, 40) * HOUR)
  const respondedAt = invitedAt + r.between(5, 50) * 60_000
  const response = r.pick([
    'accepted',
    'accepted',
    'accepted',
    'tentativelyAccepted',
    'declined',
    'notResponded',
  ] as const)
  const mine = owner.index === organizer.index
  const event = freshEvent(owner, {
    key: `meeting.${a}.${j}`,
    uid: newUid(r.hex(32)),
    subject: r
      .pick(['{p} review', '{p}: open points', 'Catch-up', 'Handover {p}', 'Budget {p}'])
      .replace('{p}', r.pick(PROJECTS)),
    text: 'Please bring your notes.',
    start,
    end: start + r.pick([HOUR / 2, HOUR, 1.5 * HOUR]),
    createdAt: invitedAt,
    timeZone: zoneOf(organizer),
    location: r.pick(['Microsoft Teams Meeting', `Room ${r.between(1, 9)}`, organizer.office.office]),
    organizer: addressOf(organizer),
    attendees: [
      {
        ...addressOf(attendee),
        type: 'required',
        response: response === 'notResponded' ? 'none' : response,
        respondedAt: response === 'notResponded' ? 0 : respondedAt,
      },
    ],
    response: mine ? 'organizer' : response,
    showAs: mine || response === 'accepted' ? 'busy' : response === 'declined' ? 'free' : 'tentative',
    sensitivity: r.chance(0.1) ? 'private' : 'normal',
    isOnlineMeeting: r.chance(0.5),
  })
  return { event, organizer: a, attendee: b, invitedAt, respondedAt, response }
}

function focusTime(world: World, person: Person): CalendarEvent[] {
  const r = random(world.seed, 'focus', person.index)
  if (!r.chance(0.4)) return []
  const start = midnight(world.epoch) + r.between(-3, 6) * DAY + 8 * HOUR
  const own = { key: 'focus', uid: newUid(r.hex(32)), subject: 'Focus time', start, end: start + 2 * HOUR }
  return [freshEvent(person, { ...own, createdAt: start - 14 * DAY, isOnlineMeeting: false })]
}

function absence(world: World, person: Person): CalendarEvent[] {
  const away = absenceOf(world, person)
  if (!away) return []
  const uid = newUid(random(world.seed, 'absence event', person.index).hex(32))
  const own = { key: 'absence', uid, subject: 'Leave', ...away, createdAt: away.start - 30 * DAY }
  return [freshEvent(person, { ...own, isAllDay: true, showAs: 'oof', reminderMinutes: null, timeZone: 'UTC' })]
}

/** Starts of the occurrences that touch [from, to); a single event is its own only one. */
export function occurrences(event: CalendarEvent, from: number, to: number): number[] {
  const length = event.end - event.start
  const { recurrence } = event
  if (!recurrence) return event.start < to && event.end > from ? [event.start] : []
  const found: number[] = []
  const { interval, daysOfWeek, until, count } = recurrence
  const firstWeek = midnight(event.start) - new Date(event.start).getUTCDay() * DAY
  const end = Math.min(to, until === null ? Infinity : midnight(until) + DAY)
  let made = 0
  for (let at = event.start; at < end; at += DAY) {
    const fits =
      recurrence.pattern === 'daily'
        ? Math.round((at - event.start) / DAY) % interval === 0
        : daysOfWeek.includes(WEEKDAYS[new Date(at).getUTCDay()]!) &&
          Math.floor((midnight(at) - firstWeek) / (7 * DAY)) % interval === 0
    if (!fits) continue
    if (count !== null && made++ >= count) break
    if (at + length > from && !event.cancelled.includes(at)) found.push(at)
    if (found.length >= 2000) break
  }
  return found
}
