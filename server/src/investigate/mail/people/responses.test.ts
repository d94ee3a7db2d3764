import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'

import { startFakeCloud, type FakeCloud } from '#connect/testing/fake-cloud.ts'

import { followUp } from './follow-up.ts'
import type { FollowedHit } from './sent-copy.ts'

/** What real mailboxes hold and the emulated ones do not: MAPI properties, threads that were there before, replies to all. */

const HIT: FollowedHit = {
  id: 'h1',
  userId: 'u1',
  userPrincipalName: 'Ana@contoso.example',
  messageId: 'm1',
  internetMessageId: '<phish@bad.example>',
  subject: 'Invoice',
  sender: 'Billing@bad.example',
  receivedAt: '2026-11-20T08:00:00Z',
  isRead: true,
}
const MAIL = {
  conversationId: 'c1',
  isRead: false,
  toRecipients: to('ana@contoso.example', 'ben@contoso.example'),
  ccRecipients: [],
  replyTo: to('collect@other.example'),
}
const Batch = z.object({ requests: z.array(z.object({ id: z.string(), url: z.string() })) })

let fake: FakeCloud
beforeEach(async () => {
  fake = await startFakeCloud()
  fake.answer('/v1.0/security/runHuntingQuery', { json: { results: [] } })
})
afterEach(() => fake.stop())

function to(...addresses: string[]) {
  return addresses.map((address) => ({ emailAddress: { address } }))
}

const sent = (more: object = {}) => ({
  id: 's1',
  parentFolderId: 'f2',
  internetMessageId: '<answer@contoso.example>',
  subject: 'RE: Invoice',
  sentDateTime: '2026-11-20T09:00:00Z',
  toRecipients: to('cas@contoso.example'),
  ...more,
})

/** The mailbox answers with this mail and this list of Sent Items, or refuses. */
async function follow(mail: object | number, list: readonly object[] | number = []) {
  fake.answer('/v1.0/$batch', ({ body }, response) => {
    const reply = (of: object | number) =>
      typeof of === 'number'
        ? { status: of, body: { error: { code: 'Odd', message: 'No.' } } }
        : { status: 200, body: of }
    const responses = Batch.parse(JSON.parse(body)).requests.map(({ id, url }) => ({
      id,
      ...reply(url.includes('sentitems') ? (typeof list === 'number' ? list : { value: list }) : mail),
    }))
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ responses }))
  })
  const clock = { now: () => Date.parse('2026-11-20T10:00:00Z') }
  const [person] = await followUp({ microsoft: fake.client(), hits: [HIT], clock })
  return person!
}

const property = (id: string, value: string) => ({ singleValueExtendedProperties: [{ id, value }] })

describe('what was sent in answer', () => {
  it.each<[string, object, { replied: string; forwarded: string }]>([
    ['to the sender', { toRecipients: to('billing@BAD.example') }, { replied: 'yes', forwarded: 'no' }],
    ['where it asks for answers', { toRecipients: to('collect@other.example') }, { replied: 'yes', forwarded: 'no' }],
    [
      'to all who had it',
      { toRecipients: to('billing@bad.example'), ccRecipients: to('ben@contoso.example') },
      { replied: 'yes', forwarded: 'no' },
    ],
    [
      'to the sender and a colleague who had not',
      { toRecipients: to('billing@bad.example'), bccRecipients: to('cas@contoso.example') },
      { replied: 'yes', forwarded: 'yes' },
    ],
    ['to a colleague', {}, { replied: 'no', forwarded: 'yes' }],
    [
      'to a colleague, naming the mail by a property',
      property('String 0x1042', HIT.internetMessageId),
      { replied: 'no', forwarded: 'yes' },
    ],
    [
      'to a colleague, naming another mail of the thread',
      property('String 0x1039', '<another@contoso.example>'),
      { replied: 'no', forwarded: 'no' },
    ],
    [
      'to a colleague, before the mail came',
      { sentDateTime: '2026-11-20T07:59:59Z' },
      { replied: 'no', forwarded: 'no' },
    ],
  ])('%s', async (_, more, expected) => {
    const { replied, forwarded } = await follow(MAIL, [sent(more)])
    expect({ replied: replied.is, forwarded: forwarded.is }).toEqual(expected)
  })

  it('is known by the mark on the mail when the sent copy is gone', async () => {
    const person = await follow({ ...MAIL, ...property('Integer 0x1081', '104') })
    expect(person).toMatchObject({ forwarded: { is: 'yes' }, replied: { is: 'no' }, opened: { is: 'yes' }, sent: [] })
  })

  it('is unknown, in the words of Microsoft, when Sent Items or the mail cannot be read', async () => {
    const unread = await follow(MAIL, 403)
    expect(unread).toMatchObject({ replied: { is: 'unknown' }, forwarded: { is: 'unknown' }, opened: { is: 'no' } })
    expect(unread.replied.evidence.join(' ')).toMatch(/Sent Items of Ana@contoso\.example.*Odd: No\./)
    const gone = await follow(404)
    expect(gone).toMatchObject({ replied: { is: 'unknown' }, opened: { is: 'yes' }, clicked: { is: 'no' } })
  })
})

it('asks no mailbox outside the authorized domains, and what its owner did is unknown', async () => {
  let asked = 0
  fake.answer('/v1.0/$batch', (_request, response) => {
    asked++
    response.end('{}')
  })
  const settings = { authorizedDomains: ['fabrikam.example'] }
  const clock = { now: () => Date.parse('2026-11-20T10:00:00Z') }
  const [person] = await followUp({ microsoft: fake.client(), hits: [HIT], clock, settings })
  expect(asked).toBe(0)
  const evidence = [expect.stringContaining('contoso.example is not among the authorized domains of the connection')]
  expect([person!.replied, person!.forwarded]).toEqual(Array.from({ length: 2 }, () => ({ is: 'unknown', evidence })))
})
