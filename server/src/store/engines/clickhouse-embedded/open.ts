import { connect } from '#store/clickhouse/client.ts'
import { createEventStore } from '#store/clickhouse/event-store.ts'
import type { EventStore } from '#store/event-store.ts'
import type { EmbeddedClickHouseOptions } from './engine.ts'
import { startEmbeddedClickHouse } from './engine.ts'

/** An event store on this machine, its engine a child process of this one; closing it ends the engine. */
export interface EmbeddedEventStore extends EventStore {
  /** The engine's process at this moment. */
  readonly pid: number | undefined
}

/**
 * Opens the event store in `dataDir`. Call `migrate()` next.
 *
 * @throws AppError APP_DATA_IN_USE, APP_DATA_UNWRITABLE, STORE_UNREACHABLE
 */
export async function openEmbeddedEventStore(options: EmbeddedClickHouseOptions): Promise<EmbeddedEventStore> {
  const engine = await startEmbeddedClickHouse(options)
  const store = createEventStore(connect(engine), { limits: { maxSeconds: 20, maxMemoryMb: 400 } })
  return {
    ...store,
    get pid() {
      return engine.pid
    },
    async close() {
      await store.close()
      await engine.stop()
    },
  }
}
