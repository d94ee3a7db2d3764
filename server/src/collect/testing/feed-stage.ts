import { expect } from 'vitest'
import { z } from 'zod'

import type { Feed, Span } from '#collect/feed.ts'
import { feedSettings } from '#collect/feed-settings.ts'
import { collectFeed, type CollectResult } from '#collect/runner.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { startEmulator, type Emulator } from '#connect/testing/start-emulator.ts'
import { isoTime } from '#domain/clock.ts'
import type { AppError } from '#domain/errors.ts'
import { NO_COUNTS } from '#domain/outcome.ts'

import type { FeedFacts } from './feed-facts.ts'
import { createMemoryLedger, type MemoryLedger } from './memory-ledger.ts'

/** Where the contract suite plays a feed: an emulated cloud, a store and a ledger in memory, and one clock for both sides. */
export interface FeedStage {
  emulator: Emulator
  /** The server's clock and the cloud's: both stand still until {@link FeedStage.advance}. */
  now: number
  /** How many ms the server's clock is ahead of the cloud's. */
  skewMs: number
  /** Since the stage was last cleared. */
  ledger: MemoryLedger
  records: Map<string, string[]>
  waits: number[]
  /** Called when a batch was stored. */
  ingesting: () => unknown
  /** An empty store and ledger, no faults, clocks alike. */
  clear(): Promise<void>
  pass(options?: PassOptions): Promise<CollectResult>
  /** What the feed finds wrong before it is saved. */
  check(): Promise<AppError[]>
  /** Makes something new happen in the emulated company, where the feed needs that. */
  happen(): Promise<void>
  /** Both clocks go on. */
  advance(ms: number): Promise<void>
  /** Arms a fault: once unless `match` says otherwise. */
  strike(path: string, fault: object, match?: object): Promise<unknown>
  /** How many faults were armed and have struck nothing. */
  unstruck(): Promise<number>
  /** How many requests to `path` the work makes. */
  requestsOf(path: string, work: () => Promise<unknown>): Promise<number>
  identities(): Set<string>
  /** What the store lacks and has too much, by the emulator's own account of all that passes have visited. */
  flaws(): Promise<{ lost: string[]; invented: string[]; gaps: (string | undefined)[] }>
  gaps(): (string | undefined)[]
  stop(): Promise<void>
}

export interface PassOptions {
  lookbackMs?: number
  signal?: AbortSignal
  as?: Microsoft
  sliceMs?: number
}

const HOUR = 3_600_000
/** The day of the emulated company, in the middle of everything. */
const BEGUN = Date.parse('2026-11-19T13:17:31Z')
const Application = z.object({ clientId: z.string(), secret: z.string() })
const Rules = z.object({
  rules: z.array(z.object({ struck: z.number(), do: z.object({ pageSize: z.number().optional() }) })),
})

export async function openFeedStage(feed: Feed, facts: FeedFacts): Promise<FeedStage> {
  const emulator = await startEmulator(['--freeze-clock', '--throttle', 'off', '--epoch', isoTime(BEGUN)])
  const application = Application.parse(
    await emulator.request('/applications', {
      name: 'Collector',
      roles: feed.permissions.map(({ permission }) => permission),
      directoryRoles: facts.directoryRoles ?? [],
      azureRoles: (feed.requirements ?? []).flatMap(({ kind, name }) => (kind === 'azure-role' ? [name] : [])),
    }),
  )
  await facts.prepare?.(emulator)
  const struck = async (): Promise<number[]> =>
    Rules.parse(await emulator.request('/faults')).rules.flatMap((rule) => (rule.do.pageSize ? [] : [rule.struck]))
  const clock = { now: () => stage.now + stage.skewMs }
  let microsoft: Microsoft
  let earlier = new Set<string>()

  const stage: FeedStage = {
    emulator,
    now: BEGUN,
    skewMs: 0,
    ledger: createMemoryLedger(),
    records: new Map(),
    waits: [],
    ingesting: () => undefined,
    async clear() {
      stage.ledger = createMemoryLedger()
      stage.records = new Map()
      earlier = new Set()
      stage.skewMs = 0
      stage.ingesting = () => undefined
      const waits: number[] = []
      stage.waits = waits
      microsoft = emulator.client({ application, clock, wait: async (ms) => void waits.push(ms) })
      await emulator.request('/faults', undefined, 'DELETE')
    },
    async pass({ lookbackMs = facts.lookbackMs ?? 4 * HOUR, signal, as = microsoft, sliceMs } = {}) {
      // The last rule, so that it strikes what no other does.
      if (facts.pageSize) await stage.strike(facts.listing, { pageSize: facts.pageSize }, {})
      return collectFeed({
        feed,
        key: { tenantId: as.tenantId, connectionId: 'connection-1', feed: feed.id },
        microsoft: as,
        ledger: stage.ledger,
        async ingest({ token, records }) {
          const before = stage.records.get(token)
          if (before) expect(records).toEqual(before)
          stage.records.set(token, records)
          stage.ingesting()
          return { ...NO_COUNTS, read: records.length, kept: records.length }
        },
        clock,
        signal: signal ?? new AbortController().signal,
        lookbackMs,
        ...(sliceMs !== undefined && { sliceMs }),
        ...(facts.settings && { settings: facts.settings }),
        ...(facts.secret !== undefined && { secret: facts.secret }),
      })
    },
    async check() {
      const { signal } = new AbortController()
      const told = feedSettings({ feed, ...(facts.settings && { settings: facts.settings }) })
      return (await feed.source.check?.({ microsoft, clock, signal, ...told })) ?? []
    },
    async happen() {
      // What changes now was as it is until now, and may have been stored so.
      for (const id of await facts.truth(emulator, visited(stage))) earlier.add(id)
      await facts.happen?.(emulator)
    },
    async advance(ms) {
      await emulator.request('/clock', { advanceMs: ms })
      stage.now += ms
    },
    strike: (path, fault, match = { times: 1 }) =>
      emulator.request('/faults', { match: { path, ...match }, do: fault }),
    unstruck: async () => (await struck()).filter((times) => times === 0).length,
    async requestsOf(path, work) {
      await emulator.request('/faults', { match: { path }, do: { delayMs: 0 } })
      await work()
      const [times = 0] = await struck()
      await emulator.request('/faults', undefined, 'DELETE')
      return times
    },
    identities: () => new Set([...stage.records.values()].flat().map((text) => facts.identity(text))),
    async flaws() {
      const truth = new Set(await facts.truth(emulator, visited(stage)))
      const past = (await facts.superseded?.(emulator, visited(stage))) ?? []
      const stored = stage.identities()
      return {
        lost: someOf(truth, stored),
        invented: someOf(stored, new Set([...truth, ...earlier, ...past])),
        gaps: stage.gaps(),
      }
    },
    gaps: () =>
      stage.ledger
        .rows()
        .filter(({ state }) => state === 'gap')
        .map(({ reason }) => reason),
    stop: () => emulator.stop(),
  }
  await stage.clear()
  return stage
}

/** From the first window on, up to and with this moment. */
function visited({ ledger, now }: FeedStage): Span {
  return { from: Date.parse(ledger.rows()[0]!.from), to: now + 1 }
}

/** What one set has and another has not: enough of it to see of what kind it is. */
export function someOf(set: ReadonlySet<string>, other: ReadonlySet<string>): string[] {
  return [...set].filter((id) => !other.has(id)).slice(0, 5)
}
