import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'

import { hashEntry } from '#domain/audit.ts'
import { systemClock } from '#domain/clock.ts'
import { openEmbeddedPostgres } from '#store/engines/postgres-embedded/engine.ts'
import { connectPostgres } from '#store/engines/postgres-server/engine.ts'
import { postgresMissing, startPostgres } from '#store/engines/postgres-server/testing/start-postgres.ts'
import type { PostgresEngine } from '#store/postgres/engine.ts'
import { createRecordStore } from '#store/postgres/record-store.ts'
import type { RecordStore } from '#store/record-store.ts'
import { at } from '#store/testing/record-store/samples.ts'
import { copyTemplate } from '#store/testing/temporary-records.ts'
import { testSeal } from '#store/testing/test-seal.ts'

import { createAuditLog } from './audit.ts'

const verify = (store: RecordStore) => createAuditLog(store, systemClock, () => Promise.resolve()).verify()
const entry = (n: number) => ({ at: at(n), actor: 'ana', action: 'user.change', detail: { n } })

describe('an audit log that somebody with the database changes', () => {
  let folder: string
  let engine: PostgresEngine
  let store: RecordStore
  const open = (key = 1) => createRecordStore({ pool: engine.pool, seal: testSeal(key) })
  const run = (...statements: string[]) => engine.pool.query(statements.join(';'))

  /** The seal of the log is its first entry: an entry `n` is number n + 1. */
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cordon-audit-'))
    await copyTemplate(folder)
    engine = await openEmbeddedPostgres({ dataDir: folder })
    store = open()
    for (let n = 1; n <= 7; n += 1) await store.audit.append(entry(n))
    await run('alter table audit disable trigger all')
    await run('create table audit_kept as select * from audit', 'create table head_kept as select * from audit_head')
  })
  beforeEach(async () => {
    await run('delete from audit', 'insert into audit select * from audit_kept')
    await run('delete from audit_head', 'insert into audit_head select * from head_kept')
    store = open()
  })
  afterAll(async () => {
    await engine.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const MOVE_UP = 'update audit set sequence = -sequence - 1 where sequence > 3'
  const MOVE_DOWN = 'update audit set sequence = -sequence + 1 where sequence > 4'
  const SETTLE = 'update audit set sequence = -sequence where sequence < 0'

  it('is whole before', async () => {
    expect(await verify(store)).toEqual({ entries: 8, head: expect.objectContaining({ sequence: 8 }), seal: 'whole' })
  })

  it.each([
    ['another actor', `update audit set actor = 'ben' where sequence = 4`, 'altered', 4],
    ['another detail', `update audit set detail = '{"n":30}' where sequence = 4`, 'altered', 4],
    ['a moment later', `update audit set at = at + interval '1 ms' where sequence = 4`, 'altered', 4],
    ['another origin', `update audit set origin = '{"via":"api","address":"::1"}' where sequence = 4`, 'altered', 4],
    ['another tenant', `update audit set tenant_id = 't' where sequence = 4`, 'altered', 4],
    ['another entry before it', `update audit set previous_hash = hash where sequence = 4`, 'altered', 4],
    ['the newest altered', `update audit set actor = 'ben' where sequence = 8`, 'altered', 8],
    ['the first removed', 'delete from audit where sequence = 1', 'removed', 1],
    ['one removed', 'delete from audit where sequence = 4', 'removed', 4],
    [
      'one removed and the rest moved up',
      `delete from audit where sequence = 4; ${MOVE_DOWN}; ${SETTLE}`,
      'removed',
      4,
    ],
    ['the newest removed', 'delete from audit where sequence > 6', 'removed', 7],
    [
      'two exchanged',
      `update audit set sequence = 100 where sequence = 3; update audit set sequence = 3 where sequence = 6;
       update audit set sequence = 6 where sequence = 100`,
      'reordered',
      3,
    ],
    [
      'one put behind the newest',
      `insert into audit select 9, at, actor, tenant_id, action, detail, origin, hash, md5('x') from audit where sequence = 8`,
      'inserted',
      9,
    ],
  ])('tells %s, and where', async (_, statement, kind, sequence) => {
    await run(statement)
    expect((await verify(store)).broken).toMatchObject({ kind, sequence })
  })

  it('tells one that was put between others, with a hash that fits', async () => {
    const [third] = await store.audit.list(undefined, 1, { before: 4 })
    const forged = { ...third!, sequence: 4, actor: 'ben', previousHash: third!.hash }
    await run(MOVE_UP, SETTLE)
    await engine.pool.query(
      'insert into audit (sequence, at, actor, action, detail, previous_hash, hash) values ($1, $2, $3, $4, $5, $6, $7)',
      [4, forged.at, forged.actor, forged.action, forged.detail, forged.previousHash, hashEntry(forged)],
    )
    expect((await verify(store)).broken).toMatchObject({ kind: 'inserted', sequence: 4 })
  })

  it('tells an entry that was altered together with its hash by the next one', async () => {
    const [fourth] = await store.audit.list(undefined, 1, { before: 5 })
    const hash = hashEntry({ ...fourth!, actor: 'ben' })
    await run(`update audit set actor = 'ben', hash = '${hash}' where sequence = 4`)
    expect((await verify(store)).broken).toMatchObject({ kind: 'altered', sequence: 4 })
  })

  /** The newest two removed, and the head set to what is left: all that can be done without the key. */
  const cutOff = async (sealed = 'sealed') => {
    const [sixth] = await store.audit.list(undefined, 1, { before: 7 })
    await run(
      'delete from audit where sequence > 6',
      `update audit_head set sequence = 6, hash = '${sixth!.hash}', sealed = ${sealed}`,
    )
  }

  it('tells a tail that was cut off together with the head, since the head has no seal that fits', async () => {
    await cutOff()
    expect((await verify(store)).broken).toMatchObject({ kind: 'head', sequence: 6 })
  })

  it('still tells it when the log has gone on: what is added does not cover it up', async () => {
    await cutOff()
    await open().audit.append(entry(9))
    expect((await verify(store)).broken).toMatchObject({ kind: 'head', sequence: 7 })
  })

  it.each([
    ['the seal removed', () => cutOff('null')],
    ['the head removed', () => run('delete from audit_head')],
    ['all of it removed and the head gone', () => run('delete from audit_head', 'delete from audit')],
  ])('tells %s, at the latest when the log has gone on', async (_, change) => {
    await change()
    await open().audit.append(entry(9))
    expect((await verify(store)).broken).toMatchObject({ kind: 'head' })
  })

  it('tells an earlier state that was put back whole while Cordon ran', async () => {
    await store.audit.append(entry(8))
    await run(
      'delete from audit where sequence > 8',
      'delete from audit_head',
      'insert into audit_head select * from head_kept',
    )
    expect(await verify(store)).not.toHaveProperty('broken')
    await store.audit.append(entry(9))
    expect((await verify(store)).broken).toMatchObject({ kind: 'head', sequence: 9 })
  })

  it('tells a head that was sealed with another key', async () => {
    await open(2).audit.append(entry(8))
    expect((await verify(store)).broken).toMatchObject({ kind: 'head' })
  })

  it('still takes entries behind one that was put at its end', async () => {
    await run(
      `insert into audit select 9, at, actor, tenant_id, action, detail, origin, hash, md5('x') from audit where sequence = 8`,
    )
    await store.audit.append(entry(8))
    expect((await store.audit.list(undefined, 1))[0]).toMatchObject({ sequence: 11, detail: { n: 8 } })
    expect((await verify(store)).broken).toBeDefined()
  })

  it('keeps what PostgreSQL cannot hold as it can, and whole', async () => {
    await store.audit.append({
      ...entry(8),
      actor: 'a\0b',
      detail: { 'ö"\n': ['\ud800', 1e21, -0, null, { z: 1, a: 2 }] },
    })
    expect(await verify(store)).not.toHaveProperty('broken')
  })
})

