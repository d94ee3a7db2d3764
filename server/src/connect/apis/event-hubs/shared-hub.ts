import type { Microsoft } from '#connect/microsoft.ts'

import type { HubAddress } from './address.ts'
import { openHub, type Hub } from './open-hub.ts'

/** A hub that stays open between one use and the next. */
interface Kept {
  hub: Hub
  users: number
  closing?: NodeJS.Timeout
}

/** Signing in takes several messages; batches are read one after another. */
const LINGER_MS = 2000

const kept = new WeakMap<Microsoft, Map<string, Kept>>()

/** Lends the hub for as long as `use` runs: one connection for all who use the same at a time, closed when nobody does. */
export async function* withHub<T>(
  microsoft: Microsoft,
  address: HubAddress,
  use: (hub: Hub) => AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  const hubs = kept.get(microsoft) ?? new Map<string, Kept>()
  kept.set(microsoft, hubs)
  const key = JSON.stringify(address)
  const one = hubs.get(key) ?? { hub: openHub(microsoft, address), users: 0 }
  hubs.set(key, one)
  clearTimeout(one.closing)
  one.users++
  try {
    yield* use(one.hub)
  } finally {
    if (--one.users === 0) {
      one.closing = setTimeout(() => {
        hubs.delete(key)
        // A connection that ends badly has ended.
        one.hub.close().catch(() => undefined)
      }, LINGER_MS).unref()
    }
  }
}
