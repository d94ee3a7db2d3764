import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'

import type { Microsoft } from '#connect/microsoft.ts'
import { startEmulator, type Emulator } from '#connect/testing/start-emulator.ts'
import { systemClock } from '#domain/clock.ts'
import type { MailCondition, MailField, MailFilter, MailGroup } from '#domain/mail-filter.ts'

import { findPairs, type PairAnswer } from './find-pairs.ts'

const Ids = { internetMessageId: z.string(), networkMessageId: z.string() }
const Truth = z.object({
  ...Ids,
  sender: z.string(),
  subject: z.string(),
  link: z.string(),
  recipients: z.array(z.string()),
  forwards: z.array(z.object({ ...Ids, from: z.string(), to: z.array(z.string()) })),
  reply: z.object({ ...Ids, from: z.string() }),
  secondMessage: z.object({
    ...Ids,
    sender: z.string(),
    quarantined: z.array(z.string()),
    junked: z.array(z.string()),
    removed: z.array(z.string()),
  }),
})
const Scenarios = z.object({ scenarios: z.array(z.object({ id: z.string(), truth: z.unknown() })) })
const Journal = z.object({ entries: z.array(z.object({ url: z.string(), service: z.string() })) })
const Application = z.object({ clientId: z.string(), secret: z.string() })

const TRACE = 'ExchangeMessageTrace.Read.All'
const HUNTING = 'ThreatHunting.Read.All'
const ANALYZED = 'SecurityAnalyzedMessage.Read.All'

let emulator: Emulator
let truth: z.infer<typeof Truth>
let everything: Microsoft

beforeAll(async () => {
  emulator = await startEmulator(['--scenario', 'phish-campaign', '--no-live'])
  const { scenarios } = Scenarios.parse(await emulator.request('/ground-truth/scenarios'))
  truth = Truth.parse(scenarios.find(({ id }) => id === 'phish-campaign')?.truth)
  const administrator = await signIn('Application.ReadWrite.All')
  await administrator.send({
    api: 'graph',
    method: 'POST',
    path: '/v1.0/servicePrincipals',
    body: { appId: '8bd644d1-64a1-4d4b-ae52-2e0cbf64e373' },
    what: 'Could not set up message trace.',
  })
  everything = await signIn(TRACE, HUNTING, ANALYZED)
})
afterAll(() => emulator?.stop())
beforeEach(() => emulator.request('/faults', undefined, 'DELETE'))

async function signIn(...roles: string[]): Promise<Microsoft> {
  const made = await emulator.request('/applications', { name: roles.join(' ') || 'nothing', roles })
  return emulator.client({ application: Application.parse(made) })
}

const all = (...conditions: (MailCondition | MailGroup)[]): MailGroup => ({ logic: 'and', conditions })
const any = (...conditions: (MailCondition | MailGroup)[]): MailGroup => ({ logic: 'or', conditions })
const is = (field: MailField, value: string): MailCondition => ({ field, value })

const HOUR = 3_600_000
/** How far the emulated world's clock was moved on. */
let ahead = 0
const clock = { now: () => systemClock.now() + ahead }
const ago = (ms: number) => new Date(clock.now() - ms).toISOString()
/** Yesterday until half an hour ago: what every source knows. */
const known = (where: MailGroup): MailFilter => ({ where, receivedFrom: ago(24 * HOUR), receivedTo: ago(HOUR / 2) })
const find = (microsoft: Microsoft, filter: MailFilter): Promise<PairAnswer> => findPairs({ microsoft, filter, clock })

const pair = (id: string) => (recipient: string) => `${id} ${recipient.toLowerCase()}`
const phish = () => truth.recipients.map(pair(truth.networkMessageId)).sort()
const delivered = ({ pairs }: PairAnswer) =>
  pairs
    .filter(({ location }) => location !== 'sent')
    .map(({ networkMessageId, recipient }) => pair(networkMessageId)(recipient))
    .sort()

/** Requests that `work` took, by service, without those for tokens. */
async function requestsOf<T>(work: () => Promise<T>): Promise<[T, string[]]> {
  const read = async () => Journal.parse(await emulator.request('/journal?limit=100000')).entries
  const before = (await read()).length
  const result = await work()
  const since = (await read()).slice(before).filter(({ url }) => !/oauth2|_emu/.test(url))
  return [result, since.map(({ url }) => decodeURIComponent(url))]
}

