import { setTimeout as pause } from 'node:timers/promises'

import { type Clock, isoTime } from '#domain/clock.ts'
import type { FeedKey } from '#domain/coverage.ts'
import type { Destination } from '#domain/destination.ts'
import { AppError, toAppError } from '#domain/errors.ts'
import type { Handover, Lease } from '#domain/lease.ts'
import type { DestinationKind, Sender } from '#forward/destination.ts'
import { forwardPass } from '#forward/forward.ts'
import type { EventStore } from '#store/event-store.ts'
import type { RecordStore } from '#store/record-store.ts'

import { createHolding } from './holding.ts'

/** How often arrivals are looked for where nothing tells of them: another process may store them. */
const LOOK_MS = 2_000
const FIRST_BACK_OFF_MS = 1_000
const LONGEST_BACK_OFF_MS = 5 * 60_000

/**
 * Sends on to the destinations of all tenants: one loop a destination in every process, and a lease for whoever sends, so
 * that no destination gets an event from two of them.
 */
export interface Forwarding {
  /** Begins with destinations that are new or go on, ends with those that are gone or paused, and tries at once what failed. */
  refresh(): Promise<void>
  /** Ends after the batch under way. */
  close(): Promise<void>
}

export interface ForwardingParts {
  events: Pick<EventStore, 'arrivals'>
  records: Pick<RecordStore, 'destinations' | 'alertChanges' | 'leases' | 'tenants'>
  clock: Clock
  /** Opens a destination to send to. */
  open(destination: Destination): Promise<{ kind: DestinationKind; sender: Sender }>
  log: (error: AppError) => void
}

interface Loop {
  stop: AbortController
  wake: () => void
  ended: Promise<void>
}

/** What a destination's lease is filed under, beside those of feeds. */
export function leaseKey({ tenantId, id }: Pick<Destination, 'tenantId' | 'id'>): FeedKey {
  return { tenantId, connectionId: id, feed: 'forward' }
}

export function createForwarding(parts: ForwardingParts): Forwarding {
  const { records, clock, log } = parts
  const loops = new Map<string, Loop>()
  const holding = createHolding(records.leases)
  let closed = false

  /** One pass, and when the destination is due again. */
  async function visit(key: FeedKey, lease: Lease, signal: AbortSignal): Promise<Handover> {
    const destination = await records.destinations.read(key.tenantId, key.connectionId)
    if (!destination || destination.isPaused) return { dueInMs: LOOK_MS, failures: 0 }
    try {
      const { kind, sender } = await parts.open(destination)
      await using _closing = { [Symbol.asyncDispose]: () => sender.close() }
      const { isUnfinished } = await forwardPass({ ...parts, destination, kind, sender, lease, clock, signal })
      if (destination.fault) await records.destinations.noteFault(key, null)
      return { dueInMs: isUnfinished ? 0 : LOOK_MS, failures: 0 }
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof AppError && error.code === 'COLLECT_LEASE_LOST') throw error
      const fault = toAppError(error, `Could not send to ${destination.name}.`)
      const { code, what, why, fix } = fault
      if (destination.fault?.code !== code) log(fault)
      await records.destinations.noteFault(key, { since: isoTime(clock.now()), code, what, why, fix })
      return { dueInMs: backOff(fault, lease.failures), failures: lease.failures + 1 }
    }
  }

  async function run(key: FeedKey, loop: Omit<Loop, 'ended'>): Promise<void> {
    const { signal } = loop.stop
    while (!signal.aborted) {
      const waitMs = await holding
        .hold(key, signal, (lease, held) => visit(key, lease, held))
        .then(
          (left) => ('againInMs' in left ? left.againInMs : left.dueInMs),
          (error: unknown) => {
            // A lost lease and a store that does not answer pass by themselves.
            if (!signal.aborted && !isLost(error)) log(toAppError(error, 'Could not send on.'))
            return LOOK_MS
          },
        )
      const rest = new AbortController()
      loop.wake = () => rest.abort()
      // Another process may have made it due sooner.
      const longest = Math.min(waitMs, LOOK_MS)
      if (longest > 0) {
        await pause(longest, undefined, { signal: AbortSignal.any([signal, rest.signal]) }).catch(() => {})
      }
    }
  }

  async function stop(names: Iterable<string>): Promise<void> {
    const stopped = [...names].map((name) => {
      const running = loops.get(name)
      loops.delete(name)
      running?.stop.abort(new Error('Forwarding was stopped.'))
      return running?.ended
    })
    await Promise.all(stopped)
  }

  async function look(): Promise<void> {
    const wanted = new Map<string, FeedKey>()
    for (const { id: tenantId } of await records.tenants.list()) {
      for (const destination of await records.destinations.list(tenantId)) {
        if (!destination.isPaused) wanted.set(destination.id, leaseKey(destination))
      }
    }
    await stop([...loops.keys()].filter((name) => !wanted.has(name)))
    for (const [name, key] of wanted) {
      if (closed) return
      if (loops.has(name)) continue
      const loop = { stop: new AbortController(), wake: () => {} }
      loops.set(name, Object.assign(loop, { ended: run(key, loop) }))
    }
  }

  let isStarted = false
  const looking = setInterval(() => {
    if (isStarted) look().catch((error: unknown) => log(toAppError(error, 'Could not look up destinations.')))
  }, 5 * LOOK_MS)
  looking.unref()

  return {
    async refresh() {
      isStarted = true
      await look()
      for (const { wake } of loops.values()) wake()
    },
    async close() {
      closed = true
      clearInterval(looking)
      await stop(loops.keys())
      holding.close()
    },
  }
}

function isLost(error: unknown): boolean {
  return error instanceof AppError && error.code === 'COLLECT_LEASE_LOST'
}

function backOff(fault: AppError, failures: number): number {
  const backOffMs = Math.min(FIRST_BACK_OFF_MS * 2 ** failures, LONGEST_BACK_OFF_MS)
  return typeof fault.retry === 'object' ? Math.max(backOffMs, fault.retry.afterMs) : backOffMs
}
