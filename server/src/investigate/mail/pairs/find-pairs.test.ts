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
const is = (field: MailField, value: string): MailCondition => ({ field, value })

const HOUR = 3_600_000
const ago = (ms: number) => new Date(systemClock.now() - ms).toISOString()
/** Yesterday until half an hour ago: what every source knows. */
const known = (where: MailGroup): MailFilter => ({ where, receivedFrom: ago(24 * HOUR), receivedTo: ago(HOUR / 2) })
const find = (microsoft: Microsoft, filter: MailFilter): Promise<PairAnswer> =>
  findPairs({ microsoft, filter, clock: systemClock })

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