describe.skipIf(postgresMissing())('an audit log that two processes write', () => {
  it('is one chain, without a gap, whoever comes first', async () => {
    const server = await startPostgres()
    onTestFinished(() => server.stop())
    const engines = await Promise.all([connectPostgres(server), connectPostgres(server)])
    onTestFinished(async () => void (await Promise.all(engines.map((engine) => engine.stop()))))
    const stores = engines.map(({ pool }) => createRecordStore({ pool, seal: testSeal(1) }))
    await stores[0]!.migrate()
    const appended = stores.flatMap((store, who) =>
      Array.from({ length: 50 }, async (_, n) => {
        // In groups of ten, so that the two take turns.
        for (let turn = 0; turn < n / 10; turn += 1) await store.ping()
        await store.audit.append({ ...entry(n), actor: `process ${who}` })
      }),
    )
    await Promise.all(appended)
    expect(await verify(stores[1]!)).toMatchObject({ entries: 101, head: { sequence: 101 }, seal: 'whole' })
    expect(await verify(stores[1]!)).not.toHaveProperty('broken')
    const actors = (await stores[0]!.audit.list(undefined, 1000)).map(({ actor }) => actor)
    expect(actors.filter((actor) => actor === 'process 0')).toHaveLength(50)
    expect(actors.filter((actor) => actor === 'process 1')).toHaveLength(50)
  })
})
