import { join, resolve } from 'node:path'

import type { Pool } from 'pg'

import { serveEmbeddedClickHouse } from '#store/engines/clickhouse-embedded/engine.ts'
import { openEmbeddedEventStore } from '#store/engines/clickhouse-embedded/open.ts'
import { openServerEventStore } from '#store/engines/clickhouse-server/open.ts'
import { openEmbeddedPostgres } from '#store/engines/postgres-embedded/engine.ts'
import { connectPostgres } from '#store/engines/postgres-server/engine.ts'
import type { EventStore } from '#store/event-store.ts'
import { createRecordStore } from '#store/postgres/record-store.ts'
import type { RecordStore } from '#store/record-store.ts'
import { openFileKeyring, readKeyring, type FileKeyring } from '#store/keyring.ts'
import { createSeal, type Keyring, type Seal } from '#store/seal.ts'

import type { Config } from './config.ts'
import { takeDataFolder } from './data-folder.ts'
import { randomToken } from './passwords.ts'

export interface Stores {
  events: EventStore
  records: RecordStore
  /** The connections of the record store, which durable work shares. */
  pool: Pool
  /** What credentials are sealed with. */
  keys: Keyring | FileKeyring
  /** With those keys. */
  seal: Seal
}

/**
 * Opens both stores as the configuration says, embedded in the data folder or on servers, with their schemas up to date.
 * What is opened is closed by `opened`, last first.
 *
 * @throws AppError APP_DATA_UNWRITABLE, APP_DATA_IN_USE, STORE_UNREACHABLE, STORE_KEY_UNREADABLE.
 */
export async function openStores(config: Config, opened: AsyncDisposableStack): Promise<Stores> {
  const folder = takeDataFolder(config.dataFolder)
  opened.defer(() => folder.release())
  const keys = openKeyring(config)
  const seal = createSeal(keys)
  const postgres = config.postgresUrl
    ? await connectPostgres({ url: config.postgresUrl })
    : await openEmbeddedPostgres({ dataDir: join(config.dataFolder, 'records') })
  opened.defer(() => postgres.stop())
  const records = createRecordStore({ pool: postgres.pool, seal })
  opened.defer(() => records.close())
  await records.migrate()
  const events = config.clickhouseUrl
    ? openServerEventStore({ url: config.clickhouseUrl })
    : await openEmbeddedEventStore({ dataDir: join(config.dataFolder, 'events') })
  opened.defer(() => events.close())
  await events.migrate()
  return { events, records, pool: postgres.pool, keys, seal }
}

function openKeyring({ key, keyFile }: Config): Keyring | FileKeyring {
  return key ? readKeyring(key.current, key.previous) : openFileKeyring(keyFile)
}

/**
 * Serves the embedded event store to several processes, at a URL that holds the password (made up when none is given).
 *
 * @throws AppError APP_DATA_IN_USE, APP_DATA_UNWRITABLE, APP_PORT_TAKEN, STORE_UNREACHABLE.
 */
export async function serveEventStore(
  { host, port, data }: { host: string; port: number; data: string },
  password = randomToken(),
): Promise<{ url: string; stop(): Promise<void> }> {
  const engine = await serveEmbeddedClickHouse({ dataDir: resolve(data), host, port, password })
  const url = new URL(engine.url)
  url.username = 'cordon'
  url.password = password
  return { url: url.href, stop: () => engine.stop() }
}
