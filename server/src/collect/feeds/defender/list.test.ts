import { afterEach, beforeEach, expect, test } from 'vitest'

import type { FeedBatch, FeedContext } from '#collect/feed.ts'
import { startFakeCloud, type FakeCloud } from '#connect/testing/fake-cloud.ts'

import { DEFENDER_FEEDS } from './feed.ts'

const PATH = '/v1.0/security/alerts_v2'
const SPAN = { from: Date.parse('2026-11-20T08:00:00Z'), to: Date.parse('2026-11-20T09:00:00Z') }
const feed = DEFENDER_FEEDS.find(({ id }) => id === 'graph.alerts')!

let fake: FakeCloud
beforeEach(async () => {
  fake = await startFakeCloud()
})
afterEach(() => fake.stop())

async function list(options: object): Promise<FeedBatch[]> {
  const clock = { now: () => SPAN.to }
  const context: FeedContext = {
    microsoft: fake.client({ clock }),
    clock,
    signal: new AbortController().signal,
    options: feed.options!.parse(options),
    settings: {},
  }
  const batches: FeedBatch[] = []
  for await (const page of feed.source.list(context, SPAN)) batches.push(...page)
  return batches
}
const alert = (id: string, lastUpdateDateTime: string) => ({ id, lastUpdateDateTime })
const filter = (): string | null => new URL(fake.requests[0]!.url, 'https://graph.example').searchParams.get('$filter')

test('all severities are listed so that what is left out is counted, and new words of lists are asked for', async () => {
  fake.answer(PATH, { json: { value: [] } })
  await list({ severities: ['high', 'medium'] })
  expect(filter()).toBe(
    'lastUpdateDateTime ge 2026-11-20T08:00:00.000Z and lastUpdateDateTime lt 2026-11-20T09:00:00.000Z',
  )
  expect(fake.requests[0]?.headers['prefer']).toBe('include-unknown-enum-members')
})

test('a delay for the logs to arrive moves the clock of the feed, so that no update falls between', async () => {
  fake.answer(PATH, {
    json: { value: [alert('late', '2026-11-20T08:29:59.99Z'), alert('early', '2026-11-20T07:30:00Z')] },
  })
  const batches = await list({ logIngestionDelayMinutes: 30 })
  expect(filter()).toBe(
    'lastUpdateDateTime ge 2026-11-20T07:30:00.000Z and lastUpdateDateTime lt 2026-11-20T08:30:00.000Z',
  )
  expect(batches.map(({ availableAt }) => availableAt)).toEqual([
    '2026-11-20T08:00:00.000Z',
    '2026-11-20T08:59:59.990Z',
  ])
})

test('an update is another batch, the same alert again is not', async () => {
  const first = [alert('a', '2026-11-20T08:10:00.1234567Z'), alert('b', '2026-11-20T08:10:30Z')]
  const updated = [alert('b', '2026-11-20T08:40:00Z'), alert('a', '2026-11-20T08:10:00.1234567Z')]
  fake.answer(PATH, { json: { value: first } }, { json: { value: first.toReversed() } }, { json: { value: updated } })
  const ids = async (): Promise<string[]> => (await list({})).map(({ id }) => id)
  const [one] = await ids()
  expect(await ids()).toEqual([one])
  const after = await ids()
  expect(after).toHaveLength(2)
  expect(after).not.toContain(one)
})
