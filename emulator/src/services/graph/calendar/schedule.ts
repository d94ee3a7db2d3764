import { GraphError } from '#services/graph/errors.ts'
import { calendarEvents } from '#world/mail/events.ts'
import { list, text } from '#services/graph/read-value.ts'
import { mailboxOf } from '#services/graph/mail/mailbox-of.ts'
import { mailboxSettings } from '#world/mail/settings.ts'
import { personAt } from '#world/mail/addresses.ts'
import { readJson } from '#services/graph/json.ts'
import type { CalendarEvent } from '#world/mail/events.ts'
import type { Call } from '#services/graph/route.ts'
import type { Reply } from '#http/exchange.ts'

import { entriesBetween } from './events.ts'
import { preferredZone, readMoment, zoned } from './zones.ts'

const LONGEST = 62 * 86_400_000
const MOST = 100

/** One digit for each interval. */
const DIGITS: Record<CalendarEvent['showAs'], number> = {
  free: 0,
  tentative: 1,
  busy: 2,
  oof: 3,
  workingElsewhere: 4,
  unknown: 0,
}
/** Of several at once the first of these counts. */
const WEIGHT = ['oof', 'busy', 'tentative', 'workingElsewhere', 'free', 'unknown']

/** `POST /calendar/getSchedule`: free and busy times of many people, and an error for each that has none. */
export function getSchedule(call: Call): Reply {
  mailboxOf(call)
  const { schedules, startTime, endTime, availabilityViewInterval = 30 } = readJson(call.request)
  const wanted = list(schedules, 'schedules').map((each) => text(each, 'schedules'))
  const [from, to] = [readMoment(startTime, 'startTime').at, readMoment(endTime, 'endTime').at]
  const minutes = Number(availabilityViewInterval)
  if (!Number.isInteger(minutes) || minutes < 5 || minutes > 1440)
    throw invalid("The value of 'availabilityViewInterval' must be between 5 and 1440 minutes.")
  if (to <= from || to - from > LONGEST || to - from < minutes * 60_000)
    throw invalid('The requested time duration specified for FreeBusyViewOptions.TimeWindow is invalid.')
  if (wanted.length === 0 || wanted.length > MOST) throw invalid(`Between 1 and ${MOST} schedules can be asked for.`)
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#Collection(microsoft.graph.scheduleInformation)`,
      value: wanted.map((address) => scheduleOf(call, address, from, to, minutes * 60_000)),
    },
  }
}

const invalid = (message: string) => new GraphError(400, 'ErrorInvalidParameter', message)

function scheduleOf(call: Call, address: string, from: number, to: number, interval: number) {
  const person = personAt(call.tenant.world, address)
  if (!person)
    return {
      scheduleId: address,
      scheduleItems: [],
      availabilityView: '',
      error: {
        message: `Unable to resolve e-mail address ${address} to an Active Directory object.`,
        responseCode: 'ErrorMailRecipientNotFound',
      },
    }
  const zone = preferredZone(call.request.headers)
  const events = [...call.tenant.objects(calendarEvents).of(person.id)].filter(({ isCancelled }) => !isCancelled)
  const busy = entriesBetween(events, from, to).map(({ event, at = event.start }) => ({
    event,
    start: at,
    end: at + event.end - event.start,
  }))
  const view = Array.from({ length: Math.ceil((to - from) / interval) }, (_, i) => {
    const [start, end] = [from + i * interval, from + (i + 1) * interval]
    const meanwhile = new Set<string>(
      busy.filter((each) => each.start < end && each.end > start).map(({ event }) => event.showAs),
    )
    const heaviest = WEIGHT.find((status) => meanwhile.has(status)) ?? 'free'
    return DIGITS[heaviest as CalendarEvent['showAs']]
  })
  const { workingHours } = call.tenant.objects(mailboxSettings).find(person.id)!
  return {
    scheduleId: address,
    availabilityView: view.join(''),
    scheduleItems: busy.map(({ event, start, end }) => {
      const isPrivate = event.sensitivity === 'private'
      return {
        isPrivate,
        status: event.showAs,
        ...(isPrivate ? {} : { subject: event.subject, location: event.location }),
        start: zoned(start, zone),
        end: zoned(end, zone),
      }
    }),
    workingHours,
  }
}
