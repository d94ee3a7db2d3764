import { expect, it } from 'vitest'

import type { Reconciliation } from '#domain/rule.ts'
import type { Contract } from '#store/testing/record-store-suite.ts'

import { at, detection, freshTenant } from './samples.ts'

const NONE = { events: 0, alerts: 0 }
const WHOLE = { from: at(0), to: at(60) }

export const reconciliationContract: Contract = (store) => {
  async function tenant() {
    const tenantId = freshTenant()
    await store().tenants.ensure(tenantId, 'Reconciled')
    return tenantId
  }

  it('keeps how far each rule has come as it was written last, and forgets rules that are gone', async () => {
    const tenantId = await tenant()
    const { write, list, keep } = store().reconciliations
    const waiting = [{ from: 600_000, until: 1_200_000 }]
    const fault = { code: 'RULE_HISTORY_LARGE', what: 'It was not.', why: 'Too much.', fix: 'Narrow it.' }
    const many: Reconciliation = { tenantId, ruleId: 'many', until: at(1), waiting, fault }
    await write(many)
    await write({ tenantId, ruleId: 'few', until: at(2), waiting: [], passedAt: at(3) })
    const few = { tenantId, ruleId: 'few', until: at(2), waiting: [], passedAt: at(3), added: NONE, unconfirmed: NONE }
    expect(await list(tenantId)).toEqual([few, { ...many, added: NONE, unconfirmed: NONE }])
    const { fault: _past, ...mended } = { ...many, waiting: [], passedAt: at(4) }
    await write(mended)
    await keep(tenantId, ['many'])
    expect(await list(tenantId)).toEqual([{ ...mended, added: NONE, unconfirmed: NONE }])
    expect(await list(freshTenant())).toEqual([])
  })

  it('counts events that history added once, and none that were known', async () => {
    const tenantId = await tenant()
    const { write, list } = store().reconciliations
    await write({ tenantId, ruleId: 'many', until: at(1), waiting: [] })
    const known = detection({ ruleId: 'many' })
    await store().alerts.record(tenantId, [known], at(5))
    const added = [known, detection({ ruleId: 'many' }), detection({ ruleId: 'many', groupKey: 'bo' })]
    for (let time = 0; time < 2; time++) await store().alerts.record(tenantId, added, at(6), true)
    expect((await list(tenantId))[0]?.added).toEqual({ events: 2, alerts: 2 })
  })

  it('marks evidence that is not confirmed, of one rule of one tenant, until it is', async () => {
    const tenantId = await tenant()
    const { write, list, mark, evidence } = store().reconciliations
    const events = [1, 2, 3].map((minute) => ({ eventId: `event ${minute}`, eventTime: at(minute) }))
    for (const ruleId of ['many', 'other']) {
      await write({ tenantId, ruleId, until: at(1), waiting: [] })
      const detections = events.map((event) => detection({ ruleId, ...event }))
      await store().alerts.record(tenantId, detections, at(5))
      await store().alerts.record(freshTenant(), detections, at(5))
    }
    const found = await evidence(tenantId, 'many', { from: at(2), to: at(3) })
    expect(found).toEqual([{ id: 'event 2', timeMs: Date.parse(at(2)) }])
    expect(await evidence(tenantId, 'many', WHOLE)).toHaveLength(3)
    await mark(tenantId, 'many', { confirmed: ['event 3'], unconfirmed: ['event 1', 'event 2', 'event 4'] })
    const counts = async () => (await list(tenantId)).map(({ unconfirmed }) => unconfirmed)
    expect(await counts()).toEqual([{ events: 2, alerts: 1 }, NONE])
    await mark(tenantId, 'many', { confirmed: ['event 1', 'event 2'], unconfirmed: [] })
    expect(await counts()).toEqual([NONE, NONE])
  })
}
