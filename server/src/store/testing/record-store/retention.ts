import { expect, it } from 'vitest'

import type { Contract } from '#store/testing/record-store-suite.ts'

import { at, freshTenant } from './samples.ts'

export const retentionContract: Contract = (store) => {
  it('keeps how long events are kept, by tenant and dataset', async () => {
    const [tenantId, other] = [freshTenant(), freshTenant()]
    for (const id of [tenantId, other]) await store().tenants.ensure(id, 'Retained')
    const { retention } = store()
    expect(await retention.read(tenantId)).toEqual({ datasets: {} })
    await retention.set(tenantId, undefined, 400)
    await retention.set(tenantId, 'o365.audit', 30)
    await retention.set(tenantId, 'o365.audit', 60)
    await retention.set(other, 'azure.signinlogs', 7)
    await retention.noteApplied(tenantId, at(1))
    await retention.noteApplied(tenantId, at(2))
    expect(await retention.read(tenantId)).toEqual({ days: 400, datasets: { 'o365.audit': 60 }, appliedAt: at(2) })
    await retention.set(tenantId, undefined, undefined)
    await retention.set(tenantId, 'o365.audit', undefined)
    expect(await retention.read(tenantId)).toEqual({ datasets: {}, appliedAt: at(2) })
    expect(await retention.read(other)).toEqual({ datasets: { 'azure.signinlogs': 7 } })
  })
}
