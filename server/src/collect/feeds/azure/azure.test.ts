import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'

import type { Feed } from '#collect/feed.ts'
import { collectFeed, type CollectResult } from '#collect/runner.ts'
import { createMemoryLedger, type MemoryLedger } from '#collect/testing/memory-ledger.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { startEmulator, type Emulator } from '#connect/testing/start-emulator.ts'
import { isoTime } from '#domain/clock.ts'
import { NO_COUNTS } from '#domain/outcome.ts'
import type { ConnectionSettings } from '#domain/tenant.ts'

import { ACTIVITY_FEED } from './activity.ts'
import { DEFENDER_FOR_CLOUD_FEED } from './defender-for-cloud.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const UNKNOWN = '00000000-0000-4000-8000-000000000000'
const Subscriptions = z.object({ value: z.array(z.object({ subscriptionId: z.string() })) })
const Application = z.object({ clientId: z.string(), secret: z.string() })

let emulator: Emulator
let microsoft: Microsoft
let subscriptionIds: string[]
let now = Date.parse('2026-11-20T12:00:00Z')
const clock = { now: () => now }
const signal = new AbortController().signal

beforeAll(async () => {
  emulator = await startEmulator(['--freeze-clock', '--no-live', '--throttle', 'off', '--epoch', isoTime(now)])
  microsoft = emulator.client({ clock })
  const what = 'Could not list the subscriptions.'
  const { value } = await microsoft.json(
    { api: 'azure', path: '/subscriptions?api-version=2022-12-01', what },
    Subscriptions,
  )
  subscriptionIds = value.map(({ subscriptionId }) => subscriptionId)
})
afterAll(() => emulator.stop())

interface Store {
  ledger: MemoryLedger
  texts: string[]
}

function pass(feed: Feed, store: Store, settings: ConnectionSettings = { subscriptionIds }): Promise<CollectResult> {
  return collectFeed({
    feed,
    key: { tenantId: microsoft.tenantId, connectionId: 'connection-1', feed: feed.id },
    microsoft,
    ledger: store.ledger,
    ingest: async ({ records }) => {
      store.texts.push(...records)
      return { ...NO_COUNTS, read: records.length, kept: records.length }
    },
    clock,
    signal,
    lookbackMs: 3 * DAY,
    settings,
  })
}
const emptyStore = (): Store => ({ ledger: createMemoryLedger(), texts: [] })

function check(feed: Feed, settings: ConnectionSettings, as = microsoft) {
  const options = feed.options?.parse({})
  return feed.source.check!({ microsoft: as, clock, signal, options, settings })
}

test.each([ACTIVITY_FEED, DEFENDER_FOR_CLOUD_FEED])(
  '$id says before it is saved what is wrong with each subscription',
  async (feed) => {
    expect(await check(feed, { subscriptionIds })).toEqual([])
    expect(await check(feed, {})).toMatchObject([{ code: 'CONNECT_SUBSCRIPTION_MISSING' }])
    const wrong = await check(feed, { subscriptionIds: [...subscriptionIds, UNKNOWN, 'mine'] })
    expect(wrong).toMatchObject([
      { code: 'CONNECT_NOT_FOUND', microsoft: { code: 'SubscriptionNotFound' } },
      { code: 'CONNECT_REQUEST_REFUSED', microsoft: { code: 'InvalidSubscriptionId' } },
    ])
    expect(wrong[0]!.why).toContain(`The subscription '${UNKNOWN}' could not be found.`)
    const application = Application.parse(await emulator.request('/applications', { name: 'No role', roles: [] }))
    const refused = await check(feed, { subscriptionIds }, emulator.client({ application, clock }))
    const { name } = feed.requirements![0]!
    expect(refused.map(({ code, microsoft: said }) => [code, said?.code])).toEqual(
      subscriptionIds.map(() => ['CONNECT_PERMISSION_MISSING', 'AuthorizationFailed']),
    )
    for (const fault of refused)
      expect([fault.why, fault.fix]).toEqual([expect.stringContaining(name), expect.stringContaining(name)])
  },
)

test('without a subscription nothing passes for complete', async () => {
  const store = emptyStore()
  expect((await pass(ACTIVITY_FEED, store, {})).failures).toMatchObject([{ code: 'CONNECT_SUBSCRIPTION_MISSING' }])
  expect(store.ledger.rows().map(({ state }) => state)).toEqual(['gap'])
})

test('a subscription that cannot be read does not hold up what is new in the others, and is a gap until it can', async () => {
  const store = emptyStore()
  const { failures, stored } = await pass(ACTIVITY_FEED, store, { subscriptionIds: [UNKNOWN, ...subscriptionIds] })
  expect(failures[0]).toMatchObject({ microsoft: { code: 'SubscriptionNotFound' } })
  expect(stored).toBeGreaterThan(0)
  expect(store.ledger.rows().filter(({ state }) => state !== 'gap')).toEqual([])
  expect((await pass(ACTIVITY_FEED, store)).failures).toEqual([])
  expect(store.ledger.rows().filter(({ state }) => state === 'gap')).toEqual([])
})

test('a subscription that cannot be read does not hold up the back-fill of the others either', async () => {
  const whole = emptyStore()
  await pass(ACTIVITY_FEED, whole)
  const store = emptyStore()
  const { failures } = await pass(ACTIVITY_FEED, store, { subscriptionIds: [UNKNOWN, ...subscriptionIds] })
  expect(new Set(store.texts)).toEqual(new Set(whole.texts))
  expect(store.ledger.rows().length).toBe(whole.ledger.rows().length)
  for (const { state, reason } of store.ledger.rows()) {
    expect([state, reason]).toEqual(['gap', expect.stringContaining(UNKNOWN)])
  }
  expect(failures.length).toBeGreaterThan(1)
  // All of them refused is another matter: nothing else would fare better.
  const none = emptyStore()
  expect((await pass(ACTIVITY_FEED, none, { subscriptionIds: [UNKNOWN] })).isStopped).toBe(true)
  expect(none.texts).toEqual([])
})
