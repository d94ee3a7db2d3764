import type { NormalizedEvent } from '#domain/event.ts'
import type { TenantId } from '#domain/ids.ts'
import type { EventQuery } from '#domain/query.ts'
import type { EventPage, EventStore } from '#store/event-store.ts'

import { put } from './put.ts'
import { newTenant, testEvent } from './test-event.ts'

/** What the suites of the event store ask it again and again. */

export const DAY = { from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' }
export const ALL: EventQuery = { kind: 'all' }
export const is = (field: string, value: string): EventQuery => ({ kind: 'match', field, value, wildcard: false })
export const like = (field: string, value: string): EventQuery => ({ kind: 'match', field, value, wildcard: true })

/** A tenant of its own with these events. */
export async function stored(store: EventStore, ...events: NormalizedEvent[]): Promise<TenantId> {
  const tenant = newTenant()
  await put(store, tenant, 'first', events)
  return tenant
}

/** The ids of what a query finds within {@link DAY}. */
export async function found(store: EventStore, tenant: TenantId, query: EventQuery): Promise<string[]> {
  return idsOf(await store.search(tenant, { range: DAY, query, limit: 1_000, counted: true }))
}

/** How many events each way to look sees; one number where all of them agree. Events are those of {@link numbered}. */
export async function totals(store: EventStore, tenant: TenantId): Promise<Set<number>> {
  const scope = { range: DAY, query: ALL }
  const buckets = await store.histogram(tenant, { ...scope, intervalMs: 3_600_000 })
  const datasets = await store.topValues(tenant, { ...scope, field: 'event.dataset', limit: 2 })
  const ids = await found(store, tenant, ALL)
  const many = await store.readMany(
    tenant,
    numbered(1_000).map(({ event }) => event.event.id),
  )
  return new Set([
    await store.count(tenant, scope),
    buckets.reduce((sum, bucket) => sum + bucket.count, 0),
    datasets.reduce((sum, dataset) => sum + dataset.count, 0),
    ids.length,
    new Set(ids).size,
    many.length,
  ])
}

/** So many events, a minute apart. */
export function numbered(count: number): NormalizedEvent[] {
  return Array.from({ length: count }, (_, n) => testEvent(n))
}

/** Minute of {@link DAY}, ISO. */
export function at(minute: number): string {
  return new Date(Date.parse(DAY.from) + minute * 60_000).toISOString()
}

export function idsOf(page: EventPage): string[] {
  return page.events.map((event) => event.event.id)
}
