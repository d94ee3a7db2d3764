import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { loadRules } from '#detect/load-rules.ts'
import { createDetector } from '#detect/runner.ts'
import { systemClock } from '#domain/clock.ts'
import { parseTenantId, type TenantId } from '#domain/ids.ts'
import { normalizerOf } from '#normalize/normalize-record.ts'
import { copyTemplate } from '#store/testing/temporary-records.ts'

import { createBus, type News } from './bus.ts'
import { OWN_RULES } from './compose.ts'
import { readConfig } from './config.ts'
import { importFiles } from './import.ts'
import { createIntake } from './intake.ts'
import { createPipeline, type Pipeline, type PipelineParts } from './pipeline.ts'
import { openStores, type Stores } from './stores.ts'

const opened = new AsyncDisposableStack()
let folder: string
let stores: Stores
let parts: PipelineParts
let pipeline: Pipeline

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cordon-pipeline-'))
  await copyTemplate(join(folder, 'data', 'records'))
  stores = await openStores(readConfig({ CORDON_DATA: join(folder, 'data') }), opened)
  const detector = createDetector((await loadRules([OWN_RULES])).rules)
  parts = {
    ...stores,
    normalizerOf,
    detectorOf: () => detector,
    correlate: () => {},
    bus: createBus(),
    clock: systemClock,
  }
  pipeline = createPipeline(parts)
}, 120_000)

afterAll(async () => {
  await opened.disposeAsync()
  await rm(folder, { recursive: true, force: true })
})

const freshTenant = () => parseTenantId(crypto.randomUUID())!
const source = (tenantId: TenantId) => ({ tenantId, dataset: 'o365.audit', origin: 'test' })

function record(change: Record<string, unknown> = {}): string {
  return JSON.stringify({
    Id: crypto.randomUUID(),
    RecordType: 29,
    CreationTime: '2026-11-20T08:00:00',
    Operation: 'UserSubmission',
    Workload: 'SecurityComplianceCenter',
    UserId: 'ana@contoso.example',
    Subject: 'Your parcel',
    P2Sender: 'post@parcel.example',
    SubmissionType: 'Phish',
    ...change,
  })
}

const WHOLE = { range: { from: '2026-11-01T00:00:00Z', to: '2026-12-01T00:00:00Z' }, query: { kind: 'all' as const } }
const countEvents = (tenantId: TenantId) => stores.events.count(tenantId, WHOLE)
const countAlerts = async (tenantId: TenantId) =>
  (await stores.records.alerts.list(tenantId, { limit: 100, now: '2026-01-01T00:00:00Z' })).reduce(
    (total, { eventCount }) => total + eventCount,
    0,
  )

test('every record read is counted once: kept, duplicate, dropped or quarantined', async () => {
  const tenantId = freshTenant()
  const twice = record()
  const texts = [twice, record(), twice, '', '{"broken":', record({ CreationTime: 'never' })]
  const [counts] = await pipeline.commit([pipeline.prepare(source(tenantId), texts)])
  expect(counts).toMatchObject({ read: 6, kept: 2, duplicates: 1, dropped: { empty: 1 } })
  expect(Object.values(counts!.quarantined)).toEqual([1, 1])
  expect(await countEvents(tenantId)).toBe(2)
  expect(await stores.records.quarantine.countByStep(tenantId)).toEqual(counts!.quarantined)
})

test('an event that several commits bring at once is stored by one and a duplicate for the others', async () => {
  const tenantId = freshTenant()
  const shared = record()
  const commit = () => pipeline.commit([pipeline.prepare(source(tenantId), [shared, record()])])
  const counts = (await Promise.all([commit(), commit(), commit()])).flat()
  expect(counts.map(({ kept, duplicates }) => [kept, duplicates])).toEqual([
    [2, 0],
    [1, 1],
    [1, 1],
  ])
  expect(await countEvents(tenantId)).toBe(4)
  expect(await countAlerts(tenantId)).toBe(4)
})

test('a crash between storing and alerting is repaired by the replay, which doubles nothing', async () => {
  const tenantId = freshTenant()
  const crashing = createPipeline({
    ...parts,
    records: {
      ...stores.records,
      alerts: { ...stores.records.alerts, record: () => Promise.reject(new Error('killed')) },
    },
  })
  const texts = [record(), record()]
  await expect(crashing.commit([crashing.prepare(source(tenantId), texts)])).rejects.toThrow('killed')
  expect([await countEvents(tenantId), await countAlerts(tenantId)]).toEqual([2, 0])
  for (let replay = 0; replay < 2; replay += 1) {
    const [counts] = await pipeline.commit([pipeline.prepare(source(tenantId), texts)])
    expect(counts).toMatchObject({ read: 2, kept: 0, duplicates: 2 })
    expect([await countEvents(tenantId), await countAlerts(tenantId)]).toEqual([2, 2])
  }
})

