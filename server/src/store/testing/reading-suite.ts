import { expect, it } from 'vitest'

import type { TenantId } from '#domain/ids.ts'
import type { EventPage, EventSearch, EventStore } from '#store/event-store.ts'

import { ALL, at, DAY, found, numbered, stored } from './asked.ts'
import { every } from './every.ts'
import { put } from './put.ts'
import { testEvent } from './test-event.ts'

/** Giving events back: in pages, in buckets, by their values, by id. */
export function testReading(store: () => EventStore): void {
  it.each([
    { counted: true, by: 'counting' },
    { counted: false, by: 'reading' },
  ])('gives pages newest first by $by, complete and undisturbed by what arrives meanwhile', async ({ counted }) => {
    // Ten events a moment, so that pages end within one.
    const batch = Array.from({ length: 95 }, (_, n) => testEvent(n, { '@timestamp': at(Math.floor(n / 10)) }))
    const tenant = await stored(store(), ...batch)
    const seen: EventPage['events'] = []
    let pages = 0
    for await (const page of pagesOf(store(), tenant, { limit: 7, counted })) {
      seen.push(...page)
      pages += 1
      await put(store(), tenant, `later-${pages}`, [testEvent(1_000 + pages, { '@timestamp': at(600 + pages) })])
    }
    expect(pages).toBe(14)
    expect(new Set(seen.map((event) => event.event.id)).size).toBe(95)
    expect(seen.map((event) => event['@timestamp'])).toEqual(
      batch
        .map(({ event }) => event['@timestamp'])
        .toSorted()
        .toReversed(),
    )
  })

  it.each([
    { order: 'desc' as const, limit: 1_000 },
    { order: 'asc' as const, limit: 1_000 },
    { order: 'desc' as const, limit: 350 },
    { order: 'asc' as const, limit: 130 },
  ])('gives pages of $limit, $order, of which the events crowd together', async ({ order, limit }) => {
    // More of one moment than a page has, more of one minute than a look hands over, then hours without any, and copies of some.
    const minutes = [0, 0, 0, 0.5, 3, 3.1, 900].flatMap((minute, n) => Array.from({ length: n * 140 }, () => minute))
    const batch = minutes.map((minute, n) => testEvent(n, { '@timestamp': at(minute) }))
    const tenant = await stored(store(), ...batch)
    await put(store(), tenant, 'again', batch.slice(100, 900))
    const pages = await every(pagesOf(store(), tenant, { limit, order, counted: true }))
    const expected = batch.map(({ event }) => ({ time: event['@timestamp'], id: event.event.id }))
    const sign = order === 'asc' ? 1 : -1
    expected.sort((a, b) => sign * (Date.parse(a.time) - Date.parse(b.time) || (a.id < b.id ? -1 : 1)))
    expect(pages.map((event) => event.event.id)).toEqual(expected.map(({ id }) => id))
  })

  it('counts an id that two times have as two events', async () => {
    const again = testEvent(7, { '@timestamp': at(7.5) })
    const tenant = await stored(store(), testEvent(7), again)
    expect(await store().count(tenant, { range: DAY, query: ALL })).toBe(2)
    expect(await found(store(), tenant, ALL)).toEqual(['event-7', 'event-7'])
  })

  it('includes the start of a range and excludes its end', async () => {
    const tenant = await stored(store(), ...[0, 1, 2].map((n) => testEvent(n, { '@timestamp': at(n) })))
    expect(await store().count(tenant, { range: { from: at(0), to: at(2) }, query: ALL })).toBe(2)
    expect(await store().count(tenant, { range: { from: at(2), to: at(0) }, query: ALL })).toBe(0)
  })

  it('counts into buckets, the empty ones included', async () => {
    const tenant = await stored(store(), ...[0, 1, 1, 5].map((minute, n) => testEvent(n, { '@timestamp': at(minute) })))
    const range = { from: at(0), to: at(6) }
    const buckets = await store().histogram(tenant, { range, query: ALL, intervalMs: 60_000 })
    expect(buckets).toEqual([1, 2, 0, 0, 0, 1].map((count, minute) => ({ time: at(minute), count })))
  })

  it('counts thousands, copies once, into buckets of any length and beginning', async () => {
    const start = Date.parse(DAY.from)
    const times = Array.from({ length: 10_500 }, (_, n) => start + n * 8_000)
    const batch = times.map((time, n) => testEvent(n, { '@timestamp': new Date(time).toISOString() }))
    const tenant = await stored(store(), ...batch)
    await put(store(), tenant, 'again', batch.slice(700, 5_900))
    expect(await store().count(tenant, { range: DAY, query: ALL })).toBe(10_500)
    for (const [intervalMs, originMs] of [
      [3_600_000, 0],
      [420_000, start],
      [90_500, start - 7],
    ] as const) {
      const buckets = await store().histogram(tenant, { range: DAY, query: ALL, intervalMs, originMs })
      const first = Date.parse(buckets[0]!.time)
      const expected = buckets.map(() => 0)
      for (const time of times) expected[Math.floor((time - first) / intervalMs)]! += 1
      expect(buckets.map(({ count }) => count)).toEqual(expected)
    }
  })

  it.each([
    [
      'a typed column',
      'event.action',
      [
        { value: 'Send', count: 2 },
        { value: 'MailItemsAccessed', count: 1 },
      ],
    ],
    [
      'several values',
      'event.category',
      [
        { value: 'email', count: 3 },
        { value: 'file', count: 1 },
      ],
    ],
    ['a number', 'source.port', [{ value: '443', count: 2 }]],
    [
      'an unmapped field',
      'o365.audit.Level',
      [
        { value: '7', count: 2 },
        { value: 'high', count: 1 },
      ],
    ],
    [
      'objects in a list',
      'o365.audit.Parameters.Name',
      [
        { value: 'ForwardTo', count: 2 },
        { value: 'Name', count: 1 },
      ],
    ],
    ['a field nobody has', 'no.such.field', []],
  ])('gives the most frequent values of %s', async (_, field, expected) => {
    const tenant = await stored(
      store(),
      testEvent(0, {
        event: { action: 'Send', category: ['email', 'file'] },
        source: { port: 443 },
        o365: { audit: { Level: 7, Parameters: [{ Name: 'ForwardTo' }, { Name: 'Name' }, { Name: 'ForwardTo' }] } },
      }),
      testEvent(1, {
        event: { action: 'Send', category: ['email'] },
        source: { port: '443' },
        o365: { audit: { Level: 7, Parameters: { Name: 'ForwardTo' } } },
      }),
      testEvent(2, {
        event: { action: 'MailItemsAccessed', category: 'email' },
        o365: { audit: { Level: 'high' } },
      }),
    )
    expect(await store().topValues(tenant, { range: DAY, query: ALL, field, limit: 10 })).toEqual(expected)
  })

  it('reads by id', async () => {
    const tenant = await stored(store(), ...numbered(5))
    await put(store(), tenant, 'again', numbered(5))
    const many = await store().readMany(tenant, ['event-1', 'event-3', 'event-3', 'none'])
    expect(many.map((event) => event.event.id).toSorted()).toEqual(['event-1', 'event-3'])
    expect(await store().read(tenant, 'EVENT-1')).toBeUndefined()
    expect(await store().readMany(tenant, [])).toEqual([])
  })
}

async function* pagesOf(store: EventStore, tenant: TenantId, asked: Pick<EventSearch, 'limit' | 'order' | 'counted'>) {
  for (let cursor: string | undefined; ;) {
    const page: EventPage = await store.search(tenant, {
      range: DAY,
      query: ALL,
      ...asked,
      ...(cursor && { cursor }),
    })
    yield page.events
    cursor = page.nextCursor
    if (cursor === undefined) return
  }
}
