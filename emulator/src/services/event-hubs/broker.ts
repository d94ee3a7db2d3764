import type { Cloud, Tenant } from '#cloud.ts'
import type { Faults } from '#faults/faults.ts'
import type { Journal } from '#http/journal.ts'
import type { TokenKeys } from '#token-keys.ts'

import { HubLog } from './hub-log.ts'
import { namespaceFor } from './namespace.ts'
import type { Hub } from './hubs.ts'
import type { Namespace } from './namespace.ts'
import type { Reader } from './reader.ts'

/** What all connections share: namespaces, the logs of their hubs, who reads what. */
export class Broker {
  readonly namespaces: readonly Namespace[]
  readonly keys: TokenKeys
  readonly journal: Journal
  readonly faults: Faults
  readonly #logs = new Map<string, HubLog>()
  readonly #readers = new Map<string, Set<Reader>>()

  constructor(cloud: Cloud, keys: TokenKeys) {
    this.keys = keys
    this.journal = cloud.journal
    this.faults = cloud.faults
    this.namespaces = cloud.tenants.map((tenant) => namespaceFor(tenant, keys))
  }

  /** The log of a hub, up to now. */
  log(tenant: Tenant, hub: Hub): HubLog {
    const key = `${tenant.world.tenantId} ${hub.name}`
    let log = this.#logs.get(key)
    if (log?.era !== tenant.era) this.#logs.set(key, (log = new HubLog(tenant, hub)))
    log.advance()
    return log
  }

  /** Who reads a partition in a consumer group: `key` names all three. */
  readersOf(key: string): Set<Reader> {
    if (!this.#readers.has(key)) this.#readers.set(key, new Set())
    return this.#readers.get(key)!
  }

  /** Has every reader look whether there is something new. */
  wake(): void {
    for (const [key, readers] of this.#readers) {
      for (const reader of readers) {
        if (reader.isOpen) reader.wake()
        else readers.delete(reader)
      }
      if (readers.size === 0) this.#readers.delete(key)
    }
  }
}
