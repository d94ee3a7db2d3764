import { expect, it } from 'vitest'

import type { Contract } from '#store/testing/record-store-suite.ts'
import { freshTenant } from './samples.ts'

const SOURCE = { dataset: 'o365.audit', origin: 'management-activity.Audit.General' }
const bad = (original: string, step = 'parse') =>
  ({ outcome: 'quarantined', step, error: 'Not JSON.', original }) as const

export const quarantineContract: Contract = (store) => {
  it('keeps a record’s text whole, whatever is in it', async () => {
    const tenantId = freshTenant()
    const original = '{"Subject":"nul \0, emoji 🙂, quote \\" and '
    await store().quarantine.add(tenantId, SOURCE, [bad(original)])
    expect(await store().quarantine.list(tenantId, 10)).toEqual([
      { ...bad(original), ...SOURCE, id: expect.any(String), createdAt: expect.any(String) },
    ])
  })

  it('adds the same record of the same source once, also within one call', async () => {
    const tenantId = freshTenant()
    await store().quarantine.add(tenantId, SOURCE, [bad('a'), bad('a'), bad('b', 'time')])
    await store().quarantine.add(tenantId, SOURCE, [bad('a')])
    await store().quarantine.add(tenantId, { ...SOURCE, origin: 'export.csv' }, [bad('a')])
    expect(await store().quarantine.countByStep(tenantId)).toEqual({ parse: 2, time: 1 })
    expect(await store().quarantine.list(tenantId, 2)).toHaveLength(2)
  })

  it('takes thousands of records at once', async () => {
    const tenantId = freshTenant()
    const records = Array.from({ length: 1234 }, (_, number) => bad(`record ${number}`))
    await store().quarantine.add(tenantId, SOURCE, records)
    expect(await store().quarantine.countByStep(tenantId)).toEqual({ parse: 1234 })
  })

  it('shows nothing of another tenant', async () => {
    await store().quarantine.add(freshTenant(), SOURCE, [bad('a')])
    const other = freshTenant()
    expect(await store().quarantine.list(other, 10)).toEqual([])
    expect(await store().quarantine.countByStep(other)).toEqual({})
  })
}
