import { setTimeout as pause } from 'node:timers/promises'

import type { Feed } from '#collect/feed.ts'
import { collectFeed, type CollectResult } from '#collect/runner.ts'
import { ConnectionClosed } from '#connect/connection-closed.ts'
import { type Clock, isoTime } from '#domain/clock.ts'
import type { FeedKey } from '#domain/coverage.ts'
import { AppError, toAppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { Handover, Lease } from '#domain/lease.ts'
import type { RecordStore } from '#store/record-store.ts'

import { createHolding } from './holding.ts'
import type { Intake } from './intake.ts'
import type { Microsofts } from './microsofts.ts'
import { createTroubles } from './troubles.ts'
import { createTurns } from './turns.ts'

/** Feeds read at one time, over all tenants: each holds some batches in memory. */
const AT_ONCE = 8
/** How often connections are looked up that another process may have changed. */
const LOOK_MS = 10_000
const LONGEST_BACK_OFF_MS = 15 * 60_000
/** A back-fill makes way as often for the live edge and for the feeds that wait. */
const SLICE_MS = 10_000
/** The first back-fill leaves out what Microsoft would throw away before it is reached. */
const HEAD_START_MS = 2 * 3_600_000
/** A feed whose live edge is older than three polls and this is behind. */
const BEHIND_MS = 60_000
const DAY_MS = 24 * 3_600_000

/** How a feed stands, for the overview. */
export interface FeedState {
  connectionId: string
  feed: string
  state: 'current' | 'behind' | 'gap' | 'never'
  /** What became available up to here is stored, but for what the coverage ledger shows as open before it. */
  until?: string
  /** Why there is a gap, with Microsoft's code. */
  reason?: string
}

/**
 * Reads the feeds of all connections, each again and again: one loop a feed in every process, and a lease for whoever reads it,
 * so that no feed is ever read twice at once.
 */
export interface Collectors {
  /** Begins with connections that are new, ends with those that are gone, and tries at once what failed. */
  refresh(): Promise<void>
  states(tenantId: TenantId): Promise<FeedState[]>
  /** Ends after the batches under way are stored. */
  close(): Promise<void>
}

export interface CollectorParts {
  feeds: readonly Feed[]
  records: Pick<RecordStore, 'connections' | 'coverage' | 'leases' | 'tenants'>
  microsofts: Microsofts
  intake: Intake
  clock: Clock
  pollMs: number
  /** Whether no other process can be on these stores: leases of a dead predecessor are then free at once. */
  alone: boolean
  /** How far back the first pass begins at most. */
  lookbackMs?: number
  log: (error: AppError) => void
  /** Where a line goes that is no error. */
  note: (line: string) => void
}

interface Loop {
  stop: AbortController
  /** Ends the wait for the next pass. */
  wake: () => void
  ended: Promise<void>
}

export function createCollectors(parts: CollectorParts): Collectors {
  const { feeds, records, microsofts, intake, clock, pollMs, alone, lookbackMs = Infinity, log, note } = parts
  const loops = new Map<string, Loop>()
  const turns = createTurns(AT_ONCE)
  const holding = createHolding(records.leases)
  const troubles = createTroubles(log, note)
  let isStarted = false
  let closed = false

  async function pass(feed: Feed, lease: Lease, signal: AbortSignal): Promise<CollectResult> {
    const { tenantId, connectionId } = lease
    const connection = await records.connections.read(tenantId, connectionId)
    const credential = feed.secret && (await records.connections.readCredential(tenantId, connectionId))
    const secret = credential?.kind === 'password' ? undefined : credential?.feedSecrets?.[feed.id]
    return collectFeed({
      feed,
      key: lease,
      clock,
      signal,
      ledger: records.coverage.heldBy(lease),
      microsoft: await microsofts.open(tenantId, connectionId),
      settings: connection?.settings ?? {},
      ...(secret !== undefined && { secret }),
      lookbackMs: Math.min(lookbackMs, feed.windowing.retentionMs - HEAD_START_MS),
      sliceMs: SLICE_MS,
      ingest: ({ dataset, feed: origin, records: texts }) => intake.take({ tenantId, dataset, origin }, texts),
    })
  }

  /** One pass over a feed, and when it is due again. */
  async function visit(feed: Feed, lease: Lease, signal: AbortSignal): Promise<Handover> {
    const begun = clock.now()
    const result = await pass(feed, lease, signal).catch((error: unknown) => {
      if (isLeaseLost(error)) throw error
      // Tested anew or changed meanwhile: nothing failed, and the next pass opens the door again.
      if (error instanceof ConnectionClosed) return undefined
      const fault = toAppError(error, `Could not collect ${feed.title}.`)
      return { failures: [fault], isStopped: true, isUnfinished: false, edge: undefined }
    })
    signal.throwIfAborted()
    if (!result) return { dueInMs: 0, failures: lease.failures }
    const fault = result.failures[0]
    if (fault) troubles.failed(lease.connectionId, feed.id, fault)
    else troubles.recovered(lease.connectionId, feed.id)
    const failures = result.isStopped ? lease.failures + 1 : 0
    const edge = result.edge === undefined ? {} : { edge: result.edge }
    if (result.isStopped) return { dueInMs: backOff(fault, failures, pollMs), failures, ...edge }
    const dueInMs = result.isUnfinished ? 0 : Math.max(0, begun + pollMs - clock.now())
    return { dueInMs, failures, ...edge }
  }

  /**
   * Reads a feed until it is stopped, whenever it is due and no other process reads it: every `pollMs`, at once while a back-fill
   * is unfinished, less often while it fails.
   */
  async function read(feed: Feed, key: FeedKey, loop: Omit<Loop, 'ended'>): Promise<void> {
    const { signal } = loop.stop
    while (!signal.aborted) {
      const waitMs = await turns
        .take(key.tenantId, () => holding.hold(key, signal, (lease, held) => visit(feed, lease, held)), signal)
        .then(
          (left) => ('againInMs' in left ? left.againInMs : left.dueInMs),
          (error: unknown) => {
            // The other process tells how it fares.
            if (isLeaseLost(error)) return 0
            if (!signal.aborted) troubles.failed(key.connectionId, feed.id, toAppError(error, 'Could not collect.'))
            return pollMs
          },
        )
      if (signal.aborted) break
      const rest = new AbortController()
      loop.wake = () => rest.abort()
      // Another process may have made it due sooner.
      const longest = Math.min(waitMs, pollMs)
      if (longest > 0) {
        await pause(longest, undefined, { signal: AbortSignal.any([signal, rest.signal]) }).catch(() => {})
      }
    }
    troubles.forget(key.connectionId, feed.id)
  }

  async function wanted(): Promise<Map<string, { feed: Feed; key: FeedKey }>> {
    const found = new Map<string, { feed: Feed; key: FeedKey }>()
    for (const { id: tenantId } of await records.tenants.list()) {
      for (const connection of await records.connections.list(tenantId)) {
        for (const feed of feeds.filter(({ id }) => connection.feeds.includes(id))) {
          const key = { tenantId, connectionId: connection.id, feed: feed.id }
          found.set(nameOf(key), { feed, key })
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

  /** Begins with connections that are new and ends with those that are gone. */
  async function look(): Promise<void> {
    const all = await wanted()
    await stop([...loops.keys()].filter((name) => !all.has(name)))
    for (const [name, { feed, key }] of all) {
      if (closed) return
      if (loops.has(name)) continue
      const loop = { stop: new AbortController(), wake: () => {} }
      loops.set(name, Object.assign(loop, { ended: read(feed, key, loop) }))
    }
  }

  const looking = setInterval(() => {
    if (isStarted) look().catch((error: unknown) => log(toAppError(error, 'Could not look up connections.')))
  }, LOOK_MS)
  looking.unref()
  let freed = alone ? undefined : Promise.resolve()

  return {
    async refresh() {
      freed ??= records.leases.clear()
      await freed
      isStarted = !alone
      await records.leases.hurry()
      await look()
      for (const { wake } of loops.values()) wake()
    },

    async states(tenantId) {
      const now = clock.now()
      const connections = await records.connections.list(tenantId)
      const windows = await records.coverage.windows(tenantId, { from: isoTime(now - DAY_MS), to: isoTime(now) })
      const standings = new Map((await records.leases.list(tenantId)).map((each) => [nameOf(each), each]))
      const keys = connections.flatMap(({ id, feeds: chosen }) => chosen.map((feed) => ({ connectionId: id, feed })))
      return Promise.all(
        keys.map(async (key): Promise<FeedState> => {
          const checkpoint = await records.coverage.readCheckpoint({ tenantId, ...key })
          const gap = windows.findLast(
            ({ connectionId, feed, state }) =>
              state === 'gap' && connectionId === key.connectionId && feed === key.feed,
          )
          const reason = gap?.reason === undefined ? {} : { reason: gap.reason }
          const until = [checkpoint?.until, standings.get(nameOf(key))?.edge]
            .filter((each) => each !== undefined)
            .sort()
            .at(-1)
          if (until === undefined) return { ...key, state: 'never', ...reason }
          if (gap) return { ...key, state: 'gap', until, ...reason }
          return { ...key, state: Date.parse(until) < now - BEHIND_MS - 3 * pollMs ? 'behind' : 'current', until }
        }),
      )
    },

    async close() {
      closed = true
      clearInterval(looking)
      await stop(loops.keys())
      holding.close()
    },
  }
}

function isLeaseLost(error: unknown): boolean {
  return error instanceof AppError && error.code === 'COLLECT_LEASE_LOST'
}

function nameOf({ connectionId, feed }: Pick<FeedKey, 'connectionId' | 'feed'>): string {
  return `${connectionId} ${feed}`
}

function backOff(fault: AppError | undefined, failures: number, pollMs: number): number {
  const backOffMs = Math.min(pollMs * 2 ** failures, Math.max(pollMs, LONGEST_BACK_OFF_MS))
  return typeof fault?.retry === 'object' ? Math.max(backOffMs, fault.retry.afterMs) : backOffMs
}
