import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { Connection } from '#domain/tenant.ts'
import { openEmbeddedPostgres } from '#store/engines/postgres-embedded/engine.ts'
import type { RecordStore } from '#store/record-store.ts'
import { testSeal } from '#store/testing/test-seal.ts'
import { at, freshTenant } from '#store/testing/record-store/samples.ts'
import { copyTemplate } from '#store/testing/temporary-records.ts'

import { storable, toJson } from './database.ts'
import type { PostgresEngine } from './engine.ts'
import { createRecordStore } from './record-store.ts'

/** What the contract cannot see from outside: the tables themselves. */
describe('the record store’s tables', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cordon-tables-'))
  let engine: PostgresEngine
  let store: RecordStore
  beforeAll(async () => {
    await copyTemplate(dataDir)
    engine = await openEmbeddedPostgres({ dataDir })
    store = createRecordStore({ pool: engine.pool, seal: testSeal(1) })
  })
  afterAll(async () => {
    await engine.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  async function addConnection(secret: string): Promise<Connection> {
    const connection: Connection = {
      id: 'connection',
      tenantId: freshTenant(),
      name: 'Fabrikam',
      cloud: 'global',
      clientId: 'client',
      credentialKind: 'secret',
      feeds: [],
      settings: {},
      createdAt: at(0),
    }
    await store.connections.create(connection, { kind: 'secret', secret })
    return connection
  }

  it('have the tenant first in every index, save those that belong to the whole installation', async () => {
    const { rows } = await engine.pool.query<{ index: string; columns: string }>(`
      select indexname as index, substring(indexdef from '\\((.*)\\)') as columns from pg_indexes
      where schemaname = 'public' and tablename not like 'kysely%'
        and tablename not in ('tenants', 'users', 'sessions', 'api_tokens', 'intake_keys', 'audit_head') and indexname <> 'audit_pkey'`)
    expect(rows.length).toBeGreaterThan(15)
    expect(rows.filter((row) => !row.columns.startsWith('tenant_id'))).toEqual([])
  })

  it('hold no credential that can be read', async () => {
    await addConnection('find me if you can')
    const { rows } = await engine.pool.query<{ row: string }>(
      `select c::text || encode(c.sealed_credential, 'escape') as row from connections c`,
    )
    expect(rows).not.toHaveLength(0)
    expect(rows.map((row) => row.row).join()).not.toContain('find me')
  })

  it('do not open a credential that was copied to another connection', async () => {
    const [mine, other] = [await addConnection('mine'), await addConnection('theirs')]
    await engine.pool.query(
      `update connections set sealed_credential = (select sealed_credential from connections where tenant_id = $1)
       where tenant_id = $2`,
      [mine.tenantId, other.tenantId],
    )
    await expect(store.connections.readCredential(other.tenantId, other.id)).rejects.toMatchObject({
      code: 'STORE_KEY_WRONG',
    })
  })

  it('refuse to change or remove what the audit log says', async () => {
    await store.audit.append({ at: at(0), actor: 'admin', action: 'connection.create', detail: {} })
    for (const statement of [`update audit set actor = 'nobody'`, 'delete from audit', 'truncate audit']) {
      await expect(engine.pool.query(statement)).rejects.toThrow('append-only')
    }
  })

  it('refuse with an error that quotes no value', async () => {
    const connection = await addConnection('a')
    const attempts = [
      store.connections.create(connection, { kind: 'secret', secret: 'hidden' }),
      store.connections.create({ ...connection, id: 'b', createdAt: 'hidden time' }, { kind: 'secret', secret: 'x' }),
    ]
    for (const attempt of attempts) {
      const failure = await attempt.then(
        () => new Error('it was taken'),
        (error: Error) => error,
      )
      expect(failure).toMatchObject({ code: 'STORE_REQUEST_REFUSED', why: expect.stringContaining('SQLSTATE 2') })
      const said = JSON.stringify(failure) + String(failure) + JSON.stringify(failure.cause) + String(failure.cause)
      expect(said).not.toContain('hidden')
      expect(said).not.toContain(connection.tenantId)
    }
  })

  it('answer a ping with false and say that the store is unreachable once the engine is gone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cordon-gone-'))
    await copyTemplate(folder)
    const gone = await openEmbeddedPostgres({ dataDir: folder })
    const orphan = createRecordStore({ pool: gone.pool, seal: testSeal(1) })
    expect(await orphan.ping()).toBe(true)
    await gone.stop()
    expect(await orphan.ping()).toBe(false)
    await expect(orphan.tenants.list()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' })
    rmSync(folder, { recursive: true, force: true })
  })
})

describe('what is written', () => {
  it('has U+FFFD for what PostgreSQL’s text and JSON cannot hold, at any depth', () => {
    expect(storable('a\0b\ud800c🙂')).toBe('a\ufffdb\ufffdc🙂')
    expect(storable(['\0', 1, null])).toEqual(['\ufffd', 1, null])
    expect(toJson({ a: [{ b: '\0' }], c: '\udfff', d: '\\u0000' })).toBe(
      String.raw`{"a":[{"b":"` + '\ufffd' + String.raw`"}],"c":"` + '\ufffd' + String.raw`","d":"\\u0000"}`,
    )
  })
})
