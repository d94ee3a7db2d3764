import { AsyncLocalStorage } from 'node:async_hooks'

import type { Origin } from '#domain/audit.ts'

const origins = new AsyncLocalStorage<Origin>()

/** Does `work` as asked for from `origin`: whatever is audited on the way says so. */
export function askedFrom<T>(origin: Origin, work: () => T): T {
  return origins.run(origin, work)
}

/** Where the request came from that this is done for, if any. */
export function currentOrigin(): Origin | undefined {
  return origins.getStore()
}
