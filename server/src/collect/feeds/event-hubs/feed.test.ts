import { createHash } from 'node:crypto'

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'

import type { FeedBatch, FeedContext, Span } from '#collect/feed.ts'
import { collectFeed, type CollectResult } from '#collect/runner.ts'
import { createMemoryLedger, type MemoryLedger } from '#collect/testing/memory-ledger.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { startEmulator, type EmulatedNamespace, type Emulator } from '#connect/testing/start-emulator.ts'
import { isoTime } from '#domain/clock.ts'
import type { AppError } from '#domain/errors.ts'
import { NO_COUNTS } from '#domain/outcome.ts'

import { EVENT_HUBS_FEEDS } from './feed.ts'

const [FEED] = EVENT_HUBS_FEEDS as [(typeof EVENT_HUBS_FEEDS)[number]]
const HUB = 'insights-logs-signinlogs'
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const NONE = { lost: 0, invented: 0, gaps: [] as (string | undefined)[] }
const Truth = z.object({ records: z.array(z.string()) })
const Struck = z.object({ rules: z.array(z.object({ struck: z.number() })) })
const Application = z.object({ clientId: z.string(), secret: z.string() })

let emulator: Emulator
let place: EmulatedNamespace
let now = Date.parse('2026-11-19T13:17:31Z')
let skewMs: number
let ledger: MemoryLedger
let records: Map<string, string[]>
let ingesting: () => unknown
let client: Microsoft & { close(): Promise<void> }
const clock = { now: () => now + skewMs }

beforeAll(async () => {
  emulator = await startEmulator(['--freeze-clock', '--throttle', 'off', '--epoch', isoTime(now)])
  place = emulator.eventHubs[0]!
})
afterAll(() => emulator.stop())
beforeEach(() => {
  skewMs = 0
  ledger = createMemoryLedger()
  records = new Map()
  ingesting = () => undefined
  client = emulator.client({ clock })
})

interface PassOptions {
  lookbackMs?: number
  signal?: AbortSignal
  as?: Microsoft
  options?: object
  secret?: string
}

function pass({
  lookbackMs = 2 * HOUR,
  signal,
  as = client,
  options = {},
  secret,
}: PassOptions = {}): Promise<CollectResult> {
  return collectFeed({
    feed: { ...FEED, lookbackMs: () => lookbackMs },
    key: { tenantId: as.tenantId, connectionId: 'connection-1', feed: FEED.id },
    microsoft: as,
    ledger,
    async ingest({ token, records: texts }) {
      const before = records.get(token)
      if (before) expect(texts).toEqual(before)
      records.set(token, texts)
      ingesting()
      return { ...NO_COUNTS, read: texts.length, kept: texts.length }
    },
    clock,
    signal: signal ?? new AbortController().signal,
    lookbackMs,
    settings: { feedOptions: { [FEED.id]: { namespace: place.namespace, hub: HUB, ...options } } },
    ...(secret !== undefined && { secret }),
  })
}

function check(options: object = {}, more: { as?: Microsoft; secret?: string } = {}): Promise<AppError[]> {
  return FEED.source.check!({
    microsoft: more.as ?? client,
    clock,
    signal: new AbortController().signal,
    options: FEED.options!.parse({ namespace: place.namespace, hub: HUB, ...options }),
    settings: {},
    ...(more.secret !== undefined && { secret: more.secret }),
  })
}

function contextOf(): FeedContext {
  const options = FEED.options!.parse({ namespace: place.namespace, hub: HUB })
  return { microsoft: client, clock, signal: new AbortController().signal, options, settings: {} }
}

/** What a span lists, and what was wrong at its end. */
async function listOf(span: Span): Promise<{ batches: FeedBatch[]; fault?: unknown }> {
  const batches: FeedBatch[] = []
  try {
    for await (const page of FEED.source.list(contextOf(), span)) batches.push(...page)
    return { batches }
  } catch (fault) {
    return { batches, fault }
  }
}

async function advance(ms: number): Promise<void> {
  await emulator.request('/clock', { advanceMs: ms })
  now += ms
}

const hashes = (): Set<string> =>
  new Set([...records.values()].flat().map((text) => createHash('sha256').update(text).digest('hex')))
