import { setTimeout as pause } from 'node:timers/promises'

import type { Feed } from '#collect/feed.ts'
import { collectFeed, type CollectResult } from '#collect/runner.ts'
import { type Clock, isoTime } from '#domain/clock.ts'
import type { FeedKey } from '#domain/coverage.ts'
import { type AppError, toAppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Microsofts } from './microsofts.ts'
import type { Intake } from './intake.ts'
import { createTurns } from './turns.ts'

/** Feeds read at one time, over all tenants: each holds some batches in memory. */
const AT_ONCE = 5
const LONGEST_BACK_OFF_MS = 15 * 60_000
/** Later than this behind the newest that could be stored, a feed counts as behind. */
const BEHIND_MS = 15 * 60_000
const DAY_MS = 24 * 3_600_000

/** How a feed stands, for the overview. */
export interface FeedState {
  connectionId: string
  feed: string
  state: 'current' | 'behind' | 'gap' | 'never'
  /** Everything that became available before this is stored. */
  until?: string
  /** Why there is a gap, with Microsoft's code. */
  reason?: string
}

/** Reads the feeds of all connections, each again and again: one loop a feed, so no feed is ever read twice at once. */
export interface Collectors {
  /** Begins with connections that are new, and ends with those that are gone. */
  refresh(): Promise<void>
  states(tenantId: TenantId): Promise<FeedState[]>
  /** Ends after the batches under way are stored. */
  close(): Promise<void>
}

export interface CollectorParts {
  feeds: readonly Feed[]
  records: Pick<RecordStore, 'connections' | 'coverage' | 'tenants'>
  microsofts: Microsofts
  intake: Intake
  clock: Clock
  pollMs: number
  log: (error: AppError) => void
}

export function createCollectors(parts: CollectorParts): Collectors {
  const { feeds, records, microsofts, intake, clock, pollMs, log } = parts
  const loops = new Map<string, { stop: AbortController; ended: Promise<void> }>()
  const turns = createTurns(AT_ONCE)
  let closed = false

  async function pass(feed: Feed, key: FeedKey, signal: AbortSignal): Promise<CollectResult> {
    return collectFeed({
      feed,
      key,
      clock,
      signal,
      ledger: records.coverage,
      microsoft: await microsofts.open(key.tenantId, key.connectionId),
      lookbackMs: feed.windowing.retentionMs,
      ingest: ({ tenantId, dataset, feed: origin, records: texts }) =>
        intake.take({ tenantId, dataset, origin }, texts),
    })
  }

  /** Reads a feed until it is stopped: every `pollMs`, less often while that fails. */
  async function loop(feed: Feed, key: FeedKey, signal: AbortSignal): Promise<void> {
    let failures = 0
    let said: string | undefined
    while (!signal.aborted) {
      const fault = await turns
        .take(() => pass(feed, key, signal), signal)
        .then(
          (result) => result.failures[0],
          (error: unknown) => toAppError(error, `Could not collect ${feed.title}.`),
        )
      if (signal.aborted) return
      failures = fault ? failures + 1 : 0
      // Once for as long as it stays the same, or a wrong secret would fill the log.
      if (fault && fault.message !== said) log(fault)
      said = fault?.message
      await pause(waitAfter(fault, failures, pollMs), undefined, { signal }).catch(() => {})
    }
  }

  async function wanted(): Promise<Map<string, { feed: Feed; key: FeedKey }>> {
    const found = new Map<string, { feed: Feed; key: FeedKey }>()
    for (const { id: tenantId } of await records.tenants.list()) {
      for (const connection of await records.connections.list(tenantId)) {
        for (const feed of feeds.filter(({ id }) => connection.feeds.includes(id))) {
          const key = { tenantId, connectionId: connection.id, feed: feed.id }
          found.set(`${connection.id} ${feed.id}`, { feed, key })
        }
      }
    }
    return found
  }

  async function stop(names: Iterable<string>): Promise<void> {
    const stopped = [...names].map((name) => {
      const running = loops.get(name)
      loops.delete(name)
      running?.stop.abort(new Error('Collecting was stopped.'))
      return running?.ended
    })
    await Promise.all(stopped)
  }

  return {
    async refresh() {
      const all = await wanted()
      await stop([...loops.keys()].filter((name) => !all.has(name)))
      for (const [name, { feed, key }] of all) {
        if (closed || loops.has(name)) continue
        const controller = new AbortController()
        loops.set(name, { stop: controller, ended: loop(feed, key, controller.signal) })
      }
    },

    async states(tenantId) {
      const now = clock.now()
      const connections = await records.connections.list(tenantId)
      const windows = await records.coverage.windows(tenantId, { from: isoTime(now - DAY_MS), to: isoTime(now) })
      const keys = connections.flatMap(({ id, feeds: chosen }) => chosen.map((feed) => ({ connectionId: id, feed })))
      return Promise.all(
        keys.map(async (key): Promise<FeedState> => {
          const checkpoint = await records.coverage.readCheckpoint({ tenantId, ...key })
          const gap = windows.findLast(
            ({ connectionId, feed, state }) =>
              state === 'gap' && connectionId === key.connectionId && feed === key.feed,
          )
          const reason = gap?.reason === undefined ? {} : { reason: gap.reason }
          if (!checkpoint) return { ...key, state: 'never', ...reason }
          const { until } = checkpoint
          if (gap) return { ...key, state: 'gap', until, ...reason }
          return { ...key, state: Date.parse(until) < now - BEHIND_MS - pollMs ? 'behind' : 'current', until }
        }),
      )
    },

    async close() {
      closed = true
      await stop(loops.keys())
    },
  }
}

function waitAfter(fault: AppError | undefined, failures: number, pollMs: number): number {
  if (!fault) return pollMs
  const backOffMs = Math.min(pollMs * 2 ** failures, Math.max(pollMs, LONGEST_BACK_OFF_MS))
  return typeof fault.retry === 'object' ? Math.max(backOffMs, fault.retry.afterMs) : backOffMs
}
