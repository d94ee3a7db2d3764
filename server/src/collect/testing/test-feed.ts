import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'

import type { Feed } from '#collect/feed.ts'
import { collectFeed, type CollectResult } from '#collect/runner.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { startEmulator, type Emulator } from '#connect/testing/start-emulator.ts'
import { isoTime } from '#domain/clock.ts'
import { NO_COUNTS } from '#domain/outcome.ts'

import { createMemoryLedger, type MemoryLedger } from './memory-ledger.ts'

/** What the contract suite must know of a feed to strike it and to check it. */
export interface FeedFacts {
  /** Paths with query of its listing and of reading one batch, as regular expressions. */
  listing: string
  reading: string
  /** Names the permission without which Microsoft refuses it. */
  permission: string
  /** How this service says "slow down" and "try later", and refuses a token. */
  throttled: { status: number; body: object }
  busy: { status: number; body: object }
  unauthorized: { status: number; body: object }
  /** What a record is known by. */
  identity(record: string): string
  /** Identities of every record that the emulator's service has made available by now. */
  truth(emulator: Emulator): Promise<string[]>
}

const HOUR = 3_600_000
const DAY = 24 * HOUR
const NONE: { lost: string[]; invented: string[]; gaps: (string | undefined)[] } = {
  lost: [],
  invented: [],
  gaps: [],
}
const Application = z.object({ clientId: z.string(), secret: z.string() })

/**
 * The contract of a feed, against the emulator over HTTPS: whatever the service does, in the end every record is stored,
 * under one identity, and what is missing meanwhile is a gap with its reason.
 */
