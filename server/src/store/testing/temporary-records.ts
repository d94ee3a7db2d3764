import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { openEmbeddedPostgres } from '#store/engines/postgres-embedded/engine.ts'
import { createRecordStore } from '#store/postgres/record-store.ts'
import type { RecordStore } from '#store/record-store.ts'
import { createSeal } from '#store/seal.ts'

/** A record store over an empty embedded PostgreSQL, for tests of what stands on it; `close` removes it from the disk. */
export async function openTemporaryRecords(): Promise<RecordStore> {
  const dataDir = await mkdtemp(join(tmpdir(), 'cordon-records-'))
  const engine = await openEmbeddedPostgres({ dataDir })
  const records = createRecordStore({ pool: engine.pool, seal: createSeal(Buffer.alloc(32, 7)) })
  await records.migrate()
  return {
    ...records,
    async close() {
      await records.close()
      await engine.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
