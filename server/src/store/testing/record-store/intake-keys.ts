import { randomUUID } from 'node:crypto'

import { expect, it } from 'vitest'

import type { IntakeKey } from '#domain/intake-key.ts'
import type { Contract } from '#store/testing/record-store-suite.ts'

import { at, freshTenant } from './samples.ts'

export const intakeKeyContract: Contract = (store) => {
  async function tenant() {
    const tenantId = freshTenant()
    await store().tenants.ensure(tenantId, 'Pushed to')
    return tenantId
  }

  it('finds an intake key by its hash, until its tenant removes it', async () => {
    const [tenantId, other] = [await tenant(), await tenant()]
    const key: IntakeKey = { tenantId, id: randomUUID(), name: 'proxy', dataset: 'o365.audit', createdAt: at(0) }
    const expiring: IntakeKey = { ...key, id: randomUUID(), name: 'firewall', expiresAt: at(10) }
    await store().intakeKeys.create({ ...key, keyHash: 'hash 1' })
    await store().intakeKeys.create({ ...expiring, keyHash: 'hash 2' })
    expect(await store().intakeKeys.find('hash 1')).toEqual(key)
    expect(await store().intakeKeys.find('hash 3')).toBeUndefined()
    expect(await store().intakeKeys.list(tenantId)).toEqual([expiring, key])
    expect(await store().intakeKeys.list(other)).toEqual([])
    expect(await store().intakeKeys.remove(other, key.id)).toBe(false)
    expect(await store().intakeKeys.remove(tenantId, key.id)).toBe(true)
    expect(await store().intakeKeys.find('hash 1')).toBeUndefined()
  })
}
