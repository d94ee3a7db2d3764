import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'

import type { Microsoft } from '#connect/microsoft.ts'
import { startEmulator, type Emulator } from '#connect/testing/start-emulator.ts'
import { systemClock } from '#domain/clock.ts'
import type { FollowUp, MailPerson } from '#domain/follow-up.ts'
import { allOf, type MailFilter } from '#domain/mail-filter.ts'
import { createInvestigation } from '#investigate/investigation.ts'
import type { RecordStore } from '#store/record-store.ts'
import { openTemporaryRecords } from '#store/testing/temporary-records.ts'

import { runInvestigation, type InvestigationRun } from './engine.ts'
import { readMime } from './evidence/read-mime.ts'
import { abandonFollowUp, followInvestigation, isFollowUpDue } from './follow.ts'

const Truth = z.object({
  internetMessageId: z.string(),
  networkMessageId: z.string(),
  recipients: z.array(z.string()),
  forwards: z.array(z.object({ internetMessageId: z.string(), from: z.string(), to: z.array(z.string()) })),
  reply: z.object({ internetMessageId: z.string(), from: z.string() }),
  clicked: z.array(z.string()),
})
const Scenarios = z.object({ scenarios: z.array(z.object({ id: z.string(), truth: z.unknown() })) })
const Application = z.object({ clientId: z.string(), secret: z.string() })
const Listed = z.object({ value: z.array(z.object({ id: z.string() })) })

const MAIL = ['Mail.Read', 'Mail.Send', 'Mail.ReadWrite', 'User.Read.All', 'GroupMember.Read.All']
const WAITING: FollowUp = { state: 'waiting', askedAt: '2026-11-21T00:00:00Z', copies: 0, unreached: 0, notes: [] }

let emulator: Emulator
let records: RecordStore
let truth: z.infer<typeof Truth>
let everything: Microsoft

beforeAll(async () => {
  ;[emulator, records] = await Promise.all([
    startEmulator(['--scenario', 'phish-campaign', '--no-live', '--throttle', 'off']),
    openTemporaryRecords(),
  ])
  everything = await signIn(...MAIL, 'ThreatHunting.Read.All', 'Calendars.ReadWrite')
  await records.tenants.ensure(everything.tenantId, 'Emulated')
  const { scenarios } = Scenarios.parse(await emulator.request('/ground-truth/scenarios'))
  truth = Truth.parse(scenarios.find(({ id }) => id === 'phish-campaign')?.truth)
})
afterAll(() => Promise.all([emulator?.stop(), records?.close()]))
beforeEach(async () => {
  await emulator.request('/faults', undefined, 'DELETE')
})

async function signIn(...roles: string[]): Promise<Microsoft> {
  const made = await emulator.request('/applications', { name: roles.join(' '), roles })
  return emulator.client({ application: Application.parse(made) })
}

/** An investigation that has found what the filter lets through in these mailboxes, and waits to be followed. */
async function searched(filter: MailFilter = byId(), users: readonly string[] = truth.recipients) {
  const { tenantId } = everything
  const request = { tenantId, connectionId: 'one', name: 'Hunt', filter, createdBy: 'ana' }
  const targets = { kind: 'users' as const, users: [...users] }
  const how = { targets, method: 'scan', duration: { kind: 'once' } } as const
  const { id } = await createInvestigation(records, systemClock, { ...request, ...how })
  const run: InvestigationRun = { records, microsoft: everything, tenantId, id, clock: systemClock }
  await runInvestigation(run)
  await records.investigations.note(tenantId, id, { followUp: WAITING })
  return run
}

const byId = () => allOf({ 'internet-message-id': truth.internetMessageId })
async function result({ tenantId, id }: InvestigationRun) {
  const hits = await records.investigations.hits(tenantId, id)
  return {
    hits,
    investigation: (await records.investigations.read(tenantId, id))!,
    people: await records.followUps.people(tenantId, id),
    unreached: await records.followUps.unreached(tenantId, id),
    added: hits
      .filter(({ foundBy }) => foundBy !== 'search')
      .map((hit) => `${hit.foundBy} ${hit.userPrincipalName} ${hit.internetMessageId}`)
      .sort(),
  }
}
async function followed(run: InvestigationRun) {
  await followInvestigation(run)
  return result(run)
}

/** What the campaign's story left in mailboxes besides the phish itself. */
const story = () =>
  [
    `sent-copy ${truth.reply.from} ${truth.reply.internetMessageId}`,
    ...truth.forwards.flatMap(({ from, to, internetMessageId }) => [
      `sent-copy ${from} ${internetMessageId}`,
      ...to.map((one) => `forward ${one} ${internetMessageId}`),
    ]),
  ].sort()
const who = (people: readonly MailPerson[], deed: 'opened' | 'replied' | 'forwarded' | 'clicked', is = 'yes') =>
  people.flatMap((person) => (person[deed].is === is ? [person.userPrincipalName] : [])).sort()

const send = (path: string, body: object) =>
  everything.send({ api: 'graph', method: 'POST', path: `/v1.0/users/${path}`, body, what: 'The user failed.' })
