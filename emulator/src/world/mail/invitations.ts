import { random } from '#world/random.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

import { addressOf } from './addresses.ts'
import { meetingsOf } from './events.ts'
import { messageIds, ordinary } from './item.ts'
import type { Item, MeetingNotice } from './item.ts'
import type { Meeting } from './events.ts'

const ANSWERS = { accepted: 'Accepted', tentativelyAccepted: 'Tentative', declined: 'Declined' } as const

/** Meeting requests and answers, as the calendars have it. Outlook takes a request away once it was answered; some stay. */
export function invitations(world: World, person: Person): Item[] {
  return meetingsOf(world, person).flatMap((meeting) =>
    meeting.attendee === person.index ? [request(world, meeting)] : answer(world, meeting),
  )
}

function request(world: World, { event, organizer, attendee, invitedAt, response }: Meeting): Item {
  return {
    ...notice(world, event.key, 'request', { ...noticeOf(event), kind: 'request' }),
    folder: response === 'notResponded' ? 'inbox' : 'deleteditems',
    from: addressOf(world.directory.at(organizer)),
    to: [addressOf(world.directory.at(attendee))],
    subject: event.subject,
    text: event.text,
    receivedAt: seconds(invitedAt),
    isRead: response !== 'notResponded',
  }
}

function answer(world: World, { event, organizer, attendee, respondedAt, response }: Meeting): Item[] {
  if (!(response in ANSWERS) || respondedAt >= world.epoch) return []
  const kind = response as keyof typeof ANSWERS
  return [
    {
      ...notice(world, event.key, 'answer', { ...noticeOf(event), kind }),
      folder: 'inbox',
      from: addressOf(world.directory.at(attendee)),
      to: [addressOf(world.directory.at(organizer))],
      subject: `${ANSWERS[kind]}: ${event.subject}`,
      text: '',
      receivedAt: seconds(respondedAt),
    },
  ]
}

const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000) * 1000

const noticeOf = ({ uid, start, end, location, isAllDay }: Meeting['event']) => ({
  uid,
  start,
  end,
  location,
  isAllDay,
})

function notice(world: World, key: string, what: string, meeting: MeetingNotice) {
  const r = random(world.seed, 'notice', what, key)
  return {
    ...ordinary,
    key: `${what}.${key}`,
    conversation: r.guid(),
    ...messageIds(r, `${world.initialDomain.split('.')[0]}.prod.outlook.example`),
    meeting,
  }
}
