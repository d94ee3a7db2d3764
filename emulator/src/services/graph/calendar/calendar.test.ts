import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { clientOf } from '#testing/client.ts'
import { startEmulator } from '#index.ts'
import type { Ask, Client, Json } from '#testing/client.ts'
import type { Emulator } from '#index.ts'

let emulator: Emulator
let client: Client
let ask: (path: string, how?: Ask) => ReturnType<Client['graph']>
let users: Json[]
let start: object

beforeAll(async () => {
  emulator = await startEmulator({ live: 'off', epoch: Date.parse('2026-11-20T14:00:00Z'), frozen: true })
  client = clientOf(emulator)
  ask = await client.withRoles(['Calendars.ReadWrite', 'Mail.Read', 'Presence.Read.All', 'User.Read.All'])
  users = [...(await ask('/v1.0/users?$top=60&$select=id,mail,displayName')).json['value']!]
  start = (await client.send('/_emu/snapshot')).json
})
beforeEach(() => client.send('/_emu/snapshot', { method: 'PUT', body: start }))
afterAll(async () => {
  client.close()
  await emulator.stop()
})

const box = (n: number) => `/v1.0/users/${String(users[n]!['id'])}`
const post = (path: string, body: object = {}) => ask(path, { method: 'POST', body })
const mail = (n: number) => String(users[n]!['mail'])
const JULY = 'startDateTime=2027-07-01T00:00:00Z&endDateTime=2027-08-01T00:00:00Z'
const view = async (n: number, window = JULY) =>
  [...(await ask(`${box(n)}/calendarView?${window}&$top=100`)).json['value']!] as Json[]
const bySubject = (events: Json[], subject: string) => events.find((event) => String(event['subject']) === subject)
const zoned = (dateTime: string, timeZone = 'UTC') => ({ dateTime, timeZone })
const meeting = (...attendees: number[]) => ({
  subject: 'Regatta',
  body: { contentType: 'html', content: '<p>Bring oars</p>' },
  start: zoned('2027-07-08T09:00:00', 'W. Europe Standard Time'),
  end: zoned('2027-07-08T10:30:00', 'W. Europe Standard Time'),
  location: { displayName: 'Quay 4' },
  attendees: attendees.map((n) => ({ emailAddress: { address: mail(n) }, type: 'required' })),
})