export function testFeed(feed: Feed, facts: FeedFacts): void {
  describe(`feed ${feed.id}`, () => {
    let emulator: Emulator
    let microsoft: Microsoft
    let ledger: MemoryLedger
    let records: Map<string, string[]>
    /** What a pass without trouble stores. */
    let expected: Set<string>
    let waits: number[]
    let ingesting: () => unknown

    let now: number
    const clock = { now: () => now }
    const strike = (path: string, fault: object, match: object = { times: 1 }): Promise<unknown> =>
      emulator.request('/faults', { match: { path, ...match }, do: fault })

    beforeAll(async () => {
      // Nothing but what the world was born with, part of which still lies ahead: so that no test depends on its duration.
      emulator = await startEmulator(['--no-live', '--throttle', 'off', '--epoch', isoTime(Date.now() + 6 * HOUR)])
      // Behind the emulator's clock, so that every pass finds the same.
      now = Date.now() - 10_000
      begin()
      await pass()
      expected = identities()
    })
    afterAll(() => emulator.stop())
    beforeEach(begin)
    afterEach(() => emulator.request('/faults', undefined, 'DELETE'))

    function begin(): void {
      ledger = createMemoryLedger()
      records = new Map()
      waits = []
      ingesting = () => undefined
      microsoft = emulator.client({ clock, wait: async (ms) => void waits.push(ms) })
    }

    function pass(options: { lookbackMs?: number; signal?: AbortSignal; as?: Microsoft } = {}): Promise<CollectResult> {
      return collectFeed({
        feed,
        key: { tenantId: microsoft.tenantId, connectionId: 'connection-1', feed: feed.id },
        microsoft: options.as ?? microsoft,
        ledger,
        async ingest({ token, records: texts }) {
          const before = records.get(token)
          if (before) expect(texts).toEqual(before)
          records.set(token, texts)
          ingesting()
          return { ...NO_COUNTS, read: texts.length, kept: texts.length }
        },
        clock,
        signal: options.signal ?? new AbortController().signal,
        lookbackMs: options.lookbackMs ?? 4 * HOUR,
      })
    }

    const texts = (): string[] => [...records.values()].flat()
    const identities = (): Set<string> => new Set(texts().map((text) => facts.identity(text)))
    const gaps = (): (string | undefined)[] =>
      ledger
        .rows()
        .filter(({ state }) => state === 'gap')
        .map(({ reason }) => reason)

    /** After another pass: what should be stored and is not, what is and should not be, what is told as a gap. */
    async function flawsAfterPass(): Promise<typeof NONE> {
      await pass()
      const stored = identities()
      return {
        lost: [...expected].filter((id) => !stored.has(id)),
        invented: [...stored].filter((id) => !expected.has(id)),
        gaps: gaps(),
      }
    }

    test('the first pass collects everything that there is, word for word', async () => {
      const before = await facts.truth(emulator)
      now += 20_000
      await pass({ lookbackMs: DAY })
      now -= 20_000
      const stored = identities()
      expect(before.filter((id) => !stored.has(id))).toEqual([])
      const after = new Set(await facts.truth(emulator))
      expect([...stored].filter((id) => !after.has(id))).toEqual([])
      expect(texts().length).toBeGreaterThan(100)
      expect(ledger.rows().every(({ listed, stored: count }) => listed === count)).toBe(true)
      expect(ledger.batches().reduce((sum, { counts }) => sum + counts.read, 0)).toBe(texts().length)
    })

    test('stopped halfway, it continues without loss and under the same identities', async () => {
      const stop = new AbortController()
      ingesting = () => records.size === 3 && stop.abort(new Error('stopped'))
      await expect(pass({ signal: stop.signal })).rejects.toThrow('stopped')
      expect(ledger.batches().length).toBeGreaterThan(1)
      expect(await flawsAfterPass()).toEqual(NONE)
    })

    test.each(['listing', 'reading'] as const)('throttling while %s is waited out', async (step) => {
      await strike(facts[step], { ...facts.throttled, headers: { 'retry-after': '7' } }, { nth: 1 })
      await strike(facts[step], facts.throttled, { nth: 2 })
      expect(await flawsAfterPass()).toEqual(NONE)
      expect(waits).toContain(7000)
      expect(waits.length).toBeGreaterThanOrEqual(2)
    })

    test.each(['listing', 'reading'] as const)('a token that runs out while %s is replaced', async (step) => {
      await strike(facts[step], facts.unauthorized, { nth: 2 })
      expect(await flawsAfterPass()).toEqual(NONE)
    })

    test.each([
      ['cut short', { truncate: true }],
      ['lost', { reset: true }],
    ])('a reply that was %s is asked for again', async (_, fault) => {
      await strike(facts.listing, fault, { nth: 2 })
      await strike(facts.reading, fault, { nth: 2 })
      expect(await flawsAfterPass()).toEqual(NONE)
    })

    test('a service that is busy for a while is waited for', async () => {
      await strike(facts.reading, facts.busy, { times: 2 })
      expect(await flawsAfterPass()).toEqual(NONE)
    })

    test('HTML in place of a batch holds up nothing else, is a gap with its reason, and is read again', async () => {
      const html = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Blocked by a filter</html>' }
      await strike(facts.reading, html)
      const { failures, stored } = await pass()
      expect(failures).toMatchObject([{ code: 'CONNECT_REPLY_UNREADABLE' }])
      expect(stored).toBeGreaterThan(1)
      expect(gaps()).toEqual([expect.stringMatching(/^Not yet: /)])
      expect(await flawsAfterPass()).toEqual(NONE)
    })

    test('HTML in place of a listing is a gap, and the next pass collects it', async () => {
      await strike(facts.listing, { status: 200, body: '<html>Sign in to the hotel</html>' }, { nth: 1 })
      expect(await pass()).toMatchObject({ failures: [{ code: 'CONNECT_REPLY_UNREADABLE' }], stored: 0 })
      expect(new Set(gaps())).toEqual(new Set([expect.stringMatching(/^Not yet: /)]))
      expect(await flawsAfterPass()).toEqual(NONE)
    })

    test('without the permission the error names it, and granting it is all there is to do', async () => {
      const application = Application.parse(await emulator.request('/applications', { name: 'No roles', roles: [] }))
      const { failures } = await pass({ as: emulator.client({ application, clock }) })
      expect(failures).toMatchObject([{ code: 'CONNECT_PERMISSION_MISSING' }])
      expect(failures[0]?.fix).toContain(facts.permission)
      expect(gaps()).toEqual([expect.stringContaining(facts.permission)])
      expect(await flawsAfterPass()).toEqual(NONE)
    })

    // These two move the emulator's clock, which goes forward only.

    test('a later pass stores what is new and asks for nothing twice', async () => {
      await pass()
      const known = new Set(records.keys())
      await emulator.request('/clock', { advanceMs: 3 * HOUR })
      now += 3 * HOUR
      const { stored, windows } = await pass()
      expect(stored).toBe(records.size - known.size)
      expect(stored).toBeGreaterThan(0)
      expect(windows).toBeGreaterThanOrEqual(4)
      expect(await pass()).toMatchObject({ stored: 0, failures: [] })
    })

    test('after an outage longer than the service keeps, the gap is told and collecting goes on', async () => {
      await pass()
      await emulator.request('/clock', { advanceMs: feed.windowing.retentionMs + DAY })
      now += feed.windowing.retentionMs + DAY
      expect((await pass()).failures).toEqual([])
      expect(gaps().length).toBeGreaterThan(0)
      for (const reason of gaps()) expect(reason).toMatch(/^Lost: some of it was not collected while Microsoft kept it/)
      const rows = ledger.rows()
      const newest = isoTime(clock.now() - HOUR)
      expect(rows.filter(({ from, state }) => from > newest && state === 'gap')).toEqual([])
    })
  })
}
