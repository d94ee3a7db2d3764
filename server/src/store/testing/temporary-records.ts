import { existsSync } from 'node:fs'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { inject } from 'vitest'

import { openEmbeddedPostgres } from '#store/engines/postgres-embedded/engine.ts'
import { createRecordStore } from '#store/postgres/record-store.ts'
import type { RecordStore } from '#store/record-store.ts'
import { testSeal } from '#store/testing/test-seal.ts'

/** A record store over an empty embedded PostgreSQL, for tests of what stands on it; `close` removes it from the disk. */
export async function openTemporaryRecords(): Promise<RecordStore> {
  const dataDir = await mkdtemp(join(tmpdir(), 'cordon-records-'))
  await copyTemplate(dataDir)
  const engine = await openEmbeddedPostgres({ dataDir })
  const records = createRecordStore({ pool: engine.pool, seal: testSeal(7) })
  return {
    ...records,
    async close() {
      await records.close()
      await engine.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** Fills `dataDir`, unless something has been kept in it already: opening a copy of the template is quick. */
export async function copyTemplate(dataDir: string): Promise<void> {
  const cluster = join(dataDir, 'cluster')
  if (!existsSync(cluster)) await cp(join(inject('recordsTemplate'), 'cluster'), cluster, { recursive: true })
}