describe('calendar', () => {
  behavior(
    'documentation',
    'shows every occurrence of a series in a window, and the series once among the events',
    async () => {
      const window = 'startDateTime=2026-11-01T00:00:00Z&endDateTime=2026-12-01T00:00:00Z'
      const shown = await view(0, window)
      const weekly = shown.filter(({ type }) => String(type) === 'occurrence')
      expect([4, 5]).toContain(weekly.length)
      const events = [...(await ask(`${box(0)}/events?$top=50`)).json['value']!]
      const master = events.find(({ type }) => String(type) === 'seriesMaster')!
      expect(new Set(weekly.map(({ seriesMasterId }) => String(seriesMasterId)))).toEqual(
        new Set([String(master['id'])]),
      )
      expect(master['recurrence']).toMatchObject({ pattern: { type: 'weekly', interval: 1 }, range: { type: 'noEnd' } })
      const starts = shown.map((event) => String(event['start']!['dateTime']))
      expect(starts).toEqual(starts.toSorted())
      const one = await ask(`${box(0)}/events/${String(weekly[1]!['id'])}`)
      expect(one.json['start']).toEqual(weekly[1]!['start'])
    },
  )

  behavior('documentation', 'gives times in the zone that is preferred', async () => {
    const { id } = (await post(`${box(0)}/events`, meeting())).json
    const read = async (prefer: string) =>
      (await ask(`${box(0)}/events/${String(id)}`, { headers: { Prefer: prefer } })).json['start']
    expect(await read('')).toEqual(zoned('2027-07-08T07:00:00.0000000'))
    expect(await read('outlook.timezone="Atlantic Standard Time"')).toEqual(
      zoned('2027-07-08T04:00:00.0000000', 'Atlantic Standard Time'),
    )
    const wrong = await ask(`${box(0)}/events/${String(id)}`, { headers: { Prefer: 'outlook.timezone="Moon"' } })
    expect(wrong.status).toBe(400)
  })

  behavior('documentation', 'invites attendees by mail and into their calendars, and hears their answers', async () => {
    const event = (await post(`${box(0)}/events`, meeting(1, 2))).json
    const invited = bySubject(await view(1), 'Regatta')
    expect(invited).toMatchObject({ isOrganizer: false, iCalUId: event['iCalUId'], showAs: 'tentative' })
    const request = await ask(`${box(1)}/messages?$filter=${encodeURIComponent("subject eq 'Regatta'")}`)
    expect([...request.json['value']!][0]).toMatchObject({
      '@odata.type': '#microsoft.graph.eventMessageRequest',
      meetingMessageType: 'meetingRequest',
      startDateTime: { dateTime: '2027-07-08T07:00:00.0000000' },
    })
    const accepted = await post(`${box(1)}/events/${String(invited!['id'])}/accept`, { comment: 'With pleasure' })
    expect(accepted.status).toBe(202)
    const now = (await ask(`${box(0)}/events/${String(event['id'])}`)).json
    expect([...now['attendees']!].map(({ status }) => String(status!['response']))).toEqual(['accepted', 'none'])
    const answer = await ask(`${box(0)}/messages?$filter=${encodeURIComponent("subject eq 'Accepted: Regatta'")}`)
    expect([...answer.json['value']!].map((message) => String(message['@odata.type']))).toContain(
      '#microsoft.graph.eventMessageResponse',
    )
    expect((await post(`${box(0)}/events/${String(event['id'])}/accept`)).status).toBe(400)
    await post(`${box(0)}/events/${String(event['id'])}/cancel`, { comment: 'Storm' })
    expect(bySubject(await view(1), 'Regatta')).toMatchObject({ isCancelled: true })
    expect(bySubject(await view(0), 'Regatta')).toBeUndefined()
  })

  behavior(
    'documentation',
    'repeats daily or weekly as told, and loses one occurrence when that is deleted',
    async () => {
      const recurrence = {
        pattern: { type: 'weekly', interval: 2, daysOfWeek: ['thursday'] },
        range: { type: 'numbered', startDate: '2027-07-08', numberOfOccurrences: 2 },
      }
      await post(`${box(0)}/events`, { ...meeting(), subject: 'Series', recurrence })
      const days = async () =>
        (await view(0))
          .filter(({ subject }) => String(subject) === 'Series')
          .map((event) => [String(event['id']), String(event['start']!['dateTime']).slice(0, 10)])
      const found = await days()
      expect(found.map(([, day]) => day)).toEqual(['2027-07-08', '2027-07-22'])
      await ask(`${box(0)}/events/${found[0]![0]}`, { method: 'DELETE' })
      expect((await days()).map(([, day]) => day)).toEqual(['2027-07-22'])
    },
  )

  behavior('documentation', 'says with getSchedule who is free, and who does not exist', async () => {
    await post(`${box(3)}/events`, { ...meeting(), sensitivity: 'private', showAs: 'oof' })
    const body = {
      schedules: [mail(3), 'nobody@elsewhere.example'],
      startTime: zoned('2027-07-08T06:00:00'),
      endTime: zoned('2027-07-08T10:00:00'),
      availabilityViewInterval: 60,
    }
    const [known, unknown] = [...(await post(`${box(0)}/calendar/getSchedule`, body)).json['value']!]
    expect(known).toMatchObject({ availabilityView: '0330', scheduleItems: [{ status: 'oof', isPrivate: true }] })
    expect([...known!['scheduleItems']!][0]).not.toHaveProperty('subject')
    expect(unknown!['error']).toMatchObject({ responseCode: 'ErrorMailRecipientNotFound' })
    const long = { ...body, endTime: zoned('2027-10-08T10:00:00') }
    expect((await post(`${box(0)}/calendar/getSchedule`, long)).status).toBe(400)
  })

  behavior('documentation', 'keeps what events are about from Calendars.ReadBasic', async () => {
    const basic = await client.withRoles(['Calendars.ReadBasic.All'])
    const { json } = await basic(`${box(0)}/events?$top=1`)
    expect([...json['value']!][0]).not.toHaveProperty('body')
    expect((await basic(`${box(0)}/events`, { method: 'POST', body: meeting() })).json['error']).toMatchObject({
      code: 'ErrorAccessDenied',
    })
  })

  behavior('documentation', 'loses an event for good without telling anybody', async () => {
    const { id } = (await post(`${box(0)}/events`, meeting(1))).json
    expect((await post(`${box(0)}/events/${String(id)}/permanentDelete`)).status).toBe(204)
    expect((await ask(`${box(0)}/events/${String(id)}`)).json['error']).toMatchObject({ code: 'ErrorItemNotFound' })
    expect(bySubject(await view(1), 'Regatta')).toMatchObject({ isCancelled: false })
  })

  it('refuses events and windows that make no sense', async () => {
    const create = async (body: object) => (await post(`${box(0)}/events`, body)).status
    expect(await create({})).toBe(400)
    expect(await create({ ...meeting(), end: zoned('2027-07-01T09:00:00') })).toBe(400)
    expect(await create({ ...meeting(), start: zoned('yesterday') })).toBe(400)
    expect(await create({ ...meeting(), recurrence: { pattern: { type: 'relativeYearly' }, range: {} } })).toBe(400)
    expect(await create({ ...meeting(), colour: 'red' })).toBe(400)
    expect(await create({ ...meeting(), constructor: { key: 'team' } })).toBe(400)
    expect((await ask(`${box(0)}/calendarView`)).json['error']).toMatchObject({ code: 'ErrorInvalidParameter' })
    expect((await ask(`${box(0)}/calendarView?startDateTime=2026-12-01&endDateTime=2026-11-01`)).status).toBe(400)
    expect((await ask(`${box(0)}/calendarView?startDateTime=0001-01-01&endDateTime=9999-01-01`)).status).toBe(400)
    expect((await ask(`${box(0)}/events/..%2f`)).status).toBe(400)
    expect((await ask(`${box(0)}/events?$filter=start/dateTime%20gt%20'x'`)).status).toBe(400)
  })
})