describe('findPairs finds the phish in exactly the mailboxes that got it', () => {
  it.each<[string, string, () => MailGroup]>([
    [TRACE, 'its message id', () => all(is('internet-message-id', truth.internetMessageId))],
    [TRACE, 'its network message id', () => all(is('network-message-id', truth.networkMessageId.toUpperCase()))],
    [HUNTING, 'its message id', () => all(is('internet-message-id', truth.internetMessageId))],
    [HUNTING, 'its sender in other case', () => all(is('from', truth.sender.toUpperCase()))],
    [HUNTING, 'the domain of its sender', () => all(is('from', truth.sender.split('@')[1]!))],
    [HUNTING, 'its sender, whatever the body says', () => all(is('from', truth.sender), is('body', 'payroll'))],
  ])('with %s, by %s: one request, complete', async (role, _, where) => {
    const microsoft = await signIn(role)
    const filter = known(where())
    const [answer, requests] = await requestsOf(() => find(microsoft, filter))
    expect(delivered(answer)).toEqual(phish())
    expect(answer).toMatchObject({ complete: true, source: role === TRACE ? 'message-trace' : 'hunting' })
    for (const { internetMessageId } of answer.pairs) expect(internetMessageId).toBe(truth.internetMessageId)
    const asked = requests.filter((url) => url.includes(role === TRACE ? 'messageTraces' : 'runHuntingQuery'))
    expect(asked).toHaveLength(1)
  })

  it('with analyzed emails, which prove nothing', async () => {
    const answer = await find(await signIn(ANALYZED), known(all(is('network-message-id', truth.networkMessageId))))
    expect(delivered(answer)).toEqual(phish())
    expect(answer).toMatchObject({ complete: false, source: 'analyzed-emails' })
  })

  it('with everything granted, by the first source that knows all, in one request', async () => {
    const filter = known(all(is('internet-message-id', truth.internetMessageId)))
    const [answer, requests] = await requestsOf(() => find(everything, filter))
    expect(answer.source).toBe('message-trace')
    expect(requests).toHaveLength(1)
    const [bySender, others] = await requestsOf(() => find(everything, known(all(is('from', truth.sender)))))
    expect(bySender).toMatchObject({ source: 'hunting', complete: true })
    expect(others).toHaveLength(1)
  })
})

