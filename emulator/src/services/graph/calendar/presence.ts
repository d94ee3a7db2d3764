import { GraphError, badRequest } from '#services/graph/errors.ts'
import { calendarEvents } from '#world/mail/events.ts'
import { list, text } from '#services/graph/read-value.ts'
import { mailboxSettings } from '#world/mail/settings.ts'
import { random } from '#world/random.ts'
import { readJson } from '#services/graph/json.ts'
import type { Call } from '#services/graph/route.ts'
import type { Person } from '#world/directory.ts'
import type { Reply } from '#http/exchange.ts'

import { entriesBetween } from './events.ts'
import { moment, zoned } from './zones.ts'

/** Whether people are there: by their calendars, their working hours, and a little chance that changes with every quarter. */

const MOST = 650

export function getPresence(call: Call): Reply {
  const wanted = call.params['user']!
  const person = call.tenant.world.directory.find(wanted)
  if (!person) throw new GraphError(404, 'NotFound', `User '${wanted}' not found.`)
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#users('${person.id}')/presence/$entity`,
      ...presenceOf(call, person),
    },
  }
}

/** `POST /communications/getPresencesByUserId`: unknown people are left out. */
export function getPresences(call: Call): Reply {
  const ids = list(readJson(call.request)['ids'], 'ids').map((id) => text(id, 'ids'))
  if (ids.length === 0 || ids.length > MOST) throw badRequest(`Between 1 and ${MOST} ids can be asked for.`)
  const { directory } = call.tenant.world
  const people = ids.flatMap((id) => directory.find(id) ?? [])
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#Collection(microsoft.graph.presence)`,
      value: people.map((person) => presenceOf(call, person)),
    },
  }
}

const QUARTER = 900_000

function presenceOf(call: Call, person: Person) {
  const { tenant } = call
  const { now } = tenant
  const settings = tenant.objects(mailboxSettings).find(person.id)
  const replies = settings?.automaticRepliesSetting
  const away =
    replies !== undefined &&
    (replies.status === 'alwaysEnabled' ||
      (replies.status === 'scheduled' &&
        moment(replies.scheduledStartDateTime) <= now &&
        moment(replies.scheduledEndDateTime) > now))
  return {
    id: person.id,
    ...stateOf(call, person, away),
    statusMessage: null,
    outOfOfficeSettings: { message: away ? plain(replies.internalReplyMessage) : null, isOutOfOffice: away },
    workLocation: null,
    sequenceNumber: null,
  }
}

const plain = (html: string) => html.replaceAll(/<[^>]*>/g, '')

function stateOf(call: Call, person: Person, away: boolean): { availability: string; activity: string } {
  const { tenant } = call
  const { now, world } = tenant
  if (person.kind !== 'user') return { availability: 'PresenceUnknown', activity: 'PresenceUnknown' }
  if (away) return { availability: 'Offline', activity: 'OutOfOffice' }
  const { workingHours } = tenant.objects(mailboxSettings).find(person.id)!
  const local = zoned(now, workingHours.timeZone.name).dateTime
  const day = new Date(`${local.slice(0, 10)}T00:00:00Z`).getUTCDay()
  const atWork = local.slice(11) >= workingHours.startTime && local.slice(11) < workingHours.endTime
  if (day === 0 || day === 6 || !atWork) return { availability: 'Offline', activity: 'Offline' }
  const events = [...tenant.objects(calendarEvents).of(person.id)].filter(({ showAs }) => showAs === 'busy')
  const [meeting] = entriesBetween(events, now, now + 1)
  const r = random(world.seed, 'presence', person.index, Math.floor(now / QUARTER))
  if (meeting) return { availability: 'Busy', activity: meeting.event.isOnlineMeeting ? 'InACall' : 'InAMeeting' }
  return r.pick([
    { availability: 'Available', activity: 'Available' },
    { availability: 'Available', activity: 'Available' },
    { availability: 'Away', activity: 'Away' },
    { availability: 'BeRightBack', activity: 'BeRightBack' },
    { availability: 'DoNotDisturb', activity: 'Presenting' },
  ])
}