const gaps = () => ledger.rows().flatMap(({ state, reason }) => (state === 'gap' ? [reason] : []))

/** What the store lacks and has too much, by the emulator's own account of all that passes have visited. */
async function flaws(): Promise<typeof NONE> {
  const span = `from=${ledger.rows()[0]!.from}&to=${isoTime(now + 1)}`
  const truth = new Set(Truth.parse(await emulator.request(`/ground-truth/event-hubs?hub=${HUB}&${span}`)).records)
  const stored = hashes()
  expect(truth.size).toBeGreaterThan(50)
  const missing = (of: Set<string>, from: Set<string>) => [...of].filter((each) => !from.has(each)).length
  return { lost: missing(truth, stored), invented: missing(stored, truth), gaps: gaps() }
}

async function withoutRole(): Promise<Microsoft> {
  const application = Application.parse(await emulator.request('/applications', { name: 'No role', roles: [] }))
  return emulator.client({ application, clock })
}

describe('collecting', () => {
  beforeEach(() => {
    // More than the feed leaves for the next pass: everything is visited.
    skewMs = 2000
  })

  test('the first pass collects everything that there is, word for word', async () => {
    expect((await pass()).failures).toEqual([])
    expect(await flaws()).toEqual(NONE)
    expect(ledger.rows().every(({ listed, stored }) => listed === stored)).toBe(true)
  })

  test('stopped halfway, it continues without loss and under the same identities', async () => {
    const stop = new AbortController()
    ingesting = () => records.size === 3 && stop.abort(new Error('stopped'))
    await expect(pass({ signal: stop.signal })).rejects.toThrow('stopped')
    ingesting = () => undefined
    await pass({ as: emulator.client({ clock }) })
    expect(await flaws()).toEqual(NONE)
  })

  test('what is stored is not read again, nor after a restart', async () => {
    const { stored } = await pass()
    expect(stored).toBe(records.size)
    expect(await pass()).toMatchObject({ stored: 0, failures: [] })
    expect(await pass({ as: emulator.client({ clock }) })).toMatchObject({ stored: 0, failures: [] })
    await advance(HOUR)
    const later = await pass()
    expect(later.failures).toEqual([])
    expect(later.stored).toBe(records.size - stored)
    expect(await flaws()).toEqual(NONE)
  })

  test.each([
    ['ahead', 10 * MINUTE],
    ['behind', -10 * MINUTE],
  ])("a clock that is ten minutes %s of Microsoft's loses nothing", async (_, ms) => {
    skewMs = ms
    await pass({ lookbackMs: HOUR })
    for (let minutes = 0; minutes < 20; minutes += 5) {
      await advance(5 * MINUTE)
      expect((await pass()).failures).toEqual([])
    }
    skewMs = 2000
    await pass()
    expect(await flaws()).toEqual(NONE)
  })

  test('by WebSocket, and with a connection string, comes the same', async () => {
    const lookbackMs = 20 * MINUTE
    await pass({ lookbackMs })
    const expected = hashes()
    const ways = [{ options: { webSocket: true } }, { as: await withoutRole(), secret: place.connectionString }]
    for (const way of ways) {
      ledger = createMemoryLedger()
      records = new Map()
      expect((await pass({ ...way, lookbackMs })).failures).toEqual([])
      expect(hashes()).toEqual(expected)
    }
  })

  const lookbackMs = 20 * MINUTE
  /** Strikes once, as an event is on its way. */
  const strike = (amqp: object) =>
    emulator.request('/faults', { match: { service: 'event-hubs', path: '\\?sequence=', times: 1 }, do: { amqp } })
  const struck = async () => Struck.parse(await emulator.request('/faults')).rules.map((rule) => rule.struck)
  const unstrike = () => emulator.request('/faults', undefined, 'DELETE')

  test.each([
    ['a link that is detached', { condition: 'amqp:link:detach-forced' }],
    ['a connection that is closed', { condition: 'amqp:connection:forced', closes: 'connection' }],
  ])('%s by force is opened again, and reading goes on where it was', async (_, amqp) => {
    await pass({ lookbackMs })
    const expected = hashes()
    ledger = createMemoryLedger()
    records = new Map()
    await strike(amqp)
    expect((await pass({ lookbackMs, as: emulator.client({ clock }) })).failures).toEqual([])
    expect(await struck()).toEqual([1])
    await unstrike()
    expect(hashes()).toEqual(expected)
  })

  test('another program that takes the partition with precedence is told, and nothing is lost of it', async () => {
    await pass({ lookbackMs })
    const expected = hashes()
    ledger = createMemoryLedger()
    records = new Map()
    await strike({ condition: 'amqp:link:stolen' })
    const { failures } = await pass({ lookbackMs, as: emulator.client({ clock }) })
    expect(failures).toMatchObject([
      { code: 'CONNECT_REQUEST_REFUSED', fix: expect.stringContaining('consumer group') },
    ])
    expect(gaps()).toEqual(gaps().map(() => expect.stringMatching(/^Not yet: /)))
    expect(gaps().length).toBeGreaterThan(0)
    await unstrike()
    await pass({ lookbackMs })
    expect(gaps()).toEqual([])
    expect(hashes()).toEqual(expected)
  })

  test('what the hub has forgotten is told as gone, and no other', async () => {
    const hour = (ago: number) => ({ from: now - ago * HOUR, to: now - ago * HOUR + 10 * MINUTE })
    const before = await listOf(hour(1))
    expect(before.fault).toBeUndefined()
    await advance(26 * HOUR)
    const gone = { name: 'ContentGone', code: expect.stringMatching(/^begin_sequence_number \d+$/) }
    // As after a restart, when nothing is remembered.
    client = emulator.client({ clock })
    expect((await listOf(hour(27))).fault).toMatchObject(gone)
    expect(await listOf(hour(25))).toMatchObject({ batches: [], fault: gone })
    const kept = await listOf(hour(23))
    expect(kept.fault).toBeUndefined()
    expect(kept.batches.length).toBeGreaterThan(0)
  })
})

