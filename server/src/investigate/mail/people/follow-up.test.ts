import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'

import type { Microsoft } from '#connect/microsoft.ts'
import { startEmulator, type Emulator } from '#connect/testing/start-emulator.ts'
import { systemClock } from '#domain/clock.ts'

import { copiesOf, type FoundCopy } from './copies.ts'
import { followUp, type PersonFollowUp } from './follow-up.ts'
import type { FollowedHit } from './sent-copy.ts'

const Ids = { internetMessageId: z.string(), networkMessageId: z.string() }
const Truth = z.object({
  ...Ids,
  sender: z.string(),
  subject: z.string(),
  recipients: z.array(z.string()),
  forwards: z.array(z.object({ ...Ids, from: z.string(), to: z.array(z.string()) })),
  reply: z.object({ ...Ids, from: z.string() }),
  clicked: z.array(z.string()),
})
const Phish = z.object({
  recipients: z.array(z.object({ userId: z.string(), userPrincipalName: z.string() })),
})
const Scenarios = z.object({ scenarios: z.array(z.object({ id: z.string(), truth: z.unknown() })) })
const Journal = z.object({ entries: z.array(z.object({ url: z.string() })) })
const Application = z.object({ clientId: z.string(), secret: z.string() })
const Listed = z.object({
  value: z.array(
    z.object({
      id: z.string(),
      subject: z.string(),
      isRead: z.boolean(),
      internetMessageId: z.string(),
      receivedDateTime: z.string(),
      from: z.object({ emailAddress: z.object({ address: z.string() }) }),
    }),
  ),
})

const Clicks = z.object({ results: z.array(z.object({ AccountUpn: z.string() })) })

const MAIL = 'Mail.Read'
const HUNTING = 'ThreatHunting.Read.All'
const CALENDARS = 'Calendars.ReadWrite'

let emulator: Emulator
let truth: z.infer<typeof Truth>
let hits: FollowedHit[]
let clickers: string[]
let everything: Microsoft

beforeAll(async () => {
  emulator = await startEmulator(['--scenario', 'phish-campaign', '--no-live', '--throttle', 'off'])
  const { scenarios } = Scenarios.parse(await emulator.request('/ground-truth/scenarios'))
  truth = Truth.parse(scenarios.find(({ id }) => id === 'phish-campaign')?.truth)
  everything = await signIn(MAIL, HUNTING, CALENDARS)
  const { recipients } = Phish.parse(await emulator.request('/ground-truth/phish'))
  hits = await Promise.all(
    recipients.map(({ userId, userPrincipalName }) =>
      hitOf(userId, userPrincipalName, `internetMessageId eq '${truth.internetMessageId}'`),
    ),
  )
  // Besides the clicks of the story there are everyday ones of people who read it.
  const Query = `UrlClickEvents | where NetworkMessageId == '${truth.networkMessageId}'`
  const request = { api: 'graph', method: 'POST', path: '/v1.0/security/runHuntingQuery', body: { Query } } as const
  const { results } = await everything.json({ ...request, what: 'Could not hunt.' }, Clicks)
  clickers = [...new Set(results.map(({ AccountUpn }) => AccountUpn))].sort()
})
afterAll(() => emulator?.stop())
beforeEach(() => emulator.request('/faults', undefined, 'DELETE'))

async function signIn(...roles: string[]): Promise<Microsoft> {
  const made = await emulator.request('/applications', { name: roles.join(' '), roles })
  return emulator.client({ application: Application.parse(made) })
}

/** The newest mail that the filter lets through, as an investigation would have found it. */
async function hitOf(userId: string, userPrincipalName: string, filter: string): Promise<FollowedHit> {
  const path = `/v1.0/users/${userId}/messages?$top=1&$filter=${encodeURIComponent(filter)}`
  const headers = { Prefer: 'IdType="ImmutableId"' }
  const [mail] = (await everything.json({ api: 'graph', path, headers, what: 'Could not list.' }, Listed)).value
  return {
    id: `hit of ${userPrincipalName}`,
    userId,
    userPrincipalName,
    messageId: mail!.id,
    internetMessageId: mail!.internetMessageId,
    subject: mail!.subject,
    sender: mail!.from.emailAddress.address,
    receivedAt: mail!.receivedDateTime,
    isRead: mail!.isRead,
  }
}