describe('findPairs and what a filter asks', () => {
  it('asks an OR as several traces, and as one hunt', async () => {
    const where = any(
      is('internet-message-id', truth.internetMessageId),
      is('internet-message-id', truth.forwards[0]!.internetMessageId),
      all(is('subject', truth.subject.slice(4)), is('network-message-id', truth.forwards[1]!.networkMessageId)),
    )
    const forwarded = truth.forwards.flatMap(({ networkMessageId, to }) => to.map(pair(networkMessageId)))
    for (const [role, path, requests] of [
      [TRACE, 'messageTraces', 3],
      [HUNTING, 'runHuntingQuery', 1],
    ] as const) {
      const microsoft = await signIn(role)
      const [answer, asked] = await requestsOf(() => find(microsoft, known(where)))
      expect(delivered(answer)).toEqual([...phish(), ...forwarded].sort())
      expect(answer.complete).toBe(true)
      expect(asked.filter((url) => url.includes(path))).toHaveLength(requests)
    }
  })

  it('is incomplete where an alternative cannot be asked, and gives what the others say', async () => {
    const where = any(is('internet-message-id', truth.internetMessageId), is('regex', 'payroll|salary'))
    const answer = await find(everything, known(where))
    expect(delivered(answer)).toEqual(phish())
    expect(answer.complete).toBe(false)
  })

  it('asks nobody about content alone, or about what must not be', async () => {
    const where = all(is('body', 'payroll'), { ...is('from', truth.sender), not: true })
    const [answer, requests] = await requestsOf(() => find(everything, known(where)))
    expect(answer).toMatchObject({ source: 'none', pairs: [], complete: false })
    expect(requests).toEqual([])
    for (const { outcome } of answer.tried) expect(outcome).toMatch(/^Not asked:/)
  })

  it('says of links that Defender knows much and not all', async () => {
    const answer = await find(everything, known(all(is('url', new URL(truth.link).hostname))))
    expect(delivered(answer)).toEqual(expect.arrayContaining(phish()))
    expect(answer).toMatchObject({ source: 'hunting', complete: false })
  })

  it('tells apart where copies lie, and that senders within keep one', async () => {
    const { networkMessageId, quarantined, junked, removed } = truth.secondMessage
    const where = any(
      is('network-message-id', networkMessageId),
      is('network-message-id', truth.reply.networkMessageId),
    )
    const hunted = await find(await signIn(HUNTING), known(where))
    const located = (answer: PairAnswer, location: string) =>
      answer.pairs.filter((each) => each.location === location).map(({ recipient }) => recipient)
    expect(located(hunted, 'quarantine').sort()).toEqual(quarantined.toSorted())
    expect(located(hunted, 'junk').sort()).toEqual([...junked, ...removed].sort())
    expect(located(hunted, 'external')).toEqual([truth.sender])
    expect(located(hunted, 'sent')).toEqual([truth.reply.from])
    // Those outside have no id here; everybody else has.
    for (const { recipient, userId } of hunted.pairs) expect(userId === undefined).toBe(recipient === truth.sender)
    const traced = await find(await signIn(TRACE), known(where))
    expect(located(traced, 'quarantine').sort()).toEqual(quarantined.toSorted())
    expect(located(traced, 'sent')).toEqual([truth.reply.from])
  })

  it('does not let a value out of its quotes', async () => {
    const hostile = `x" or 1 == 1 //' or 1 eq 1 \\" | take 5 \u2028 EmailEvents`
    const answer = await find(everything, known(any(is('subject', hostile), is('internet-message-id', hostile))))
    expect(answer).toMatchObject({ pairs: [], complete: true })
    const hunted = await find(
      await signIn(HUNTING),
      known(any(is('subject', hostile), is('from', `"${hostile}@x.example`))),
    )
    expect(hunted).toMatchObject({ pairs: [], complete: true })
  })
})

describe('findPairs and time', () => {
  const where = () => all(is('internet-message-id', truth.internetMessageId))

  it('is incomplete when the dates reach into the last minutes, which sources hear of late, and asks the next', async () => {
    const answer = await find(everything, { where: where(), receivedFrom: ago(24 * HOUR), receivedTo: ago(0) })
    expect(delivered(answer)).toEqual(phish())
    expect(answer.complete).toBe(false)
    expect(answer.tried.map(({ outcome }) => outcome)).toEqual([
      expect.stringMatching(/^Found 23 copies\. Mail after .* may not be in it yet\.$/),
      expect.stringMatching(/^Found 23 copies\. Mail after .* may not be in it yet\.$/),
      'Not asked: there is an answer.',
    ])
  })

  it('knows a message by its network message id whole, whatever the dates: one request', async () => {
    const filter = { where: all(is('network-message-id', truth.networkMessageId)) }
    const [answer, requests] = await requestsOf(() => find(everything, filter))
    expect(delivered(answer)).toEqual(phish())
    expect(answer).toMatchObject({ source: 'message-trace', complete: true })
    expect(requests).toHaveLength(1)
  })

  it('asks ten days at a time, and does not promise what is older than the records', async () => {
    const microsoft = await signIn(TRACE)
    const filter = { where: where(), receivedFrom: ago(25 * 24 * HOUR), receivedTo: ago(HOUR / 2) }
    const [month, requests] = await requestsOf(() => find(microsoft, filter))
    expect(month.complete).toBe(true)
    expect(delivered(month)).toEqual(phish())
    expect(requests).toHaveLength(3)
    const [ever, more] = await requestsOf(() => find(microsoft, { where: where(), receivedTo: ago(HOUR / 2) }))
    expect(delivered(ever)).toEqual(phish())
    expect(ever.complete).toBe(false)
    expect(more.filter((url) => url.includes('messageTraces'))).toHaveLength(9)
    const old = { where: where(), receivedFrom: ago(200 * 24 * HOUR), receivedTo: ago(100 * 24 * HOUR) }
    expect(await find(everything, old)).toMatchObject({ source: 'none', complete: false })
  })

  it('does not use up the budget of the tenant for one answer', async () => {
    const many = Array.from({ length: 30 }, (_, n) => is('internet-message-id', `<${n}@bulk.example>`))
    const filter = known(any(...many, is('internet-message-id', truth.internetMessageId)))
    const [answer, requests] = await requestsOf(() => find(everything, filter))
    expect(answer).toMatchObject({ source: 'hunting', complete: true })
    expect(delivered(answer)).toEqual(phish())
    expect(requests).toHaveLength(1)
    expect(answer.tried[0]!.outcome).toContain('31 requests')
  })
})

