import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { startFakeCloud, type Answer, type FakeCloud } from '#connect/testing/fake-cloud.ts'
import type { MailField, MailGroup } from '#domain/mail-filter.ts'

import { findPairs } from './find-pairs.ts'

/** What the emulated company has none of: distribution lists, very large mailings, a service that ignores what it is asked. */

const TRACES = '/v1.0/admin/exchange/tracing/messageTraces'
const ANALYZED = '/v1.0/security/collaboration/analyzedEmails'
const MESSAGE = '3c1f0d0e-5b1c-4a39-8f5a-08de27b1a2aa'
const NOW = Date.parse('2026-11-20T12:00:00Z')

let fake: FakeCloud
beforeEach(async () => {
  fake = await startFakeCloud()
})
afterEach(() => fake.stop())

const row = (recipientAddress: string, more: object = {}) => ({
  id: MESSAGE,
  senderAddress: 'billing@bad.example',
  recipientAddress,
  messageId: '<7f1c@mx.bad.example>',
  receivedDateTime: '2026-11-20T08:02:12Z',
  subject: 'Invoice overdue',
  fromIP: '198.51.100.9',
  status: 'delivered',
  ...more,
})
const page = (...value: object[]): Answer => ({ json: { value } })

function find(field: MailField, value: string) {
  const where: MailGroup = { logic: 'and', conditions: [{ field, value }] }
  const filter = { where, receivedFrom: '2026-11-20T00:00:00Z', receivedTo: '2026-11-20T11:00:00Z' }
  return findPairs({ microsoft: fake.client(), filter, clock: { now: () => NOW } })
}

const filters = () =>
  fake.requests.map(({ url }) => new URL(url, 'https://graph.example').searchParams.get('$filter') ?? '')

