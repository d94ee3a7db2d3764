import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from '#store/clickhouse/client.ts'
import { eventTables } from '#store/clickhouse/schema.ts'
import type { EmbeddedClickHouse } from '#store/engines/clickhouse-embedded/engine.ts'
import { serveEmbeddedClickHouse } from '#store/engines/clickhouse-embedded/engine.ts'
import { testEventStore } from '#store/testing/event-store-suite.ts'
import { newTenant } from '#store/testing/test-event.ts'
import { openServerEventStore } from './open.ts'

/**
 * What runs here behind the URL is the embedded engine, served as `cordon store serve` serves it: the same SQL, settings and
 * protocol as a ClickHouse server of its version. Not run: a ClickHouse server itself, TLS, and a cluster, whose schema
 * is only parsed.
 */
let dataDir: string
let engine: EmbeddedClickHouse

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'cordon-served-'))
  engine = await serveEmbeddedClickHouse({ dataDir, host: '127.0.0.1', port: 0, password: 'se:cr%et' })
})
afterAll(async () => {
  await engine.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

testEventStore(
  'The event store over HTTP (the embedded engine served alone; no ClickHouse server, no cluster)',
  async () => {
    const store = openServerEventStore({ url: engine.url, password: engine.password })
    return { store, close: () => store.close() }
  },
)

describe('The event store over HTTP', () => {
  const range = { from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' }

  it('takes the password from the URL', async () => {
    const url = new URL(engine.url)
    url.username = 'cordon'
    url.password = encodeURIComponent(engine.password)
    const store = openServerEventStore({ url: url.href })
    expect(await store.count(newTenant(), { range, query: { kind: 'all' } })).toBe(0)
    await store.close()
  })

  it('is refused with a wrong password', async () => {
    const store = openServerEventStore({ url: engine.url, password: 'wrong' })
    await expect(store.migrate()).rejects.toMatchObject({ code: 'STORE_REQUEST_REFUSED' })
    await store.close()
  })

  it('says that nobody answers', async () => {
    const store = openServerEventStore({ url: 'http://127.0.0.1:9', patienceMs: 100 })
    expect(await store.ping()).toBe(false)
    await expect(store.count(newTenant(), { range, query: { kind: 'all' } })).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
      retry: 'backoff',
    })
    await store.close()
  })

  it('has a schema for clusters that the engine can parse', async () => {
    const clickhouse = connect(engine)
    for (const sql of eventTables("the 'big' `one`").statements) {
      const [row] = await clickhouse.rows<{ parsed: string }>('SELECT formatQuery({sql:String}) AS parsed', { sql })
      expect(row?.parsed).toContain('ON CLUSTER')
    }
    await clickhouse.close()
  })
})
