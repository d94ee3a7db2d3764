import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { TestProject } from 'vitest/node'

import { openEmbeddedPostgres } from '#store/engines/postgres-embedded/engine.ts'
import { createRecordStore } from '#store/postgres/record-store.ts'
import { testSeal } from '#store/testing/test-seal.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of an embedded PostgreSQL with every migration and no records. */
    recordsTemplate: string
  }
}

/** Makes the template, once a run: to initialize a cluster takes PGlite seconds, to open a copy of one a tenth of a second. */
export default async function makeTemplate(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'cordon-template-'))
  const engine = await openEmbeddedPostgres({ dataDir })
  const records = createRecordStore({ pool: engine.pool, seal: testSeal(7) })
  await records.migrate()
  // Kills are survived without it, and no test cuts the power; waiting for the disk would be a tenth of the tests' time.
  await engine.pool.query('ALTER SYSTEM SET fsync = off')
  await records.close()
  await engine.stop()
  project.provide('recordsTemplate', dataDir)
  return () => rm(dataDir, { recursive: true, force: true })
}
