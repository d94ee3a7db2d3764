import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'

import { systemClock } from '#domain/clock.ts'
import type { User } from '#domain/user.ts'
import { openEmbeddedPostgres } from '#store/engines/postgres-embedded/engine.ts'
import type { PostgresEngine } from '#store/postgres/engine.ts'
import { openFileKeyring } from '#store/keyring.ts'
import { createRecordStore } from '#store/postgres/record-store.ts'
import { createSeal } from '#store/seal.ts'
import { copyTemplate } from '#store/testing/temporary-records.ts'

import { createAudit } from './audit.ts'
import { createKeys } from './keys.ts'
import { openSecrets, sealSecrets } from './testing/sealed-secrets.ts'

const USER: User = { id: 'a', name: 'ana', role: 'administrator', createdAt: '2026-11-20T00:00:00Z' }

let folder: string
let engine: PostgresEngine
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cordon-rotation-'))
  await copyTemplate(folder)
  engine = await openEmbeddedPostgres({ dataDir: folder })
})
afterAll(async () => {
  await engine?.stop()
  await rm(folder, { recursive: true, force: true })
})

/** As a process sees it that starts now: `pool` may break off. */
function startOn(pool: Pool) {
  const keyring = openFileKeyring(join(folder, 'cordon.key'))
  const records = createRecordStore({ pool, seal: createSeal(keyring) })
  return { records, keys: createKeys(keyring, records, createAudit(records, systemClock)) }
}

/** The pool of a process that ends before its `n`-th statement. */
function endingBefore(n: number): Pool {
  let left = n
  return {
    options: engine.pool.options,
    async connect() {
      const client = await engine.pool.connect()
      const query = (...statement: [string, unknown[]]) => {
        if (left-- > 0) return client.query(...statement)
        throw new Error('The process has ended.')
      }
      return { query, release: () => client.release() }
    },
  } as unknown as Pool
}

it('a rotation that is cut off before any of its statements leaves every secret open, and the next one finishes it', async () => {
  await sealSecrets(startOn(engine.pool).records, 2)
  const secrets = await openSecrets(startOn(engine.pool).records)
  expect(secrets).toHaveLength(8)
  let cut = 0
  for (; ; cut++) {
    const ended = await startOn(endingBefore(cut))
      .keys.rotate(USER)
      .then(
        () => false,
        () => true,
      )
    // The connection of a process that ended rolls back.
    await engine.pool.query('ROLLBACK')
    const { records, keys } = startOn(engine.pool)
    expect(await openSecrets(records)).toEqual(secrets)
    if (!ended) break
    await keys.rotate(USER)
    expect(await records.connections.countStale()).toBe(0)
    expect(await records.destinations.countStale()).toBe(0)
    expect(await records.collectedFiles.countStale()).toBe(0)
    expect(await openSecrets(startOn(engine.pool).records)).toEqual(secrets)
  }
  // Each row is read and written within a transaction, and the audit follows.
  expect(cut).toBeGreaterThan(4 * 4)
})
