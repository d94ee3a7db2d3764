import { randomUUID } from 'node:crypto'

import { expect, it } from 'vitest'

import type { SavedSearch } from '#domain/saved-search.ts'
import type { Contract } from '#store/testing/record-store-suite.ts'

import { at, freshTenant } from './samples.ts'

export const savedSearchContract: Contract = (store) => {
  async function sample(change: Partial<SavedSearch> = {}): Promise<SavedSearch> {
    const tenantId = change.tenantId ?? freshTenant()
    await store().tenants.ensure(tenantId, 'Searched')
    return {
      tenantId,
      id: randomUUID(),
      name: 'Failed sign-ins',
      query: 'event.outcome : failure and user.name : "a\\"b*"',
      from: 'now-24h',
      to: 'now',
      columns: ['user.name', 'source.ip'],
      createdBy: 'ana',
      createdAt: at(0),
      updatedAt: at(1),
      ...change,
    }
  }

  it('keeps a saved search as it was written, for its tenant alone', async () => {
    const search = await sample()
    expect(await store().savedSearches.create(search)).toBe(true)
    expect(await store().savedSearches.read(search.tenantId, search.id)).toEqual(search)
    expect(await store().savedSearches.list(search.tenantId)).toEqual([search])
    const other = await sample()
    expect(await store().savedSearches.read(other.tenantId, search.id)).toBeUndefined()
    await store().savedSearches.remove(other.tenantId, search.id)
    expect(await store().savedSearches.list(search.tenantId)).toEqual([search])
    await store().savedSearches.remove(search.tenantId, search.id)
    expect(await store().savedSearches.list(search.tenantId)).toEqual([])
  })

  it('takes a name once in a tenant, in any case, when it is made and when it is changed', async () => {
    const first = await sample({ name: 'Second' })
    const { tenantId } = first
    const second = await sample({ tenantId, name: 'first' })
    expect(await store().savedSearches.create(first)).toBe(true)
    expect(await store().savedSearches.create(second)).toBe(true)
    expect(await store().savedSearches.create(await sample({ tenantId, name: 'FIRST' }))).toBe(false)
    expect(await store().savedSearches.create(await sample({ name: 'FIRST' }))).toBe(true)
    expect(await store().savedSearches.change({ ...second, name: 'SECOND' })).toBe(false)
    expect(await store().savedSearches.change({ ...second, name: 'First', query: '' })).toBe(true)
    const names = (await store().savedSearches.list(tenantId)).map(({ name, query }) => [name, query])
    expect(names).toEqual([
      ['First', ''],
      ['Second', first.query],
    ])
  })
}
