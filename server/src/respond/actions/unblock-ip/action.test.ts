import { expect, it } from 'vitest'

import { executeActionRun, revertActionRun } from '#respond/runner.ts'
import { OTHER, testIpRangeAction } from '#respond/testing/test-ip-range-action.ts'

import { unblockIp } from './action.ts'

const THREE = ['203.0.113.7/32', '203.0.113.128/25', '2001:db8:bad::/48']

testIpRangeAction(unblockIp, { wanted: 'none', there: [['enforce', [OTHER, ...THREE]]] }, (running) => {
  it('takes it out of both places where it stands, and undoing puts it back into both', async () => {
    const stage = running.stage()
    await stage.arrange('report-only', [OTHER, THREE[0]!])
    const run = await running.plan([THREE[0]!])
    await executeActionRun(run)
    expect(await stage.rangesIn('report-only')).toEqual([OTHER])
    expect(await stage.rangesIn('enforce')).not.toContain(THREE[0])
    expect(await revertActionRun(run)).toMatchObject({ state: 'reverted' })
    expect(await stage.rangesIn('report-only')).toContain(THREE[0])
    expect(await stage.rangesIn('enforce')).toContain(THREE[0])
  })

  it('leaves neither location nor policy when the last range goes, and undoing makes both again', async () => {
    const stage = running.stage()
    const before = await stage.policyOf('enforce')
    const run = await running.plan([OTHER, ...THREE])
    expect(await executeActionRun(run)).toMatchObject({ state: 'done' })
    expect([await stage.rangesIn('enforce'), await stage.policyOf('enforce')]).toEqual([[], undefined])
    expect(await revertActionRun(run)).toMatchObject({ state: 'reverted' })
    expect((await stage.rangesIn('enforce')).toSorted()).toEqual([OTHER, ...THREE].toSorted())
    const { state, conditions } = (await stage.policyOf('enforce'))!
    expect([state, conditions.users]).toEqual([before!.state, before!.conditions.users])
  })

  it('works without a break-glass account: nobody is locked out by it', async () => {
    await running.stage().settle({ breakGlassUsers: [] })
    expect(await executeActionRun(await running.plan())).toMatchObject({ state: 'done' })
  })
})
