import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Clock, systemClock } from '#domain/clock.ts'
import { parseTenantId, type TenantId } from '#domain/ids.ts'
import { normalizerOf } from '#normalize/normalize-record.ts'
import { copyTemplate } from '#store/testing/temporary-records.ts'

import { createBus } from '#app/bus.ts'
import { readConfig } from '#app/config.ts'
import { createPipeline } from '#app/pipeline.ts'
import { openStores, type Stores } from '#app/stores.ts'
import { until } from '#app/testing/cordon-process.ts'
import { openRuleBook, type RuleBook } from '#app/rules/rule-book.ts'

/** Stores with tenants that have some rules, and nobody who correlates. */
export interface RuledStores extends AsyncDisposable {
  stores: Stores
  book: RuleBook
  freshTenant(): Promise<TenantId>
  /** Stores what was collected, of the audit log unless another dataset is named; the stream has it in its memory. */
  collect(tenantId: TenantId, texts: readonly string[], dataset?: string): Promise<void>
}

/** @param clock of the book of rules and of what is stored; the system's when absent. */
export async function openRuledStores(rules: string, clock: Clock = systemClock): Promise<RuledStores> {
  const opened = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'cordon-ruled-'))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  await copyTemplate(join(folder, 'records'))
  const stores = await openStores(readConfig({ CORDON_DATA: folder }), opened)
  const base = [{ path: 'rules.yml', text: rules, origin: 'pack' as const }]
  const book = await openRuleBook({ base, records: stores.records, clock, log: fail })
  opened.defer(() => book.close())
  const collected = new Map<TenantId, number>()
  return {
    stores,
    book,
    async freshTenant() {
      const id = parseTenantId(crypto.randomUUID())!
      await stores.records.tenants.ensure(id, 'Ruled')
      return id
    },
    async collect(tenantId, texts, dataset = 'o365.audit') {
      const pipeline = createPipeline({
        ...stores,
        normalizerOf,
        detectorOf: (id) => book.of(id).detector,
        correlate: () => {},
        bus: createBus(),
        clock,
      })
      await pipeline.commit([pipeline.prepare({ tenantId, dataset, origin: 'test' }, texts)])
      const all = (collected.get(tenantId) ?? 0) + texts.length
      collected.set(tenantId, all)
      // What was stored a moment ago may not be told yet.
      await until(
        () => stores.events.arrivals(tenantId, { query: { kind: 'all' }, limit: 10_000 }),
        ({ events }) => events.length === all,
      )
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/** Nothing is to be logged. */
export function fail(error: Error): never {
  throw error
}

let count = 0
/** Something that somebody did with a file, minutes after eight. */
export function fact(user: string, minute: number, change: Record<string, unknown> = {}): string {
  return JSON.stringify({
    Id: `c0ffee00-0000-4000-8000-${String(count++).padStart(12, '0')}`,
    RecordType: 6,
    CreationTime: new Date(Date.UTC(2026, 10, 20, 8, minute)).toISOString().slice(0, 19),
    Operation: 'FileDownloaded',
    Workload: 'SharePoint',
    UserId: user,
    ObjectId: 'https://harborfinch.example/plans.docx',
    ...change,
  })
}

/** A sign-in of Eve, minutes after eight. */
export function signIn(minute: number, [latitude, longitude]: readonly [number, number]): string {
  return JSON.stringify({
    id: `c0ffee01-0000-4000-8000-${String(count++).padStart(12, '0')}`,
    createdDateTime: new Date(Date.UTC(2026, 10, 20, 8, minute)).toISOString(),
    userPrincipalName: 'eve@harborfinch.example',
    ipAddress: '203.0.113.7',
    isInteractive: true,
    location: { geoCoordinates: { latitude, longitude } },
    status: { errorCode: 0 },
  })
}

export async function gather<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}