const newest = async (user: string, filter: string) => {
  const path = `/v1.0/users/${user}/messages?$top=1&$filter=${encodeURIComponent(filter)}`
  return (await everything.json({ api: 'graph', path, what: 'Could not list.' }, Listed)).value[0]!.id
}
const passOn = async (user: string, filter: string, ...to: string[]) =>
  send(`${user}/messages/${await newest(user, filter)}/forward`, {
    toRecipients: to.map((address) => ({ emailAddress: { address } })),
  })

describe('followInvestigation', () => {
  it('finds who did what, and every copy that the story left: no more, no less; twice is once', async () => {
    const run = await searched()
    const once = await followed(run)
    expect(once.added).toEqual(story())
    expect(who(once.people, 'forwarded')).toEqual(truth.forwards.map(({ from }) => from).sort())
    expect(who(once.people, 'replied')).toEqual([truth.reply.from])
    expect(who(once.people, 'clicked')).toEqual(expect.arrayContaining(truth.clicked))
    const recipients = [...truth.recipients, ...truth.forwards.flatMap(({ to }) => to)]
    expect(once.people.map((person) => person.userPrincipalName)).toEqual(recipients.sort())
    expect(once.unreached).toEqual([])
    expect(once.investigation).toMatchObject({
      hits: 23 + story().length,
      followUp: { state: 'done', copies: story().length, unreached: 0, hits: 23 + story().length, notes: [] },
    })
    for (const hit of once.hits.filter(({ foundBy }) => foundBy === 'forward'))
      expect(hit.matched).toEqual([
        `forwarded by ${truth.forwards.find((each) => each.internetMessageId === hit.internetMessageId)!.from}`,
      ])

    await records.investigations.note(run.tenantId, run.id, { followUp: { ...WAITING, copies: 6 } })
    const again = await followed(run)
    expect([again.hits, again.people, again.unreached]).toEqual([once.hits, once.people, once.unreached])
    expect(again.investigation.followUp).toMatchObject({ copies: 6, hits: once.hits.length })
  })

  it('says the same with 5 % of faults, cut off in the middle and begun again', async () => {
    const run = await searched()
    await emulator.request('/faults', {
      match: { service: 'graph', probability: 0.05, seed: 7 },
      do: { status: 503 },
    })
    const cut = new AbortController()
    let requests = 0
    const slow: Microsoft = {
      ...everything,
      batch(parts, signal) {
        if (++requests === 4) cut.abort()
        return everything.batch(parts, signal)
      },
    }
    const cutOff = followInvestigation({ ...run, microsoft: slow, signal: cut.signal })
    await expect(cutOff).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
    expect((await result(run)).investigation.followUp?.state).toBe('running')
    const { added, people } = await followed(run)
    expect(added).toEqual(story())
    expect(who(people, 'forwarded')).toEqual(truth.forwards.map(({ from }) => from).sort())
  })

  it('leaves unknown what no permission lets it see, and names the permission', async () => {
    const run = await searched()
    const mailOnly = await signIn(...MAIL)
    const { people, added, investigation } = await followed({ ...run, microsoft: mailOnly })
    // Addresses tell where the forwards went although no record of deliveries can be asked.
    expect(added).toEqual(story())
    expect(who(people, 'clicked', 'unknown')).toHaveLength(people.length)
    expect(investigation.followUp).toMatchObject({ state: 'done' })
    expect(investigation.followUp!.notes.join(' ')).toMatch(/Who clicked .*ThreatHunting\.Read\.All/)

    const noDirectory = await searched()
    const blind = await signIn('Mail.Read')
    const { unreached } = await followed({ ...noDirectory, microsoft: blind })
    expect(unreached.map(({ recipient }) => recipient)).toEqual(truth.forwards.flatMap(({ to }) => to).sort())
    for (const { reason } of unreached) expect(reason).toContain('User.Read.All')

    const huntingOnly = await signIn('ThreatHunting.Read.All', 'User.Read.All')
    await records.investigations.note(run.tenantId, run.id, { followUp: WAITING })
    const later = await followed({ ...run, microsoft: huntingOnly })
    // What was known before is not forgotten, and clicks can be told now.
    expect(who(later.people, 'forwarded')).toEqual(truth.forwards.map(({ from }) => from).sort())
    expect(who(later.people, 'clicked')).toEqual(expect.arrayContaining(truth.clicked))
  })
})

describe('many hits', () => {
  it('follows the newest 5,000, says that there are more, and is told what cannot be read', async () => {
    const run = await searched(byId(), truth.recipients.slice(0, 2))
    const [hit] = (await result(run)).hits
    const many = Array.from({ length: 5100 }, (_, i) => ({
      ...hit!,
      id: `many ${i}`,
      messageId: `AAkALgGone${i}`,
      internetMessageId: `<${i}@elsewhere.example>`,
      receivedAt: new Date(Date.parse(hit!.receivedAt) - i - 1).toISOString(),
    }))
    await records.investigations.addHits(run.tenantId, run.id, many)
    const before = run.microsoft.traffic.requests
    const { investigation, people } = await followed(run)
    expect(investigation.followUp).toMatchObject({ state: 'done', hits: expect.any(Number) })
    expect(investigation.followUp!.notes).toContain('Only the newest 5000 of 5102 hits were followed.')
    expect(people.map(({ userPrincipalName }) => userPrincipalName)).toEqual(
      expect.arrayContaining(truth.recipients.slice(0, 2)),
    )
    expect(run.microsoft.traffic.requests - before).toBeLessThan(600)
  })
})

