import { protocolNow } from '#clock.ts'

import type { Limit } from './limits.ts'

/** How strictly: as documented, not at all, or so many times the documented amounts. */
export type Strictness = 'real' | 'off' | number

/** What a counted request may do. */
export interface Verdict {
  /** True where the limit is used up: refuse. The request has been counted all the same, as in the real service. */
  over: boolean
  /** Whole seconds until the window ends, at least 1. */
  retryAfter: number
  /** Share of the limit that is used, this request included. */
  used: number
}

interface Window {
  endsAt: number
  count: number
}

/** Swept when a limit has more windows than this: a hunt opens one for each mailbox. */
const SWEEP = 200_000

/**
 * Counts requests against documented limits on the machine's clock. A window opens with the first request of a key and
 * ends after the limit's span; refused requests count too.
 */
export class Throttle {
  readonly #factor: number
  /** By the name of the limit, then by key: a name of both would be put together for every request. */
  readonly #windows = new Map<string, Map<string, Window>>()
  readonly #running = new Map<string, number>()

  constructor(strictness: Strictness = 'real') {
    this.#factor = strictness === 'real' ? 1 : strictness === 'off' ? Infinity : strictness
  }

  /** Counts `cost` of the limit for `key` (who is counted: application, tenant, mailbox). */
  count(limit: Limit, key: string, cost = 1): Verdict {
    const now = protocolNow()
    let windows = this.#windows.get(limit.name)
    if (!windows) this.#windows.set(limit.name, (windows = new Map()))
    let window = windows.get(key)
    if (!window || window.endsAt <= now) {
      if (windows.size > SWEEP) sweep(windows, now)
      windows.set(key, (window = { endsAt: now + limit.seconds * 1000, count: 0 }))
    }
    window.count += cost
    const used = window.count / Math.max(1, Math.round(limit.amount * this.#factor))
    return { over: used > 1, used, retryAfter: Math.max(1, Math.ceil((window.endsAt - now) / 1000)) }
  }

  /** Takes one of `most` places that requests under way have for `key`; false where all are taken. Give it back with {@link leave}. */
  enter(key: string, most: number): boolean {
    const running = this.#running.get(key) ?? 0
    if (running >= most * this.#factor) return false
    this.#running.set(key, running + 1)
    return true
  }

  leave(key: string): void {
    const running = this.#running.get(key) ?? 0
    if (running > 1) this.#running.set(key, running - 1)
    else this.#running.delete(key)
  }

  clear(): void {
    this.#windows.clear()
  }
}

function sweep(windows: Map<string, Window>, now: number): void {
  for (const [key, { endsAt }] of windows) if (endsAt <= now) windows.delete(key)
}
