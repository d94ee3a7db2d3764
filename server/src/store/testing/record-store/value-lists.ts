import { expect, it } from 'vitest'

import type { TenantId } from '#domain/ids.ts'
import type { ListedValue, ValueList } from '#domain/value-list.ts'
import type { Contract } from '#store/testing/record-store-suite.ts'

import { at, freshTenant } from './samples.ts'

export const valueListContract: Contract = (store) => {
  async function tenantWith(name: string): Promise<ValueList> {
    const tenantId = freshTenant()
    await store().tenants.ensure(tenantId, 'Listed')
    const list = { tenantId, name, description: 'Where people work.', createdBy: 'ana', createdAt: at(1) }
    expect(await store().valueLists.create(list)).toBe(true)
    return list
  }
  const value = (text: string, change: Partial<ListedValue> = {}): ListedValue => {
    return { value: text, addedBy: 'ana', addedAt: at(2), ...change }
  }
  const revision = async (tenantId: TenantId) => (await store().rules.revisions()).get(tenantId) ?? 0

  it('keeps a value once, as it was written last', async () => {
    const { tenantId, name, ...list } = await tenantWith('COUNTRIES')
    const { add, list: lists } = store().valueLists
    expect(await add(tenantId, name, [value('DE'), value('FR', { note: 'a branch', expiresAt: at(9) })], 10)).toBe(true)
    expect(await add(tenantId, name, [value('FR', { addedAt: at(3) })], 10)).toBe(true)
    const values = [value('FR', { addedAt: at(3) }), value('DE')]
    expect(await lists(tenantId)).toEqual([{ tenantId, name, ...list, values }])
    expect(await store().valueLists.create({ tenantId, name, ...list })).toBe(false)
  })

  it('adds nothing where the list would hold more than it may', async () => {
    const { tenantId, name } = await tenantWith('FULL')
    const { add, list } = store().valueLists
    expect(await add(tenantId, name, [value('a'), value('b')], 2)).toBe(true)
    expect(await add(tenantId, name, [value('a'), value('c')], 2)).toBe(false)
    expect(await add(tenantId, name, [value('a', { note: 'again' })], 2)).toBe(true)
    expect((await list(tenantId))[0]?.values.map((each) => each.value)).toEqual(['a', 'b'])
  })

  it('takes values off, and all of them with the list', async () => {
    const { tenantId, name } = await tenantWith('GONE')
    const { add, drop, list, remove } = store().valueLists
    await add(tenantId, name, [value('a'), value('b'), value('c')], 10)
    expect(await drop(tenantId, name, ['a', 'c', 'z'])).toBe(2)
    expect((await list(tenantId))[0]?.values).toEqual([value('b')])
    expect(await remove(tenantId, name)).toBe(true)
    expect(await remove(tenantId, name)).toBe(false)
    expect(await list(tenantId)).toEqual([])
  })

  it('counts every change as one of the rules, and keeps tenants apart', async () => {
    const { tenantId, name } = await tenantWith('SHARED')
    const other = await tenantWith('SHARED')
    const before = await revision(tenantId)
    await store().valueLists.add(other.tenantId, name, [value('theirs')], 10)
    expect(await revision(tenantId)).toBe(before)
    await store().valueLists.add(tenantId, name, [value('ours')], 10)
    expect(await store().valueLists.drop(tenantId, name, ['theirs'])).toBe(0)
    await store().valueLists.remove(tenantId, name)
    expect(await revision(tenantId)).toBe(before + 3)
    expect((await store().valueLists.list(other.tenantId))[0]?.values).toEqual([value('theirs')])
  })
}
