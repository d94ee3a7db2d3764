import type { EventStore } from '#store/event-store.ts'

import { createArrivals } from './arrivals.ts'
import type { ClickHouse } from './client.ts'
import { COLUMNS } from './columns.ts'
import { createCounts } from './counts.ts'
import { createHunt } from './hunt.ts'
import { insertEvents } from './insert.ts'
import { migrate } from './migrate.ts'
import { createPages } from './pages.ts'
import { createPromoted } from './promoted.ts'
import { checkTerm } from './query.ts'
import { createReader, type SearchLimits } from './reader.ts'
import { createRemoval } from './removal.ts'
import { createEncoder } from './rows.ts'
import { eventTables } from './schema.ts'

export interface EventStoreOptions {
  /** Name of the cluster (in its `remote_servers`); absent for a single server and the embedded engine. */
  cluster?: string
  limits: SearchLimits
}

/** The event store over any ClickHouse. Closing it closes the client. */
export function createEventStore(clickhouse: ClickHouse, options: EventStoreOptions): EventStore {
  const tables = eventTables(options.cluster)
  const { columns, begin, end, ...promoted } = createPromoted(clickhouse, tables)
  const reader = createReader(clickhouse, tables.events, options.limits, columns)
  return {
    async migrate() {
      await migrate(clickhouse, tables)
      await begin()
    },
    encode: createEncoder(),
    insert: (tenantId, token, batch) =>
      insertEvents(clickhouse, tables.events, tenantId, token, batch).finally(() => reader.stored()),
    hunt: createHunt(reader),
    ...createPages(reader),
    ...createCounts(reader),
    ...createArrivals(tables, (sql, params) => reader.select(sql, params)),
    ...createRemoval(clickhouse, tables, reader),
    ...promoted,
    columns: () => COLUMNS.map(({ path, kind }) => ({ name: path, isNumber: kind === 'number' })),
    checkTerm: (term) => checkTerm(term, columns),
    ping: () => clickhouse.ping(),
    async close() {
      end()
      await clickhouse.close()
    },
  }
}