test('a batch that comes back with some of its events missing gets those stored', async () => {
  const tenantId = freshTenant()
  const texts = [record(), record(), record()]
  await pipeline.commit([pipeline.prepare(source(tenantId), texts.slice(0, 2))])
  const [counts] = await pipeline.commit([pipeline.prepare(source(tenantId), texts)])
  expect(counts).toMatchObject({ kept: 1, duplicates: 2 })
  expect(await countEvents(tenantId)).toBe(3)
})

test('news goes to the tenant once for what is new, and not again for a replay', async () => {
  const tenantId = freshTenant()
  const news: News[] = []
  const unsubscribe = parts.bus.subscribe(tenantId, (each) => news.push(each))
  const texts = [record({ CreationTime: '2026-11-20T09:00:00' }), record()]
  for (let replay = 0; replay < 2; replay += 1) await pipeline.commit([pipeline.prepare(source(tenantId), texts)])
  unsubscribe()
  expect(news).toEqual([
    { kind: 'events', count: 2, newest: '2026-11-20T09:00:00.000Z' },
    expect.objectContaining({ kind: 'alert' }),
  ])
})

test('batches that arrive together are stored together, each with its own counts', async () => {
  const tenantId = freshTenant()
  let commits = 0
  const intake = createIntake({
    prepare: pipeline.prepare,
    commit(batches) {
      commits += 1
      return pipeline.commit(batches)
    },
  })
  const shared = record()
  const batches = [[shared], [shared, record()], [record(), ''], [shared]]
  const counts = await Promise.all(batches.map((texts) => intake.take(source(tenantId), texts)))
  expect(counts.map(({ read, kept, duplicates }) => [read, kept, duplicates])).toEqual([
    [1, 1, 0],
    [2, 1, 1],
    [2, 1, 0],
    [1, 0, 1],
  ])
  expect(commits).toBe(2)
  expect(await countEvents(tenantId)).toBe(3)
})

test('a store that fails refuses all batches that waited, and the next ones go on', async () => {
  const tenantId = freshTenant()
  let broken = true
  const intake = createIntake({
    prepare: pipeline.prepare,
    commit: (batches) => (broken ? Promise.reject(new Error('no disk')) : pipeline.commit(batches)),
  })
  const results = await Promise.allSettled([1, 2, 3].map(() => intake.take(source(tenantId), [record()])))
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  broken = false
  expect(await intake.take(source(tenantId), [record()])).toMatchObject({ kept: 1 })
})

test('files are imported in every format, the second time as duplicates', async () => {
  const tenantId = freshTenant()
  const texts = Array.from({ length: 12 }, () => record())
  const csv = texts.slice(8).map((text) => `"${text.replaceAll('"', '""')}"`)
  const files = {
    'lines.ndjson': texts.slice(0, 4).join('\n'),
    'array.json.gz': gzipSync(`[${texts.slice(4, 8).join(',\n')}]`),
    'purview.csv': `AuditData\r\n${csv.join('\r\n')}\r\n`,
  }
  const sources = Object.keys(files).map((name) => join(folder, name))
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  const request = { tenantId, dataset: 'o365.audit', sources }
  expect(await importFiles(pipeline, request)).toMatchObject({ read: 12, kept: 12, duplicates: 0 })
  expect(await importFiles(pipeline, request)).toMatchObject({ read: 12, kept: 0, duplicates: 12 })
  expect(await countEvents(tenantId)).toBe(12)
})

test('half a file gives its whole records, then the fault', async () => {
  const tenantId = freshTenant()
  const half = join(folder, 'half.json')
  await writeFile(half, `[${record()},${record()},${record().slice(0, 60)}`)
  const importing = importFiles(pipeline, { tenantId, dataset: 'o365.audit', sources: [half] })
  await expect(importing).rejects.toMatchObject({ code: 'IMPORT_FILE_TRUNCATED' })
  expect(await countEvents(tenantId)).toBe(2)
})

test('a file that is not there stops the import before anything is changed', async () => {
  const tenantId = freshTenant()
  const good = join(folder, 'good.ndjson')
  await writeFile(good, record())
  const sources = [good, join(folder, 'missing.ndjson')]
  await expect(importFiles(pipeline, { tenantId, dataset: 'o365.audit', sources })).rejects.toMatchObject({
    code: 'IMPORT_FILE_UNREADABLE',
  })
  expect(await countEvents(tenantId)).toBe(0)
})
