import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { ContentGone, type FeedBatch, type FeedContext } from '#collect/feed.ts'
import { FAKE_TENANT, startFakeCloud, type FakeCloud } from '#connect/testing/fake-cloud.ts'

import { listContent } from './content.ts'
import { ensureSubscription } from './subscription.ts'

const ROOT = `/api/v1.0/${FAKE_TENANT}/activity/feed`
const CONTENT = `${ROOT}/subscriptions/content`
const NOW = Date.parse('2026-11-20T09:00:00Z')
const HOUR = 3_600_000
const SPAN = { from: NOW - HOUR, to: NOW }
const refusal = (code: string, status = 400) => ({
  status,
  json: { error: { code, message: `Refused with ${code}.` } },
})

let fake: FakeCloud
let now: number
let context: FeedContext
beforeEach(async () => {
  fake = await startFakeCloud()
  now = NOW
  const clock = { now: () => now }
  context = {
    microsoft: fake.client({ clock }),
    clock,
    signal: new AbortController().signal,
    options: undefined,
    settings: {},
  }
})
afterEach(() => fake.stop())

const item = (id: string, origin = fake.cloud.login) => ({
  contentType: 'Audit.Exchange',
  contentId: id,
  contentUri: `${origin}${ROOT}/audit/${id}`,
  contentCreated: '2026-11-20T08:05:01.234Z',
  contentExpiration: '2026-11-27T08:05:01.234Z',
})

async function list(span = SPAN): Promise<FeedBatch[]> {
  const batches: FeedBatch[] = []
  for await (const page of listContent(context, 'Audit.Exchange', 'Exchange', span)) batches.push(...page)
  return batches
}

async function read(batch: FeedBatch): Promise<string[]> {
  const records: string[] = []
  for await (const piece of batch.read()) records.push(...piece)
  return records
}

describe('listing', () => {
  test('asks for the span in whole seconds and follows every page', async () => {
    const next = `${fake.cloud.login}${CONTENT}?contenttype=Audit.Exchange&nextpage=2`
    fake.answer(CONTENT, { json: [item('a')], headers: { NextPageUri: next } }, { json: [item('b')] })
    expect((await list()).map(({ id, availableAt }) => [id, availableAt])).toEqual([
      ['a', '2026-11-20T08:05:01.234Z'],
      ['b', '2026-11-20T08:05:01.234Z'],
    ])
    expect(fake.requests[0]?.url).toBe(
      `${CONTENT}?contentType=Audit.Exchange&startTime=2026-11-20T08:00:00&endTime=2026-11-20T09:00:00&PublisherIdentifier=${FAKE_TENANT}`,
    )
  })

  test('begins anew when the address of the next page went stale, once', async () => {
    const headers = { NextPageUri: `${fake.cloud.login}${CONTENT}?nextPage=stale` }
    fake.answer(CONTENT, { json: [item('a')], headers }, refusal('AF20031'), { json: [item('a'), item('b')] })
    expect((await list()).map(({ id }) => id)).toEqual(['a', 'a', 'b'])
    fake.answer(CONTENT, { json: [item('a')], headers }, refusal('AF20031'))
    await expect(list()).rejects.toMatchObject({ microsoft: { code: 'AF20031' } })
  })

  test('does not follow a page address to another host', async () => {
    fake.answer(CONTENT, { json: [], headers: { NextPageUri: `https://attacker.example${CONTENT}` } })
    await expect(list()).rejects.toMatchObject({ code: 'CONNECT_REPLY_UNREADABLE' })
  })

  test('a span refused for its age is gone; a young one means that a clock is wrong', async () => {
    fake.answer(CONTENT, refusal('AF20055'))
    await expect(list({ from: NOW - 167 * HOUR, to: NOW - 166 * HOUR })).rejects.toThrow(ContentGone)
    await expect(list()).rejects.toMatchObject({ code: 'CONNECT_REQUEST_REFUSED', microsoft: { code: 'AF20055' } })
  })
})