describe('findPairs and refusals', () => {
  const filter = () => known(all(is('internet-message-id', truth.internetMessageId)))

  it('goes on to the next source without a permission, and says which one is missing', async () => {
    const answer = await find(await signIn(ANALYZED), filter())
    expect(delivered(answer)).toEqual(phish())
    expect(answer.tried).toEqual([
      {
        source: 'message-trace',
        outcome: expect.stringMatching(/^Refused\. .*ExchangeMessageTrace\.Read\.All/),
      },
      { source: 'hunting', outcome: expect.stringMatching(/^Refused\. .*ThreatHunting\.Read\.All/) },
      { source: 'analyzed-emails', outcome: expect.stringMatching(/^Found 23 copies\./) },
    ])
  })

  it('ends without an answer and without an exception when nobody may be asked', async () => {
    const answer = await find(await signIn(), filter())
    expect(answer).toMatchObject({ source: 'none', pairs: [], complete: false })
    for (const { outcome } of answer.tried) expect(outcome).toMatch(/^Refused\./)
  })

  it.each([
    ['a 429 with a wait', { times: 2 }, { status: 429, headers: { 'Retry-After': '2' } }],
    ['a fault of Microsoft', { times: 2 }, { status: 503 }],
    ['5 % of faults', { probability: 0.05, seed: 7 }, { status: 500 }],
    ['replies cut short', { times: 1 }, { truncate: true }],
  ])('loses no pair to %s', async (_, match, effect) => {
    for (const role of [TRACE, HUNTING, ANALYZED]) {
      const microsoft = await signIn(role)
      await emulator.request('/faults', { match: { service: 'graph', ...match }, do: effect })
      const answer = await find(microsoft, known(all(is('network-message-id', truth.networkMessageId))))
      expect(delivered(answer)).toEqual(phish())
      await emulator.request('/faults', undefined, 'DELETE')
    }
  })

  it('stops at once when told to', async () => {
    const signal = AbortSignal.abort(new Error('stopped'))
    await expect(findPairs({ microsoft: everything, filter: filter(), clock, signal })).rejects.toThrow('stopped')
  })
})

describe('findPairs and fresh mail', () => {
  it('is incomplete until the sources have heard of it, by whichever condition, and whole then', async () => {
    const [from, ...to] = truth.recipients.slice(0, 3)
    const sender = await signIn('Mail.Send', 'Mail.Read')
    await sender.send({
      api: 'graph',
      method: 'POST',
      path: `/v1.0/users/${from}/sendMail`,
      body: {
        message: {
          subject: 'Lunch at the quay',
          body: { contentType: 'text', content: 'At noon?' },
          toRecipients: to.map((address) => ({ emailAddress: { address } })),
        },
      },
      what: 'Could not send.',
    })
    const receivedFrom = ago(HOUR / 60)
    const receivedTo = ago(-HOUR / 60)
    const filter = { where: all(is('subject', 'Lunch at the quay')), receivedFrom, receivedTo }
    const early = await find(everything, filter)
    expect(early).toMatchObject({ pairs: [], complete: false })
    expect(early.tried.map(({ outcome }) => outcome).join(' ')).toContain('may not be in it yet')

    const answers: PairAnswer[] = []
    for (let minute = 0; minute < 25; minute++) {
      ahead += HOUR / 60
      await emulator.request('/clock', { advanceMs: HOUR / 60 })
      answers.push(await find(everything, filter))
    }
    const heardOf = answers.filter(({ pairs }) => pairs.length > 0)
    expect(heardOf.some(({ complete }) => !complete)).toBe(true)
    expect(answers.at(-1)).toMatchObject({ complete: true })
    for (const { pairs } of answers.filter(({ complete }) => complete))
      expect(pairs.map(({ recipient }) => recipient).sort()).toEqual([from, ...to].sort())
  })
})
