import { expect, it } from 'vitest'

import type { TenantId } from '#domain/ids.ts'
import type { CorrelationHit } from '#domain/rule.ts'
import type { Contract } from '#store/testing/record-store-suite.ts'

import { at, freshTenant } from './samples.ts'

export const correlationHitContract: Contract = (store) => {
  const hit = (eventId: string, minute: number, rules = ['r']): CorrelationHit => {
    return { eventId, time: at(minute), rules, facts: { user: ['ana', 'bo'] }, sentence: `Event ${eventId}.` }
  }
  const ids = (hits: readonly CorrelationHit[]) => hits.map(({ eventId }) => eventId).join('')

  const pagesOf = async (tenantId: TenantId, span: { from?: string; until?: string } = {}) => {
    const pages: CorrelationHit[][] = []
    for await (const page of store().correlationHits.byTime(tenantId, span)) pages.push(page)
    return pages
  }
  const byTime = async (...asked: Parameters<typeof pagesOf>) => (await pagesOf(...asked)).flat()

  it('gives hits by the time of their events, each once as it was told last', async () => {
    const tenantId = freshTenant()
    await store().tenants.ensure(tenantId, 'Hit')
    await store().correlationHits.add(tenantId, [hit('c', 3), hit('a', 1), hit('b', 3)])
    await store().correlationHits.add(tenantId, [hit('d', 2), hit('a', 1, ['r', 's'])])
    expect(await byTime(tenantId)).toEqual([hit('a', 1, ['r', 's']), hit('d', 2), hit('b', 3), hit('c', 3)])
    expect(ids(await byTime(tenantId, { from: at(2), until: at(2) }))).toBe('d')
    expect(ids(await byTime(tenantId, { from: at(2) }))).toBe('dbc')
    expect(await byTime(freshTenant())).toEqual([])
  })

  it('gives hits of many minutes in pages, and none of another tenant', async () => {
    const [tenantId, other] = [freshTenant(), freshTenant()]
    for (const each of [tenantId, other]) await store().tenants.ensure(each, 'Hit')
    const many = Array.from({ length: 7_000 }, (_, n) => hit(String(n).padStart(4, '0'), (n % 7) * 10))
    await store().correlationHits.add(tenantId, many)
    await store().correlationHits.add(other, [hit('other', 1)])
    const pages = await pagesOf(tenantId)
    expect(pages.length).toBeGreaterThan(1)
    const inOrder = many.toSorted((a, b) => (a.time === b.time ? 0 : a.time < b.time ? -1 : 1))
    expect(pages.flat()).toEqual(inOrder)
  })

  it('gives hits as they arrive, and misses none', async () => {
    const tenantId = freshTenant()
    await store().tenants.ensure(tenantId, 'Hit')
    let cursor = await store().correlationHits.edge(tenantId)
    const arrived = async () => {
      const seen: CorrelationHit[] = []
      for (let isLast = false; !isLast;) {
        const page = await store().correlationHits.arrivals(tenantId, cursor)
        seen.push(...page.hits)
        ;({ next: cursor, isLast } = page)
      }
      const told = new Set(seen.map(({ eventId }) => eventId))
      expect(seen.length).toBe(told.size)
      return told
    }
    await store().correlationHits.add(tenantId, [hit('a', 5), hit('b', 1)])
    expect(await arrived()).toEqual(new Set(['a', 'b']))
    expect(await arrived()).toEqual(new Set())
    await store().correlationHits.add(tenantId, [hit('c', 0)])
    expect(await arrived()).toEqual(new Set(['c']))
    const far = Array.from({ length: 2_300 }, (_, n) => hit(`far ${n}`, n))
    const near = Array.from({ length: 11_000 }, (_, n) => hit(`near ${n}`, n % 3))
    await store().correlationHits.add(tenantId, far)
    await store().correlationHits.add(tenantId, near)
    expect((await arrived()).size).toBe(13_300)
  })

  it('forgets what is old by event and by arrival, and the oldest of too many', async () => {
    const tenantId = freshTenant()
    await store().tenants.ensure(tenantId, 'Hit')
    await store().correlationHits.add(tenantId, [hit('a', 10), hit('b', 20), hit('c', 30)])
    expect(await store().correlationHits.prune(tenantId, at(30), 9)).toBe(0)
    expect(await store().correlationHits.prune(tenantId, at(0), 2)).toBe(1)
    expect(ids(await byTime(tenantId))).toBe('bc')
    expect(await store().correlationHits.prune(tenantId, '9999-01-01T00:00:00Z', 9)).toBe(0)
    expect(await byTime(tenantId)).toEqual([])
  })
}