describe('presence', () => {
  behavior(
    'documentation',
    'tells of many people at once, up to 650, and leaves out those it does not know',
    async () => {
      const ids = users.map(({ id }) => String(id))
      const { json } = await post('/v1.0/communications/getPresencesByUserId', { ids: [...ids, 'nobody'] })
      expect([...json['value']!].map(({ id }) => String(id))).toEqual(ids)
      expect(new Set([...json['value']!].map(({ availability }) => String(availability))).size).toBeGreaterThan(2)
      const many = Array.from({ length: 651 }, () => ids[0])
      expect((await post('/v1.0/communications/getPresencesByUserId', { ids: many })).status).toBe(400)
    },
  )

  behavior('documentation', 'shows who is out of office', async () => {
    const settings = await client.withRoles(['MailboxSettings.ReadWrite', 'Presence.Read.All'])
    const body = { automaticRepliesSetting: { status: 'alwaysEnabled', internalReplyMessage: '<p>Away</p>' } }
    await settings(`${box(2)}/mailboxSettings`, { method: 'PATCH', body })
    expect((await settings(`${box(2)}/presence`)).json).toMatchObject({
      activity: 'OutOfOffice',
      outOfOfficeSettings: { isOutOfOffice: true, message: 'Away' },
    })
  })

  behavior('inferred', 'is offline outside working hours', async () => {
    await client.send('/_emu/clock', { method: 'POST', body: { advanceMs: 12 * 3_600_000 } })
    const ids = users.slice(0, 20).map(({ id }) => String(id))
    const { json } = await post('/v1.0/communications/getPresencesByUserId', { ids })
    expect(new Set([...json['value']!].map(({ availability }) => String(availability)))).toEqual(new Set(['Offline']))
  })
})
