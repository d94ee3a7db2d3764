import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, it, onTestFinished } from 'vitest'

import { verifyChain } from '#domain/audit-verification.ts'
import { openEmbeddedPostgres } from '#store/engines/postgres-embedded/engine.ts'
import { openDatabase } from '#store/postgres/database.ts'
import { createRecordStore } from '#store/postgres/record-store.ts'
import { testSeal } from '#store/testing/test-seal.ts'

import { up as initialTables } from './0001-initial-tables.ts'
import { up as auditChain } from './0017-audit-chain.ts'

it('chains the entries there are, numbered anew, and leaves the log append-only', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cordon-chain-'))
  const engine = await openEmbeddedPostgres({ dataDir })
  onTestFinished(async () => {
    await engine.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })
  const db = openDatabase(engine.pool)
  await initialTables(db as never)
  await engine.pool.query(`insert into audit (at, actor, tenant_id, action, detail)
    select timestamptz '2026-01-01' + n * interval '1 s', 'ana', case when n % 2 = 0 then 't' end, 'user.create',
      jsonb_build_object('b', n, 'a', null) from generate_series(1, 2500) n`)
  await engine.pool.query(`alter table audit disable trigger all; delete from audit where sequence in (1, 7, 1200)`)
  await auditChain(db as never)

  const { audit } = createRecordStore({ pool: engine.pool, seal: testSeal(1) })
  const verify = async () => {
    const head = (await audit.head())!
    return { seal: head.seal, ...(await verifyChain(audit.walk(head.sequence), head, audit.placeOf)) }
  }
  expect(await verify()).toMatchObject({ entries: 2497, head: { sequence: 2497 }, seal: 'missing' })
  expect(await verify()).not.toHaveProperty('broken')
  expect(await audit.list(undefined, 1)).toMatchObject([
    {
      actor: 'ana',
      tenantId: 't',
      action: 'user.create',
      at: '2026-01-01T00:41:40.000Z',
      detail: { b: 2500, a: null },
    },
  ])
  await expect(engine.pool.query('delete from audit')).rejects.toThrow('append-only')

  await audit.append({ at: '2026-02-01T00:00:00.000Z', actor: 'ben', action: 'user.create', detail: {} })
  expect(await verify()).toMatchObject({ entries: 2499, seal: 'whole' })
  expect((await audit.list(undefined, 2)).map(({ action }) => action)).toEqual(['user.create', 'audit.seal'])
})