describe('where copies go', () => {
  it('follows forwards of forwards, and tells what went outside', async () => {
    const [first, second, third] = truth.recipients as [string, string, string]
    const filter = `internetMessageId eq '${truth.internetMessageId}'`
    const { value } = await everything.json(
      { api: 'graph', path: '/v1.0/users?$top=300&$select=id,mail,userPrincipalName', what: 'Could not list.' },
      z.object({ value: z.array(z.object({ mail: z.string().nullish(), userPrincipalName: z.string() })) }),
    )
    const known = new Set([...truth.recipients, ...truth.forwards.flatMap(({ to }) => to)])
    const [b, c] = value.filter(({ mail, userPrincipalName }) => mail && !known.has(userPrincipalName))
    await passOn(first, filter, b!.userPrincipalName, 'partner@elsewhere.example')
    const subject = `startswith(subject,'FW:') and from/emailAddress/address eq '${first}'`
    await passOn(b!.userPrincipalName, subject, c!.userPrincipalName)
    const run = await searched(byId(), [first, second, third])
    const { added, unreached, people } = await followed(run)
    const froms = added.map((each) => each.split(' ').slice(0, 2).join(' '))
    expect(froms).toEqual(
      expect.arrayContaining([
        `forward ${b!.userPrincipalName}`,
        `forward ${c!.userPrincipalName}`,
        `sent-copy ${first}`,
        `sent-copy ${b!.userPrincipalName}`,
      ]),
    )
    expect(who(people, 'forwarded')).toEqual(expect.arrayContaining([first, b!.userPrincipalName]))
    expect(unreached).toMatchObject([
      { foundBy: 'forward', recipient: 'partner@elsewhere.example', reason: expect.stringContaining('outside') },
    ])
  })

  it('makes a hit of the event that an invitation put into a calendar, or says why not', async () => {
    const [organizer, guest] = truth.recipients as [string, string]
    const times = { start: '2030-01-07T09:00:00', end: '2030-01-07T10:00:00' }
    await send(`${organizer}/events`, {
      subject: 'Bonus: enroll',
      start: { dateTime: times.start, timeZone: 'UTC' },
      end: { dateTime: times.end, timeZone: 'UTC' },
      attendees: [{ emailAddress: { address: guest }, type: 'required' }],
    })
    const run = await searched(allOf({ subject: 'Bonus: enroll' }), [guest])
    const refused = await followed({ ...run, microsoft: await signIn(...MAIL) })
    expect(refused.hits).toHaveLength(1)
    expect(refused.unreached).toMatchObject([{ foundBy: 'meeting', reason: expect.stringContaining('Calendars.Read') }])

    await records.investigations.note(run.tenantId, run.id, { followUp: WAITING })
    const { hits, unreached } = await followed(run)
    const [event, ...others] = hits.filter(({ foundBy }) => foundBy === 'meeting')
    expect([event, ...others]).toMatchObject([
      { userPrincipalName: guest, folderName: 'Calendar', subject: 'Bonus: enroll', sender: organizer },
    ])
    expect(unreached).toEqual([])
    await expect(readMime(everything, event!)).rejects.toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }))
  })
})

describe('isFollowUpDue', () => {
  it('is so once the search has ended, and again where a watch has found more', async () => {
    const { investigation } = await result(await searched())
    const due = (state: typeof investigation.state, followUp?: FollowUp, hits = 1) => {
      const { followUp: _, ...bare } = investigation
      return isFollowUpDue({ ...bare, state, hits, ...(followUp && { followUp }) })
    }
    expect(due('done')).toBe(false)
    expect((['queued', 'running', 'paused', 'stopped', 'failed'] as const).some((state) => due(state, WAITING))).toBe(
      false,
    )
    expect(due('done', WAITING) && due('watching', WAITING)).toBe(true)
    expect(due('stopped', { ...WAITING, state: 'running' })).toBe(true)
    expect(due('watching', { ...WAITING, state: 'done', hits: 1 })).toBe(false)
    expect(due('watching', { ...WAITING, state: 'done', hits: 1 }, 2)).toBe(true)
    expect(due('done', { ...WAITING, state: 'failed' })).toBe(false)
  })

  it('is no more once it was given up', async () => {
    const run = await searched()
    await abandonFollowUp(run, 'The connection is gone.')
    const { investigation } = await result(run)
    expect(investigation.followUp).toMatchObject({ state: 'failed', failure: 'The connection is gone.' })
    expect(isFollowUpDue(investigation)).toBe(false)
  })
})