async function requestsOf<T>(work: () => Promise<T>): Promise<[T, string[]]> {
  const read = async () => Journal.parse(await emulator.request('/journal?limit=100000')).entries
  const before = (await read()).length
  const result = await work()
  return [result, (await read()).slice(before).flatMap(({ url }) => (/oauth2|_emu/.test(url) ? [] : [url]))]
}

const follow = (microsoft = everything, of = hits) => followUp({ microsoft, hits: of, clock: systemClock })
const copies = (people: PersonFollowUp[], microsoft = everything, of = hits) =>
  copiesOf({ microsoft, hits: of, people, clock: systemClock })
const who = (people: readonly PersonFollowUp[], what: 'opened' | 'replied' | 'forwarded' | 'clicked', is = 'yes') =>
  people.flatMap((person) => (person[what].is === is ? [person.userPrincipalName] : [])).sort()

describe('followUp', () => {
  it('tells who answered, passed on, clicked and opened the phish: no one less, no one more', async () => {
    const people = await follow()
    expect(people.map(({ userPrincipalName }) => userPrincipalName).sort()).toEqual(truth.recipients.toSorted())
    expect(who(people, 'replied')).toEqual([truth.reply.from])
    expect(who(people, 'forwarded')).toEqual(truth.forwards.map(({ from }) => from).sort())
    expect(clickers).toEqual(expect.arrayContaining(truth.clicked))
    expect(who(people, 'clicked')).toEqual(clickers)
    const readers = hits.filter(({ isRead }) => isRead).map(({ userPrincipalName }) => userPrincipalName)
    const doers = [truth.reply.from, ...truth.forwards.map(({ from }) => from), ...clickers]
    expect(who(people, 'opened')).toEqual([...new Set([...readers, ...doers])].sort())
    expect(who(people, 'opened', 'unknown')).toEqual([])
    for (const { opened, replied, forwarded, clicked } of people)
      for (const { evidence } of [opened, replied, forwarded, clicked]) expect(evidence.join(' ')).toMatch(/\.$/)
    const blocked = people.find(({ userPrincipalName }) => userPrincipalName === truth.clicked[2])
    expect(blocked!.clicked.evidence.join(' ')).toContain('ClickBlocked')
  })

  it('takes two reads for each hit, twenty in a request, and one hunt', async () => {
    const [, requests] = await requestsOf(() => follow())
    expect(requests.filter((url) => url.includes('$batch'))).toHaveLength(4)
    expect(requests.filter((url) => url.includes('runHuntingQuery'))).toHaveLength(1)
  })

  it('says unknown, with the missing permission, where no source could be asked', async () => {
    const noHunting = await follow(await signIn(MAIL))
    expect(who(noHunting, 'clicked', 'unknown')).toHaveLength(23)
    expect(noHunting[0]!.clicked.evidence.join(' ')).toContain(HUNTING)
    expect(who(noHunting, 'replied')).toEqual([truth.reply.from])

    const noMail = await follow(await signIn(HUNTING))
    expect(who(noMail, 'clicked')).toEqual(clickers)
    expect(who(noMail, 'forwarded', 'unknown')).toHaveLength(23)
    expect(noMail[0]!.forwarded.evidence.join(' ')).toContain(MAIL)
    // What was seen when the mail was found, and who clicked has opened it.
    const readers = hits.filter(({ isRead }) => isRead).map(({ userPrincipalName }) => userPrincipalName)
    expect(who(noMail, 'opened')).toEqual([...new Set([...readers, ...clickers])].sort())
  })

  it('names those who clicked and have no hit', async () => {
    const [, clicker] = truth.clicked
    const others = hits.filter(({ userPrincipalName }) => userPrincipalName !== clicker)
    const people = await follow(everything, others)
    const person = people.find(({ userPrincipalName }) => userPrincipalName === clicker)!
    expect(person).toMatchObject({ clicked: { is: 'yes' }, opened: { is: 'yes' }, replied: { is: 'unknown' } })
    expect(person.userId).toBeUndefined()
  })

  it('does not take clicks on mail of two months ago for none', async () => {
    const clock = { now: () => systemClock.now() + 60 * 86_400_000 }
    const people = await followUp({ microsoft: everything, hits, clock })
    expect(who(people, 'clicked', 'no')).toEqual([])
    expect(who(people, 'clicked')).toEqual(clickers)
  })

  it.each([
    ['5 % of faults', { probability: 0.05, seed: 3 }, { status: 500 }],
    ['throttling', { times: 4 }, { status: 429, headers: { 'Retry-After': '3' } }],
  ])('says the same after %s', async (_, match, effect) => {
    const before = await follow()
    await emulator.request('/faults', { match: { service: 'graph', ...match }, do: effect })
    expect(await follow()).toEqual(before)
  })
})

