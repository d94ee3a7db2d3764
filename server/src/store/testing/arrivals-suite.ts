import { setTimeout as pause } from 'node:timers/promises'

import * as fc from 'fast-check'
import { expect, it, vi } from 'vitest'

import type { TenantId } from '#domain/ids.ts'
import type { EventQuery } from '#domain/query.ts'
import type { ArrivalCursor, ArrivedEvent, EventStore } from '#store/event-store.ts'

import { put } from './put.ts'
import { newTenant, testEvent } from './test-event.ts'

const ALL: EventQuery = { kind: 'all' }
const PATIENCE_MS = 200_000
vi.setConfig({ testTimeout: 2 * PATIENCE_MS })

/** What forwarding relies on: a cursor that passes no event by. */
export function testArrivals(store: () => EventStore): void {
  /** Reads on from a cursor until `isEnough`, as somebody does who comes again and again. */
  async function follow(
    tenant: TenantId,
    isEnough: (seen: readonly ArrivedEvent[]) => boolean,
    options: { query?: EventQuery; limit?: number; after?: ArrivalCursor } = {},
  ): Promise<{ seen: ArrivedEvent[]; cursor: ArrivalCursor }> {
    const { query = ALL, limit = 1_000 } = options
    const seen: ArrivedEvent[] = []
    const deadline = performance.now() + PATIENCE_MS
    for (let after = options.after; ;) {
      const page = await store().arrivals(tenant, { query, limit, ...(after && { after }) })
      after = page.next
      seen.push(...page.events)
      if (page.isLast && isEnough(seen)) return { seen, cursor: after }
      if (performance.now() > deadline) throw new Error(`Only ${seen.length} events arrived.`)
      if (page.isLast) await pause(20)
    }
  }
  const idsOf = (events: readonly ArrivedEvent[]) => events.map(({ id }) => id)
  const atLeast = (count: number) => (seen: readonly ArrivedEvent[]) => seen.length >= count

  it('gives what came later later, whatever its own time, with the document as it was stored', async () => {
    const tenant = newTenant()
    const newest = testEvent(900)
    await put(store(), tenant, 'a', [newest])
    const first = await follow(tenant, atLeast(1))
    await put(store(), tenant, 'b', [testEvent(3)])
    const { seen } = await follow(tenant, atLeast(1), { after: first.cursor })
    expect(idsOf(first.seen)).toEqual(['event-900'])
    expect(idsOf(seen)).toEqual(['event-3'])
    expect(JSON.parse(first.seen[0]!.document)).toEqual(newest.event)
    expect(first.seen[0]).toMatchObject({
      dataset: newest.event.event.dataset,
      timeMs: Date.parse(newest.event['@timestamp']),
    })
  })

  it('tells at which times events are that came since, in stretches of ten minutes', async () => {
    const tenant = newTenant()
    const before = await store().arrivedTimes(tenant)
    expect(before.stretches).toEqual([])
    const stretch = (n: number) => Date.UTC(2026, 10, 1) + n * 600_000
    await put(store(), tenant, 'a', [testEvent(3), testEvent(4), testEvent(25)])
    await put(store(), newTenant(), 'b', [testEvent(50)])
    await follow(tenant, atLeast(3))
    const first = await store().arrivedTimes(tenant, before.untilMs)
    expect(first.stretches).toEqual([stretch(0), stretch(2)])
    await put(store(), tenant, 'c', [testEvent(9)])
    await follow(tenant, atLeast(4))
    const second = await store().arrivedTimes(tenant, first.untilMs)
    expect(second.stretches).toEqual([stretch(0)])
    expect(second.untilMs).toBeGreaterThan(first.untilMs)
  })

  it('gives each event of one moment once, wherever pages end', async () => {
    const tenant = newTenant()
    const count = 60
    await put(
      store(),
      tenant,
      'a',
      Array.from({ length: count }, (_, n) => testEvent(Math.floor(n / 7), { event: { id: `event-${n}` } })),
    )
    await follow(tenant, atLeast(count))
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: count + 1 }), async (limit) => {
        const { seen } = await follow(tenant, atLeast(count), { limit })
        expect(new Set(idsOf(seen)).size).toBe(count)
        expect(seen).toHaveLength(count)
      }),
      { numRuns: 4 },
    )
  })

  it('passes by nothing that is stored while it reads, however long storing takes', async () => {
    const tenant = newTenant()
    const batches = 24
    const size = 150
    // Long documents make some INSERTs take much longer than others, so that they end in another order than they began.
    const stored = Promise.all(
      Array.from({ length: 4 }, async (_, writer) => {
        for (let batch = writer; batch < batches; batch += 4) {
          const events = Array.from({ length: size }, (_event, n) => testEvent(batch * size + n))
          const original = 'x'.repeat(batch % 5 === 0 ? 40_000 : 10)
          await put(
            store(),
            tenant,
            `batch-${batch}`,
            events.map((event) => ({ ...event, original })),
          )
        }
      }),
    )
    const { seen } = await follow(tenant, atLeast(batches * size), { limit: 170 })
    await stored
    expect(new Set(idsOf(seen)).size).toBe(batches * size)
    expect(seen).toHaveLength(batches * size)
  })

  it('ends a page where its documents are many bytes, and goes on behind it', async () => {
    const tenant = newTenant()
    const text = 'x'.repeat(3_000_000)
    await put(
      store(),
      tenant,
      'a',
      Array.from({ length: 6 }, (_, n) => testEvent(n, { labels: { text } })),
    )
    await follow(tenant, atLeast(6))
    const page = await store().arrivals(tenant, { query: ALL, limit: 100 })
    expect(page).toMatchObject({ isLast: false })
    expect(page.events).toHaveLength(3)
    const { seen } = await follow(tenant, atLeast(3), { after: page.next })
    expect(idsOf([...page.events, ...seen])).toEqual([0, 1, 2, 3, 4, 5].map((n) => `event-${n}`))
  })

  it('gives what fits a query, passes the rest, and tells what is left of it', async () => {
    const tenant = newTenant()
    const query: EventQuery = { kind: 'match', field: 'user.name', value: 'ana', wildcard: false }
    const named = (n: number) => testEvent(n, { user: { name: n % 3 === 0 ? 'ana' : 'ben' } })
    await put(
      store(),
      tenant,
      'a',
      Array.from({ length: 9 }, (_, n) => named(n)),
    )
    expect(await store().backlog(tenant, { query })).toEqual({ count: 3, sinceMs: expect.any(Number) })
    const { seen, cursor } = await follow(tenant, atLeast(3), { query })
    expect(idsOf(seen)).toEqual(['event-0', 'event-3', 'event-6'])
    expect(await store().backlog(tenant, { query, after: cursor })).toEqual({ count: 0 })
    await put(store(), tenant, 'b', [named(10)])
    const none = await follow(tenant, () => true, { query, after: cursor })
    expect(none.seen).toEqual([])
  })

  it("reaches no other tenant's events", async () => {
    const [mine, theirs] = [newTenant(), newTenant()]
    await put(store(), theirs, 'a', [testEvent(1)])
    await put(store(), mine, 'a', [testEvent(2)])
    expect(idsOf((await follow(mine, atLeast(1))).seen)).toEqual(['event-2'])
    expect(await store().backlog(newTenant(), { query: ALL })).toEqual({ count: 0 })
  })
}