describe('reading', () => {
  test('gives the records as Microsoft wrote them', async () => {
    const texts = ['{"Id":"1", "Big":12345678901234567890}', '{ "Id":"2","Text":"a ] } \\" b" }']
    fake.answer(CONTENT, { json: [item('a')] })
    fake.answer(`${ROOT}/audit/a`, { text: `[${texts.join(' ,\r\n')}]` })
    expect(await read((await list())[0]!)).toEqual(texts)
    expect(fake.requests.at(-1)?.url).toBe(`${ROOT}/audit/a?PublisherIdentifier=${FAKE_TENANT}`)
  })

  test.each(['AF20050', 'AF20051'])('content refused with %s is gone', async (code) => {
    fake.answer(CONTENT, { json: [item('a')] })
    fake.answer(`${ROOT}/audit/a`, refusal(code, 404))
    const [batch] = await list()
    await expect(read(batch!)).rejects.toMatchObject({ name: 'ContentGone', code })
  })

  test.each(['[{"Id":"1"},{"Id":', '<html></html>', ''])(
    'a body that is no whole array is unreadable: %s',
    async (text) => {
      fake.answer(CONTENT, { json: [item('a')] })
      fake.answer(`${ROOT}/audit/a`, { text })
      const [batch] = await list()
      await expect(read(batch!)).rejects.toMatchObject({ code: 'CONNECT_REPLY_UNREADABLE' })
    },
  )

  test('does not read content from another host', async () => {
    fake.answer(CONTENT, { json: [item('a', 'https://attacker.example')] })
    const [batch] = await list()
    await expect(read(batch!)).rejects.toMatchObject({ code: 'CONNECT_REPLY_UNREADABLE' })
  })
})

describe('subscribing', () => {
  const ensure = () => ensureSubscription(context, 'Audit.Exchange', 'Exchange')
  const subscription = (status: string) => ({ json: [{ contentType: 'Audit.Exchange', status, webhook: null }] })
  const starts = () => fake.requests.filter(({ method }) => method === 'POST').length

  test('an enabled subscription is left alone', async () => {
    fake.answer(`${ROOT}/subscriptions/list`, subscription('enabled'))
    expect(await ensure()).toEqual({})
    expect(starts()).toBe(0)
  })

  test('a missing or disabled one is started, and the outage is told', async () => {
    fake.answer(`${ROOT}/subscriptions/list`, { json: [] })
    fake.answer(`${ROOT}/subscriptions/start`, { json: { status: 'enabled' } })
    expect((await ensure()).outage).toContain('was found missing')
    // The list may be behind for a while: neither another start nor another outage.
    expect(await ensure()).toEqual({})
    now += 16 * 60_000
    fake.answer(`${ROOT}/subscriptions/list`, subscription('disabled'))
    expect((await ensure()).outage).toContain('was found disabled')
    expect(starts()).toBe(2)
  })

  test('"already enabled" (AF20024) is success', async () => {
    fake.answer(`${ROOT}/subscriptions/list`, { json: [] })
    fake.answer(`${ROOT}/subscriptions/start`, refusal('AF20024'))
    expect(await ensure()).toEqual({})
  })

  test('one that an administrator disabled (AF20023) is an error, and is not tried again for a quarter of an hour', async () => {
    fake.answer(`${ROOT}/subscriptions/list`, subscription('disabled'))
    fake.answer(`${ROOT}/subscriptions/start`, refusal('AF20023'))
    const refused = { code: 'CONNECT_REQUEST_REFUSED', microsoft: { code: 'AF20023' } }
    await expect(ensure()).rejects.toMatchObject(refused)
    await expect(ensure()).rejects.toMatchObject(refused)
    expect(starts()).toBe(1)
    now += 16 * 60_000
    await expect(ensure()).rejects.toMatchObject(refused)
    expect(starts()).toBe(2)
  })

  test('where auditing is off, the error says how to turn it on', async () => {
    fake.answer(`${ROOT}/subscriptions/list`, { json: [] })
    fake.answer(`${ROOT}/subscriptions/start`, refusal('AF20011'))
    await expect(ensure()).rejects.toMatchObject({ fix: expect.stringContaining('Turn auditing on') })
  })
})