describe('copiesOf', () => {
  const received = (found: readonly FoundCopy[]) =>
    found.flatMap((copy) => (copy.foundBy === 'forward' ? [`${copy.internetMessageId} ${copy.recipient}`] : [])).sort()
  const forwarded = () =>
    truth.forwards.flatMap(({ internetMessageId, to }) => to.map((one) => `${internetMessageId} ${one}`)).sort()

  it('finds the copies of those it was passed on to, and what was sent, by pairs where these answer', async () => {
    const { copies: found, unreached } = await copies(await follow())
    expect(unreached).toEqual([])
    expect(received(found)).toEqual(forwarded())
    for (const copy of found.filter(({ foundBy }) => foundBy === 'forward'))
      expect(copy).toMatchObject({ networkMessageId: expect.any(String), location: 'mailbox' })
    const sent = found.flatMap((copy) => (copy.foundBy === 'sent-copy' ? [copy] : []))
    expect(sent.map((copy) => `${copy.userPrincipalName} ${copy.internetMessageId}`).sort()).toEqual(
      [truth.reply, ...truth.forwards].map((copy) => `${copy.from} ${copy.internetMessageId}`).sort(),
    )
    const ids = new Map(hits.map(({ id, userPrincipalName }) => [id, userPrincipalName]))
    for (const copy of sent) expect(ids.get(copy.hitId)).toBe(copy.userPrincipalName)
  })

  it('finds them by the addresses alone where no record of deliveries answers', async () => {
    const microsoft = await signIn(MAIL)
    const { copies: found } = await copies(await follow(microsoft), microsoft)
    expect(received(found)).toEqual(forwarded())
  })

  it('asks nothing where nothing was passed on', async () => {
    const quiet = hits.filter(({ userPrincipalName }) => !truth.forwards.some(({ from }) => from === userPrincipalName))
    const people = await follow(everything, quiet)
    const [{ copies: found }, requests] = await requestsOf(() => copies(people, everything, quiet))
    expect(found.map(({ foundBy }) => foundBy)).toEqual(['sent-copy'])
    expect(requests).toEqual([])
  })

  it('finds the event that an invitation put into the calendar, and says when it may not look', async () => {
    const [organizer, guest] = hits
    await everything.send({
      api: 'graph',
      method: 'POST',
      path: `/v1.0/users/${organizer!.userId}/events`,
      body: {
        subject: "Payroll: what's new",
        start: { dateTime: '2030-01-07T09:00:00', timeZone: 'UTC' },
        end: { dateTime: '2030-01-07T10:00:00', timeZone: 'UTC' },
        attendees: [{ emailAddress: { address: guest!.userPrincipalName }, type: 'required' }],
      },
      what: 'Could not invite.',
    })
    const invitation = await hitOf(guest!.userId, guest!.userPrincipalName, "subject eq 'Payroll: what''s new'")
    const people = await follow(everything, [invitation])
    expect(people).toMatchObject([{ meetings: [invitation.id] }])
    const { copies: found } = await copies(people, everything, [invitation])
    expect(found).toMatchObject([{ foundBy: 'meeting', userId: guest!.userId, subject: "Payroll: what's new" }])
    const refused = await copies(people, await signIn(MAIL), [invitation])
    expect(refused.copies).toEqual([])
    expect(refused.unreached).toMatchObject([
      { foundBy: 'meeting', hitId: invitation.id, reason: expect.stringContaining('Calendars.Read') },
    ])
  })
})
