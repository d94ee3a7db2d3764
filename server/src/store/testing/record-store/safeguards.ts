import { expect, it } from 'vitest'

import type { Contract } from '#store/testing/record-store-suite.ts'

import { at, freshTenant } from './samples.ts'

export const safeguardContract: Contract = (store) => {
  it('keeps stops of all acting, by tenant and for the installation, each once', async () => {
    const [tenantId, other] = [freshTenant(), freshTenant()]
    const { safeguards } = store()
    const own = { tenantId, reason: 'Wrong list', stoppedBy: 'ana', stoppedAt: at(1) }
    const all = { reason: 'Key stolen', stoppedBy: 'ben', stoppedAt: at(2) }
    expect(await safeguards.stop(own)).toBe(true)
    expect(await safeguards.stop({ ...own, reason: 'Another' })).toBe(false)
    expect([await safeguards.stops(tenantId), await safeguards.stops(other)]).toEqual([[own], []])
    expect(await safeguards.stop(all)).toBe(true)
    expect([await safeguards.stops(tenantId), await safeguards.stops(other)]).toEqual([[all, own], [all]])
    expect(await safeguards.resume(other)).toBe(false)
    expect(await safeguards.resume()).toBe(true)
    expect(await safeguards.resume(tenantId)).toBe(true)
    expect([await safeguards.stops(tenantId), await safeguards.stops(other)]).toEqual([[], []])
  })

  it('keeps which actions only run as shadow, by tenant', async () => {
    const [tenantId, other] = [freshTenant(), freshTenant()]
    for (const id of [tenantId, other]) await store().tenants.ensure(id, 'Careful')
    const { safeguards } = store()
    await safeguards.setShadowActions(tenantId, ['isolate-device', 'delete-message'])
    await safeguards.setShadowActions(other, ['*'])
    expect(await safeguards.shadowActions(tenantId)).toEqual(['delete-message', 'isolate-device'])
    await safeguards.setShadowActions(tenantId, [])
    expect([await safeguards.shadowActions(tenantId), await safeguards.shadowActions(other)]).toEqual([[], ['*']])
  })
}