describe('message trace', () => {
  it('follows a distribution list to its members, by the id of the message', async () => {
    fake.answer(
      TRACES,
      page(row('all@contoso.example', { status: 'expanded' })),
      page(row('all@contoso.example', { status: 'expanded' }), row('Ana@contoso.example'), row('ben@contoso.example')),
    )
    const answer = await find('subject', 'Invoice overdue')
    expect(answer.pairs.map(({ recipient }) => recipient)).toEqual(['ana@contoso.example', 'ben@contoso.example'])
    expect(answer).toMatchObject({ source: 'message-trace', complete: true })
    expect(filters()[1]).toMatch(new RegExp(` and id eq '${MESSAGE}'$`))
  })

  it('asks by id for a message of so many recipients that Microsoft cuts the list', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, n) => row(`user${n}@contoso.example`))
    fake.answer(TRACES, page(...many(1000)), page(...many(1300)))
    expect((await find('subject', 'Invoice')).pairs).toHaveLength(1300)
    expect(fake.requests).toHaveLength(2)
  })

  it('counts a recipient once, leaves out what failed, and keeps what is on its way', async () => {
    fake.answer(
      TRACES,
      page(
        row('ana@contoso.example', { status: 'gettingStatus' }),
        row('ANA@contoso.example'),
        row('ben@contoso.example', { status: 'failed' }),
        row('cas@contoso.example', { status: 'pending' }),
        row('dee@contoso.example', { status: 'filteredAsSpam' }),
        row('eve@contoso.example', { status: 'Resolved' }),
        row('', { recipientAddress: null }),
      ),
    )
    const { pairs } = await find('network-message-id', MESSAGE.toUpperCase().replaceAll('-', ''))
    expect(pairs.map(({ recipient, location }) => [recipient, location])).toEqual([
      ['ana@contoso.example', 'mailbox'],
      ['cas@contoso.example', 'pending'],
      ['dee@contoso.example', 'junk'],
      ['eve@contoso.example', 'mailbox'],
    ])
    expect(pairs[0]).toMatchObject({ networkMessageId: MESSAGE, internetMessageId: '<7f1c@mx.bad.example>' })
  })

  it('stops following pages in time, keeps what it has, and says so', async () => {
    let pages = 0
    fake.answer(TRACES, (_, response) => {
      const next = `${fake.cloud.apis.graph!.origin}${TRACES}?$skiptoken=${++pages}`
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ value: [row(`user${pages}@contoso.example`)], '@odata.nextLink': next }))
    })
    const answer = await find('subject', 'Invoice overdue')
    expect(answer.pairs).toHaveLength(26)
    expect(answer.complete).toBe(false)
    expect(answer.tried[0]!.outcome).toContain('Not all was read')
  })

  it('keeps its share of the budget also where many messages are asked for by id over all time', async () => {
    fake.answer(TRACES, page())
    const id = (n: number) => MESSAGE.slice(0, -2) + (10 + n)
    const conditions = Array.from({ length: 20 }, (_, n) => ({ field: 'network-message-id' as const, value: id(n) }))
    const where: MailGroup = { logic: 'or', conditions }
    const answer = await findPairs({ microsoft: fake.client(), filter: { where }, clock: { now: () => NOW } })
    expect(answer.complete).toBe(false)
    expect(fake.requests.filter(({ url }) => url.startsWith(TRACES))).toHaveLength(25)
  })

  it('that is not set up is told with what to run', async () => {
    fake.answer(TRACES, {
      status: 401,
      json: {
        error: { code: 'UnknownError', message: 'Service principal-less Authentication failed: it was not found.' },
      },
    })
    const { source, tried } = await find('subject', 'Invoice overdue')
    expect(source).toBe('none')
    expect(tried[0]!.outcome).toMatch(/^Refused\. .*Service principal-less.*New-MgServicePrincipal -AppId 8bd644d1-/)
  })

  it('that fails midway gives what it had read, and the next source is asked', async () => {
    const next = `${fake.cloud.apis.graph!.origin}${TRACES}/more`
    fake.answer(TRACES, { json: { value: [row('ana@contoso.example')], '@odata.nextLink': next } })
    fake.answer(`${TRACES}/more`, { status: 400, json: { error: { code: 'BadRequest', message: 'Invalid token.' } } })
    const answer = await find('subject', 'Invoice overdue')
    expect(answer.pairs.map(({ recipient }) => recipient)).toEqual(['ana@contoso.example'])
    expect(answer.complete).toBe(false)
    expect(answer.tried[0]!.outcome).toMatch(/^Found 1 copy\. .*Invalid token/)
    expect(fake.requests.some(({ url }) => url.endsWith('runHuntingQuery'))).toBe(true)
  })
})

describe('hunting', () => {
  it('without the tables is told as the license that is missing', async () => {
    const message = "'where' operator: Failed to resolve table or column expression named 'EmailEvents'."
    fake.answer('/v1.0/security/runHuntingQuery', { status: 400, json: { error: { code: 'BadRequest', message } } })
    const { tried } = await find('from', 'bad.example')
    expect(tried[1]!.outcome).toMatch(/^Refused\. .*Failed to resolve table.*Defender for Office 365 Plan 2/)
  })
})

describe('analyzed emails', () => {
  it('that ignore the filter do not make other mail a pair', async () => {
    const email = (networkMessageId: string, recipientEmailAddress: string) => ({
      networkMessageId,
      recipientEmailAddress,
      loggedDateTime: '2026-11-20T08:02:12Z',
      latestDelivery: { location: 'quarantine' },
    })
    fake.answer(
      ANALYZED,
      page(email(MESSAGE, 'ana@contoso.example'), email(MESSAGE.replace('3', '4'), 'ben@x.example')),
    )
    const answer = await find('network-message-id', MESSAGE)
    expect(answer.pairs).toEqual([
      { networkMessageId: MESSAGE, recipient: 'ana@contoso.example', location: 'quarantine' },
    ])
    expect(answer).toMatchObject({ source: 'analyzed-emails', complete: false })
  })
})
