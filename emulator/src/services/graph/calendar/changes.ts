import { GraphError } from '#services/graph/errors.ts'
import { addressOf, personAt } from '#world/mail/addresses.ts'
import { calendarEvents, freshEvent, newUid } from '#world/mail/events.ts'
import { freshItem, send } from '#world/mail/delivery.ts'
import { mailboxOf } from '#services/graph/mail/mailbox-of.ts'
import { readJson } from '#services/graph/json.ts'
import { text, truth } from '#services/graph/read-value.ts'
import type { CalendarEvent, Response } from '#world/mail/events.ts'
import type { Call } from '#services/graph/route.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'
import type { MeetingNotice } from '#world/mail/item.ts'
import type { Person } from '#world/directory.ts'
import type { Reply } from '#http/exchange.ts'

import { entryOf, eventEntity, eventsOf } from './events.ts'
import { readEvent } from './read-event.ts'

/**
 * What can be done to events. The organizer's attendees get requests and cancellations by mail and a copy in their calendars;
 * their answers come back the same way.
 */

/** `POST /events`: 201 and the event. */
export function createEvent(call: Call): Reply {
  const mailbox = mailboxOf(call)
  const given = readEvent(readJson(call.request))
  const { start, end } = given
  if (start === undefined || end === undefined)
    throw new GraphError(400, 'ErrorPropertyValidationFailure', 'An event needs a start and an end.')
  const id = call.tenant.newId(`event ${mailbox.person.index}`)
  const event = freshEvent(mailbox.person, {
    subject: '',
    ...given,
    start,
    end,
    key: `made.${id}`,
    uid: newUid(id.replaceAll('-', '')),
    createdAt: Math.floor(call.tenant.now / 1000) * 1000,
  })
  refuseBackwards(event)
  put(call, mailbox.person, event)
  invite(call, mailbox, event)
  return { status: 201, body: eventEntity(call, mailbox, event) }
}

/** `PATCH`: 200 and the event; attendees are told again. */
export function updateEvent(call: Call): Reply {
  const mailbox = mailboxOf(call)
  const { event } = entryOf(call, mailbox)
  const changed = { ...event, ...readEvent(readJson(call.request)), modifiedAt: call.tenant.now }
  refuseBackwards(changed)
  put(call, mailbox.person, changed)
  if (changed.response === 'organizer') invite(call, mailbox, changed)
  return { status: 200, body: eventEntity(call, mailbox, changed) }
}

/** `DELETE`: 204; of a series one occurrence if its id is given. Attendees of an organizer are told. */
export function deleteEvent(call: Call): Reply {
  const mailbox = mailboxOf(call)
  const { event, at } = entryOf(call, mailbox)
  if (at !== undefined) put(call, mailbox.person, { ...event, cancelled: [...event.cancelled, at] })
  else {
    call.tenant.objects(calendarEvents).remove(`${mailbox.person.id}/${event.key}`)
    if (event.response === 'organizer') withdraw(call, mailbox, event, '')
  }
  return { status: 204 }
}

/** `POST …/permanentDelete`: 204. Nobody is told. */
export function purgeEvent(call: Call): Reply {
  const mailbox = mailboxOf(call)
  const { event } = entryOf(call, mailbox)
  call.tenant.objects(calendarEvents).remove(`${mailbox.person.id}/${event.key}`)
  return { status: 204 }
}

/** `POST …/cancel`: 202; only the organizer can. */
export function cancelEvent(call: Call): Reply {
  const mailbox = mailboxOf(call)
  const { event } = entryOf(call, mailbox)
  if (event.response !== 'organizer')
    throw new GraphError(
      400,
      'ErrorInvalidRequest',
      'Your request cannot be completed. You need to be an organizer to cancel a meeting.',
    )
  const { comment = '' } = call.request.body.length > 0 ? lowered(readJson(call.request)) : {}
  call.tenant.objects(calendarEvents).remove(`${mailbox.person.id}/${event.key}`)
  withdraw(call, mailbox, event, text(comment, 'comment'))
  return { status: 202 }
}

const SUBJECTS = { accepted: 'Accepted', tentativelyAccepted: 'Tentative', declined: 'Declined' } as const
const SHOWN = { accepted: 'busy', tentativelyAccepted: 'tentative', declined: 'free' } as const

