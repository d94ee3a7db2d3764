import { randomUUID } from 'node:crypto'

import { expect, it } from 'vitest'

import type { TenantId } from '#domain/ids.ts'
import type { Contract } from '#store/testing/record-store-suite.ts'

import { at, freshTenant } from './samples.ts'

export const ruleContract: Contract = (store) => {
  async function tenant(): Promise<TenantId> {
    const tenantId = freshTenant()
    await store().tenants.ensure(tenantId, 'Ruled')
    return tenantId
  }
  const about = { change: 'import', createdBy: 'ana', createdAt: at(1) } as const

  it('keeps every version of a file, and makes none where the text is as it was', async () => {
    const tenantId = await tenant()
    const write = (files: Record<string, string>) =>
      store().rules.write(
        tenantId,
        Object.entries(files).map(([path, text]) => ({ path, text })),
        about,
      )
    expect(await write({ 'a.yml': 'one', 'b.yml': 'b' })).toEqual(['a.yml', 'b.yml'])
    expect(await write({ 'a.yml': 'two', 'b.yml': 'b' })).toEqual(['a.yml'])
    expect(await store().rules.files(tenantId)).toEqual([
      { tenantId, path: 'a.yml', version: 2, text: 'two' },
      { tenantId, path: 'b.yml', version: 1, text: 'b' },
    ])
    expect(await store().rules.versions(tenantId, 'a.yml')).toEqual([
      { tenantId, path: 'a.yml', version: 2, text: 'two', ...about },
      { tenantId, path: 'a.yml', version: 1, text: 'one', ...about },
    ])
    expect(await store().rules.removeFile(tenantId, 'a.yml')).toBe(true)
    expect(await store().rules.removeFile(tenantId, 'a.yml')).toBe(false)
    expect(await write({ 'a.yml': 'two' })).toEqual(['a.yml'])
    expect((await store().rules.versions(tenantId, 'a.yml')).map(({ version }) => version)).toEqual([3, 2, 1])
    const other = await tenant()
    expect(await store().rules.files(other)).toEqual([])
    expect(await store().rules.versions(other, 'a.yml')).toEqual([])
  })

  it('counts every change, so that other processes notice', async () => {
    const tenantId = await tenant()
    const revision = async () => (await store().rules.revisions()).get(tenantId)
    expect(await revision()).toBeUndefined()
    await store().rules.switch(tenantId, ['r1', 'r2'], true)
    await store().rules.switch(tenantId, ['r2'], false)
    expect(await store().rules.switches(tenantId)).toEqual(
      new Map([
        ['r1', true],
        ['r2', false],
      ]),
    )
    expect(await revision()).toBe(2)
    const tuning = { id: randomUUID(), ruleId: 'r1', yaml: 'title: x', reason: 'known', createdBy: 'ana' }
    await store().rules.addTuning({ tenantId, ...tuning, createdAt: at(2), expiresAt: at(9) })
    expect(await store().rules.tunings(tenantId)).toEqual([{ tenantId, ...tuning, createdAt: at(2), expiresAt: at(9) }])
    expect(await store().rules.removeTuning(await tenant(), tuning.id)).toBe(false)
    expect(await store().rules.removeTuning(tenantId, tuning.id)).toBe(true)
    expect(await revision()).toBe(4)
    expect(await store().rules.switches(await tenant())).toEqual(new Map())
  })
}
