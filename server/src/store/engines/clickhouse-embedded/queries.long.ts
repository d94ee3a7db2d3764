import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe } from 'vitest'

import { testQueries } from '#store/testing/query-suite.ts'

import { type EmbeddedEventStore, openEmbeddedEventStore } from './open.ts'

/** The law of searching with many more queries than `npm test` has time for. */
describe('The embedded event store', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cordon-queries-'))
  let store: EmbeddedEventStore

  beforeAll(async () => {
    store = await openEmbeddedEventStore({ dataDir })
    await store.migrate()
  })
  afterAll(async () => {
    await store.close()
    rmSync(dataDir, { recursive: true, force: true })
  })

  testQueries(() => store, 60)
})
