import type { ClickHouseEndpoint } from '#store/clickhouse/client.ts'
import { connect } from '#store/clickhouse/client.ts'
import { createEventStore } from '#store/clickhouse/event-store.ts'
import type { EventStore } from '#store/event-store.ts'

/** `url`: ClickHouse 26.2 or newer, or what `cordon store serve` serves. */
export interface ServerEventStoreOptions extends ClickHouseEndpoint {
  /** Name of a cluster in the server's `remote_servers`; absent for a single server. */
  cluster?: string
}

/** The event store on a ClickHouse server or cluster. Nothing is asked of it yet: call `migrate()` next. */
export function openServerEventStore({ cluster, ...endpoint }: ServerEventStoreOptions): EventStore {
  return createEventStore(connect(endpoint), {
    ...(cluster === undefined ? {} : { cluster }),
    limits: { maxSeconds: 30, maxMemoryMb: 2_000 },
  })
}
