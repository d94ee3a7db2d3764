import { expect, it } from 'vitest'

import type { CorrelationHit } from '#domain/rule.ts'
import type { Contract } from '#store/testing/record-store-suite.ts'

import { at, freshTenant } from './samples.ts'

export const correlationHitContract: Contract = (store) => {
  const hit = (eventId: string, minute: number, rules = ['r']): CorrelationHit => {
    return { eventId, time: at(minute), rules, facts: { user: ['ana', 'bo'] }, sentence: `Event ${eventId}.` }
  }
  const ids = (hits: readonly CorrelationHit[]) => hits.map(({ eventId }) => eventId).join('')

  it('gives hits by the time of their events, a page at a time, and as they were told last', async () => {
    const tenantId = freshTenant()
    await store().tenants.ensure(tenantId, 'Hit')
    await store().correlationHits.add(tenantId, [hit('c', 3), hit('a', 1), hit('b', 3)])
    await store().correlationHits.add(tenantId, [hit('d', 2), hit('a', 1, ['r', 's'])])
    expect(await store().correlationHits.byTime(tenantId, { limit: 2 })).toEqual([hit('a', 1, ['r', 's']), hit('d', 2)])
    const behind = { time: at(2), eventId: 'd' }
    expect(ids(await store().correlationHits.byTime(tenantId, { behind, limit: 9 }))).toBe('bc')
    expect(ids(await store().correlationHits.byTime(tenantId, { from: at(2), until: at(2), limit: 9 }))).toBe('d')
    expect(await store().correlationHits.byTime(freshTenant(), { limit: 9 })).toEqual([])
  })

  it('gives hits as they arrive, none twice and those told again once more', async () => {
    const tenantId = freshTenant()
    await store().tenants.ensure(tenantId, 'Hit')
    const edge = await store().correlationHits.edge(tenantId)
    await store().correlationHits.add(tenantId, [hit('a', 5), hit('b', 1)])
    const first = await store().correlationHits.arrivals(tenantId, edge, 1)
    expect([ids(first.hits), first.isLast]).toEqual(['a', false])
    const second = await store().correlationHits.arrivals(tenantId, first.next, 9)
    expect([ids(second.hits), second.isLast]).toEqual(['b', true])
    await store().correlationHits.add(tenantId, [hit('c', 0), hit('a', 5)])
    const third = await store().correlationHits.arrivals(tenantId, second.next, 9)
    expect(ids(third.hits)).toBe('ac')
    expect((await store().correlationHits.arrivals(tenantId, third.next, 9)).hits).toEqual([])
  })

  it('forgets what is old by event and by arrival, and the oldest of too many', async () => {
    const tenantId = freshTenant()
    await store().tenants.ensure(tenantId, 'Hit')
    await store().correlationHits.add(tenantId, [hit('a', 1), hit('b', 2), hit('c', 3)])
    expect(await store().correlationHits.prune(tenantId, at(3), 9)).toBe(0)
    expect(await store().correlationHits.prune(tenantId, at(0), 2)).toBe(1)
    expect(ids(await store().correlationHits.byTime(tenantId, { limit: 9 }))).toBe('bc')
    expect(await store().correlationHits.prune(tenantId, '9999-01-01T00:00:00Z', 9)).toBe(0)
    expect(await store().correlationHits.byTime(tenantId, { limit: 9 })).toEqual([])
  })
}
