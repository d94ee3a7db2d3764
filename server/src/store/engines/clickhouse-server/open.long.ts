import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { connect } from '#store/clickhouse/client.ts'
import { Params } from '#store/clickhouse/params.ts'
import { toCondition } from '#store/clickhouse/query.ts'
import { eventTables } from '#store/clickhouse/schema.ts'
import type { EmbeddedClickHouse } from '#store/engines/clickhouse-embedded/engine.ts'
import { serveEmbeddedClickHouse } from '#store/engines/clickhouse-embedded/engine.ts'
import { testEventStore } from '#store/testing/event-store-suite.ts'
import { every } from '#store/testing/every.ts'
import { put } from '#store/testing/put.ts'
import { newTenant, testEvent } from '#store/testing/test-event.ts'
import type { ArrivalCursor } from '#store/event-store.ts'
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

  it('books no memory for statements that have ended, though another goes on without end', async () => {
    const clickhouse = connect(engine)
    const bookedMb = async () => {
      const sql = `SELECT value / 1e6 AS mb FROM system.metrics WHERE metric = 'MemoryTracking'`
      return (await clickhouse.rows<{ mb: number }>(sql, {}))[0]!.mb
    }
    const before = await bookedMb()
    const slow = clickhouse.run(`SELECT sleepEachRow(3) FROM numbers(1)`)
    for (let n = 0; n < 100; n++) await clickhouse.rows(`SELECT {n:UInt32} AS n`, { n })
    expect((await bookedMb()) - before).toBeLessThan(60)
    await slow
    await clickhouse.close()
  })

  it('holds every setting and parameter for one statement only', async () => {
    const clickhouse = connect(engine)
    const threads = () => clickhouse.rows<{ threads: string }>(`SELECT getSetting('max_threads') AS threads`, {})
    const [before] = await threads()
    await clickhouse.rows(`SELECT {secret:String}`, { secret: 'of the one before' }, { max_threads: 7 })
    expect((await threads())[0]).toEqual(before)
    await expect(clickhouse.run(`SELECT throwIf({secret:String} != '')`)).resolves.toBeUndefined()
    await clickhouse.close()
  })

  it('gives the table of an earlier version what the engine computes, for the events that are there as well', async () => {
    const clickhouse = connect(engine)
    const store = openServerEventStore({ url: engine.url, password: engine.password })
    await store.migrate()
    await put(
      store,
      newTenant(),
      'first',
      [1, 2, 3].map((n) => testEvent(n)),
    )
    const partsWithout = async () => {
      const ofEvents = `active AND database = 'cordon' AND table = 'events'`
      const sql = `SELECT toUInt32(uniqExact(name)) AS parts FROM system.parts_columns WHERE ${ofEvents} AND (
        name NOT IN (SELECT name FROM system.parts_columns WHERE ${ofEvents} AND column = 'event_hash')
        OR name NOT IN (SELECT parent_name FROM system.projection_parts WHERE ${ofEvents} AND name = 'by_user'))`
      return (await clickhouse.rows<{ parts: number }>(sql, {}))[0]!.parts
    }
    expect(await partsWithout()).toBe(0)
    await clickhouse.run('ALTER TABLE cordon.events DROP PROJECTION by_user')
    await clickhouse.run('ALTER TABLE cordon.events DROP COLUMN event_hash')
    expect(await partsWithout()).toBeGreaterThan(0)
    await store.migrate()
    await vi.waitFor(async () => expect(await partsWithout()).toBe(0), { timeout: 200_000, interval: 100 })
    await store.close()
    await clickhouse.close()
  }, 300_000)

  it('reads what is asked of one user alone in the order of users, and counts nothing twice for it', async () => {
    const clickhouse = connect(engine)
    const store = openServerEventStore({ url: engine.url, password: engine.password })
    await store.migrate()
    // Large enough that a tenant fills granules of its own.
    const batch = Array.from({ length: 400 }, (_, n) =>
      testEvent(n, { user: { name: n % 4 === 0 ? 'Ana' : `user ${n}` }, labels: { filler: 'x'.repeat(20_000) } }),
    )
    const tenants = [newTenant(), newTenant(), newTenant()]
    for (const tenant of tenants) await put(store, tenant, 'first', batch)
    await put(store, tenants[0]!, 'again', batch.slice(100, 200))
    await clickhouse.run('OPTIMIZE TABLE cordon.events FINAL')
    const query = { kind: 'match', field: 'user.name', value: 'ANA', wildcard: false } as const
    for (const tenant of tenants) {
      const params = new Params()
      const where = `tenant_id = ${params.uuid(tenant)} AND ${toCondition(query, params)}`
      const asked = `SELECT toUInt32(uniqExact(time, event_hash)) AS events FROM cordon.events WHERE ${where}`
      // With this setting the engine refuses what it would read from the table itself.
      expect(await clickhouse.rows(asked, params.values, { force_optimize_projection: 1 })).toEqual([{ events: 100 }])
      expect(await store.count(tenant, { range, query })).toBe(100)
      const plain = 'SELECT toUInt32(count()) AS events FROM cordon.events FINAL WHERE tenant_id = {tenant:UUID}'
      expect(await clickhouse.rows(plain, { tenant })).toEqual([{ events: 400 }])
      expect(await clickhouse.rows(plain.replace('FINAL ', ''), { tenant })).toEqual([{ events: 400 }])
    }
    await store.close()
    await clickhouse.close()
  })

  it('gives what came after an INSERT that still runs when that has ended, and passes by nothing', async () => {
    const clickhouse = connect(engine)
    const store = openServerEventStore({ url: engine.url, password: engine.password })
    await store.migrate()
    const tenant = newTenant()
    const { event } = testEvent(1, { event: { id: 'slow' } })
    let hasEnded = false
    // The engine itself takes its time over the row, which is stamped when it begins.
    const time = event['@timestamp'].slice(0, 19).replace('T', ' ')
    const slow = clickhouse
      .run(
        `INSERT INTO cordon.events (tenant_id, time, event_id, event_dataset, event, stamped)
          SELECT '${tenant}', toDateTime64('${time}', 3, 'UTC'), 'slow', 'o365.audit', '${JSON.stringify(event)}', 1
          FROM numbers(1) WHERE sleepEachRow(10) = 0 SETTINGS function_sleep_max_microseconds_per_block = 10000000, max_threads = 1`,
      )
      .finally(() => (hasEnded = true))
    const isRunning = async () => {
      const sql = `SELECT count() > 0 AS is FROM system.processes WHERE query_kind = 'Insert' AND query LIKE '%sleepEachRow%'`
      return (await clickhouse.rows<{ is: number }>(sql, {}))[0]!.is === 1
    }
    while (!(await isRunning())) expect(hasEnded).toBe(false)
    await put(store, tenant, 'fast', [testEvent(0, { event: { id: 'fast' } })])
    expect(hasEnded).toBe(false)

    const seen: string[] = []
    let after: ArrivalCursor | undefined
    const look = async () => {
      const page = await store.arrivals(tenant, { query: { kind: 'all' }, limit: 10, ...(after && { after }) })
      after = page.next
      seen.push(...page.events.map(({ id }) => id))
    }
    await look()
    expect([hasEnded, seen]).toEqual([false, []])
    while (seen.length < 2) await look()
    await slow
    expect(seen).toEqual(['slow', 'fast'])
    await store.close()
    await clickhouse.close()
  })

  it('shows an event that was stored again once, before copies are merged and after, and what came last', async () => {
    const clickhouse = connect(engine)
    const store = openServerEventStore({ url: engine.url, password: engine.password })
    await store.migrate()
    const tenant = newTenant()
    const batch = (label: string) =>
      Array.from({ length: 300 }, (_, n) => testEvent(n, { labels: { label }, event: { action: `Action ${n % 3}` } }))
    await clickhouse.run('SYSTEM STOP MERGES cordon.events')
    for (const label of ['first', 'second', 'third']) await put(store, tenant, label, batch(label))
    await put(store, tenant, 'some', batch('third').slice(100, 150))
    const seen = async () => {
      const query = { kind: 'match', field: 'event.action', value: 'action 1', wildcard: false } as const
      const all = { range, query: { kind: 'all' } } as const
      const page = await store.search(tenant, { ...all, limit: 1_000 })
      const { total, facets } = await store.facets(tenant, {
        ...all,
        fields: ['event.action', 'labels.none'],
        limit: 5,
      })
      const exported = await every(store.everything(tenant, all))
      return {
        counts: [await store.count(tenant, all), await store.count(tenant, { range, query }), total],
        buckets: (await store.histogram(tenant, { ...all, intervalMs: 7_200_000 }))
          .map((bucket) => bucket.count)
          .slice(0, 4),
        pages: [page.events.length, new Set(page.events.map(({ event }) => event.id)).size],
        labels: [...new Set(page.events.map(({ labels }) => JSON.stringify(labels)))],
        top: await store.topValues(tenant, { ...all, field: 'event.action', limit: 5 }),
        facets,
        exported: [exported.length, new Set(exported.map(({ id }) => id)).size],
        datasets: (await store.datasets(tenant)).map(({ events }) => events),
      }
    }
    const { rows } = clickhouse
    const stored = async () =>
      rows<{ rows: number }>('SELECT toUInt32(count()) AS rows FROM cordon.events WHERE tenant_id = {tenant:UUID}', {
        tenant,
      })
    expect(await stored()).toEqual([{ rows: 950 }])
    const before = await seen()
    expect(before).toMatchObject({
      counts: [300, 100, 300],
      buckets: [120, 120, 60, 0],
      pages: [300, 300],
      labels: ['{"label":"third"}'],
      exported: [300, 300],
      datasets: [300],
    })
    expect(before.top.map(({ count }) => count)).toEqual([100, 100, 100])
    await clickhouse.run('SYSTEM START MERGES cordon.events')
    await clickhouse.run('OPTIMIZE TABLE cordon.events FINAL')
    expect(await stored()).toEqual([{ rows: 300 }])
    expect(await seen()).toEqual(before)
    await store.close()
    await clickhouse.close()
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
