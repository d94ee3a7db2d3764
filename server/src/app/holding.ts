import { randomUUID } from 'node:crypto'

import type { FeedKey } from '#domain/coverage.ts'
import { AppError } from '#domain/errors.ts'
import type { Handover, Lease, Leases } from '#domain/lease.ts'

/** What a process that died held is free after this; all who wait ask again by then. */
const LEASE_MS = 15_000
const RENEW_MS = 4_000

/** The feeds that this process reads just now, among the processes that share an installation. */
export interface Holding {
  /**
   * Runs `task` while this process holds the feed, and hands it over as `task` says; or tells in how many milliseconds it may
   * be had. The task's signal also fires when the lease is lost; what it throws is thrown on, and the feed is due at once.
   */
  hold<T extends Handover>(
    key: FeedKey,
    signal: AbortSignal,
    task: (lease: Lease, signal: AbortSignal) => Promise<T>,
  ): Promise<T | { againInMs: number }>
  close(): void
}

export function createHolding(leases: Leases): Holding {
  const holder = randomUUID()
  const held = new Map<string, { token: number; lost: AbortController }>()

  async function renew(): Promise<void> {
    const mine = new Set((await leases.renew(holder, LEASE_MS)).map((each) => `${nameOf(each)} ${each.token}`))
    for (const [name, { token, lost }] of held) if (!mine.has(`${name} ${token}`)) lost.abort(leaseLost())
  }

  // A store that does not answer for longer than a lease refuses what is written afterwards.
  const timer = setInterval(() => held.size > 0 && renew().catch(() => undefined), RENEW_MS)
  timer.unref()

  return {
    async hold(key, signal, task) {
      const lease = await leases.take(key, holder, LEASE_MS)
      if ('againInMs' in lease) return lease
      const lost = new AbortController()
      held.set(nameOf(key), { token: lease.token, lost })
      let handover: Handover = { dueInMs: 0, failures: lease.failures }
      try {
        const done = await task(lease, AbortSignal.any([signal, lost.signal]))
        handover = done
        return done
      } finally {
        held.delete(nameOf(key))
        // Where it cannot be given back it becomes free by itself.
        await leases.release(lease, handover).catch(() => undefined)
      }
    },
    close: () => clearInterval(timer),
  }
}

function nameOf({ tenantId, connectionId, feed }: FeedKey): string {
  return `${tenantId} ${connectionId} ${feed}`
}

/** Whether a task ended because another process has taken over. */
export function isLeaseLost(error: unknown): boolean {
  return error instanceof AppError && error.code === 'COLLECT_LEASE_LOST'
}

function leaseLost(): AppError {
  return new AppError({
    code: 'COLLECT_LEASE_LOST',
    what: 'Stopped reading a feed.',
    why: 'Another process reads it now: this one did not answer for too long.',
    fix: 'Nothing needs doing: the other process goes on, and nothing is stored twice.',
    retry: 'backoff',
  })
}