describe('what is told before it is saved', () => {
  test('nothing where all is well', async () => {
    expect(await check()).toEqual([])
    expect(await check({ webSocket: true, consumerGroup: 'cordon' })).toEqual([])
    expect(await check({}, { as: await withoutRole(), secret: place.connectionString })).toEqual([])
  })

  test('an application without the role, with the role', async () => {
    const faults = await check({}, { as: await withoutRole() })
    expect(faults).toMatchObject([{ code: 'CONNECT_PERMISSION_MISSING', microsoft: { code: 'UnauthorizedError' } }])
    expect(faults[0]!.fix).toContain('Azure Event Hubs Data Receiver')
  })

  test.each([
    ['hub', { hub: 'nothing' }],
    ['consumer group', { consumerGroup: 'nobody' }],
  ])('a %s that does not exist', async (_, options) => {
    expect(await check(options)).toMatchObject([{ code: 'CONNECT_NOT_FOUND' }])
  })

  test("a namespace that is not the cloud's, which gets no token", async () => {
    expect(await check({ namespace: 'attacker.example' })).toMatchObject([{ code: 'CONNECT_ADDRESS_REFUSED' }])
    expect(await check({ namespace: 'x.servicebus.windows.net.attacker.example' })).toMatchObject([
      { code: 'CONNECT_ADDRESS_REFUSED' },
    ])
  })

  test.each([
    ['is for another namespace', (text: string) => text.replace(/harborfinch|[a-z]+-logs/, 'elsewhere')],
    ['is for another hub', (text: string) => `${text};EntityPath=other`],
    ['is none', () => 'Hush-hush=1'],
    ['has a wrong key', (text: string) => text.replace(/SharedAccessKey=....../, 'SharedAccessKey=AAAAAA')],
  ])('a connection string that %s, without the string', async (_, change) => {
    const secret = change(place.connectionString)
    const faults = await check({}, { secret })
    expect(faults).toHaveLength(1)
    expect(faults[0]!.code).toMatch(/^CONNECT_(ADDRESS_REFUSED|PERMISSION_MISSING)$/)
    const key = secret.split('SharedAccessKey=')[1] ?? 'Hush-hush'
    expect(JSON.stringify([faults[0]!.message, faults[0]!.fix, faults[0]!.microsoft])).not.toContain(key)
  })
})