/** `POST …/accept`, `…/tentativelyAccept`, `…/decline`: 202, and the organizer gets an answer unless told otherwise. */
export const respond =
  (response: keyof typeof SUBJECTS) =>
  (call: Call): Reply => {
    const mailbox = mailboxOf(call)
    const { event } = entryOf(call, mailbox)
    if (event.response === 'organizer')
      throw new GraphError(
        400,
        'ErrorInvalidRequest',
        "Your request can't be completed. You can't respond to this meeting because you're the meeting organizer.",
      )
    const { comment = '', sendresponse = true } = call.request.body.length > 0 ? lowered(readJson(call.request)) : {}
    const said = text(comment, 'comment')
    const answers = truth(sendresponse, 'sendResponse')
    const { now } = call.tenant
    if (response === 'declined') call.tenant.objects(calendarEvents).remove(`${mailbox.person.id}/${event.key}`)
    else put(call, mailbox.person, { ...event, response, showAs: SHOWN[response], modifiedAt: now })
    noteAnswer(call, mailbox.person, event, response)
    if (answers)
      mail(call, mailbox.person, event, response, {
        to: [event.organizer],
        subject: `${SUBJECTS[response]}: ${event.subject}`,
        text: said,
      })
    return { status: 202 }
  }

/** The organizer's copy shows who has answered what. */
function noteAnswer(call: Call, person: Person, { uid, organizer }: CalendarEvent, response: Response): void {
  const owner = personAt(call.tenant.world, organizer.address)
  const copy = owner && eventIn(call, owner, uid)
  if (!owner || !copy) return
  const attendees = copy.attendees.map((each) =>
    each.address.toLowerCase() === person.userPrincipalName
      ? { ...each, response, respondedAt: call.tenant.now }
      : each,
  )
  put(call, owner, { ...copy, attendees })
}

function eventIn(call: Call, person: Person, uid: string): CalendarEvent | undefined {
  const mailbox = call.tenant.mailbox(person)
  return mailbox && eventsOf(call, mailbox).find((each) => each.uid === uid)
}

function invite(call: Call, mailbox: Mailbox, event: CalendarEvent): void {
  if (event.attendees.length === 0) return
  for (const { address } of event.attendees) {
    const person = personAt(call.tenant.world, address)
    if (!person || person.index === mailbox.person.index) continue
    const before = eventIn(call, person, event.uid)
    const key = before?.key ?? `invited.${event.uid}`
    put(call, person, { ...event, key, response: 'notResponded', showAs: 'tentative' })
  }
  mail(call, mailbox.person, event, 'request', { to: event.attendees, subject: event.subject, text: event.text })
}

function withdraw(call: Call, mailbox: Mailbox, event: CalendarEvent, said: string): void {
  if (event.attendees.length === 0) return
  for (const { address } of event.attendees) {
    const person = personAt(call.tenant.world, address)
    const copy = person && eventIn(call, person, event.uid)
    if (person && copy) put(call, person, { ...copy, isCancelled: true, showAs: 'free' })
  }
  mail(call, mailbox.person, event, 'cancelled', {
    to: event.attendees,
    subject: `Canceled: ${event.subject}`,
    text: said,
  })
}

function mail(
  call: Call,
  from: Person,
  { uid, start, end, location, isAllDay }: CalendarEvent,
  kind: MeetingNotice['kind'],
  { to, ...words }: { to: readonly { name: string; address: string }[]; subject: string; text: string },
): void {
  const item = {
    ...freshItem(call.tenant, from),
    ...words,
    from: addressOf(from),
    to: to.map(({ name, address }) => ({ name, address })),
    meeting: { kind, uid, start, end, location, isAllDay },
  }
  send(call.tenant, call.appId, item, from)
}

const put = (call: Call, person: Person, event: CalendarEvent) =>
  void call.tenant.objects(calendarEvents).put(`${person.id}/${event.key}`, event)

const lowered = (body: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(body).map(([name, value]) => [name.toLowerCase(), value]))

function refuseBackwards({ start, end }: CalendarEvent): void {
  if (end < start)
    throw new GraphError(400, 'ErrorPropertyValidationFailure', 'The end of the event is earlier than its start.')
}
