import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import type { FeedContext } from '#collect/feed.ts'
import { startFakeCloud, type FakeCloud } from '#connect/testing/fake-cloud.ts'

import { listTraces } from './list-traces.ts'

const PATH = '/v1.0/admin/exchange/tracing/messageTraces'
const SPAN = { from: Date.parse('2026-11-20T08:00:00Z'), to: Date.parse('2026-11-20T09:00:00Z') }
const MALFORMED = { status: 400, json: { error: { code: 'BadRequest', message: 'Malformed skip token.' } } }

let fake: FakeCloud
let context: FeedContext
beforeEach(async () => {
  fake = await startFakeCloud()
  const clock = { now: () => SPAN.to }
  const signal = new AbortController().signal
  context = { microsoft: fake.client({ clock }), clock, signal, options: undefined, settings: {} }
})
afterEach(() => fake.stop())

const row = (id: string, time: string) => ({ id, receivedDateTime: `2026-11-20T${time}Z`, status: 'delivered' })
const page = (rows: object[], more = false) => ({
  json: { value: rows, ...(more && { '@odata.nextLink': `${fake.cloud.login}${PATH}?$skiptoken=${rows.length}` }) },
})

async function list(): Promise<string[]> {
  const ids: string[] = []
  for await (const records of listTraces(context, SPAN))
    ids.push(...records.map(({ text }) => (JSON.parse(text) as { id: string }).id))
  return ids
}

describe('message trace', () => {
  test('goes on by time where the token of the next page is refused for ever', async () => {
    fake.answer(
      PATH,
      page([row('a', '08:50:00'), row('b', '08:40:00'), row('c', '08:40:00')], true),
      MALFORMED,
      page([row('b', '08:40:00'), row('c', '08:40:00'), row('d', '08:40:00'), row('e', '08:10:00')]),
    )
    expect(await list()).toEqual(['a', 'b', 'c', 'd', 'e'])
    const filters = fake.requests.map(({ url }) => new URL(url, 'https://graph.example').searchParams.get('$filter'))
    expect(filters[2]).toBe('receivedDateTime ge 2026-11-20T08:00:00Z and receivedDateTime le 2026-11-20T08:40:00Z')
  })

  test('gives up where that would lead nowhere', async () => {
    fake.answer(PATH, page([row('a', '09:00:00')], true), MALFORMED)
    await expect(list()).rejects.toMatchObject({ microsoft: { message: 'Malformed skip token.' } })
  })

  test('leaves out repeated rows, and those of the second after the span', async () => {
    fake.answer(PATH, page([row('z', '09:00:00'), row('a', '08:50:00'), row('a', '08:50:00'), row('b', '08:00:00')]))
    expect(await list()).toEqual(['a', 'b'])
  })

  test('without the service principal says how to create it, before the permission', async () => {
    const message = 'Service principal-less Authentication failed: the service principal was not found.'
    fake.answer(PATH, { status: 401, json: { error: { code: 'UnknownError', message } } })
    await expect(list()).rejects.toMatchObject({
      code: 'CONNECT_REQUEST_REFUSED',
      why: expect.stringContaining(message),
      fix: expect.stringMatching(/az ad sp create --id 8bd644d1.*then grant ExchangeMessageTrace\.Read\.All/),
    })
  })
})
