import { expect, it } from 'vitest'

import { executeActionRun, revertActionRun } from '#respond/runner.ts'
import { testIndicatorAction } from '#respond/testing/test-indicator-action.ts'

import { blockIndicator } from './action.ts'

const LIE = { id: '0', indicatorValue: 'x', indicatorType: 'Url', action: 'Block', title: 'x', description: 'x' }

testIndicatorAction(
  blockIndicator,
  { wanted: 'Block', path: '/api/indicators$', lie: { status: 200, body: LIE } },
  (running) => {
    it('puts back to the letter what somebody else had set before', async () => {
      const stage = running.stage()
      const [first] = running.subjects()
      const settings = { action: 'Audit', generateAlert: true, severity: 'Low', recommendedActions: 'Watch' }
      await stage.set(first!, settings)
      const before = await stage.seen(first!)
      const run = await running.plan([first!])
      await executeActionRun(run)
      expect(await stage.seen(first!)).toMatchObject({ action: 'Block', severity: 'High' })
      expect(await revertActionRun(run)).toMatchObject({ state: 'reverted' })
      const { lastUpdateTime: _, lastUpdatedBy: __, ...now } = (await stage.seen(first!))!
      expect(before).toMatchObject(now)
    })

    it('leaves what somebody has changed since', async () => {
      const stage = running.stage()
      const [first] = running.subjects()
      const run = await running.plan([first!])
      await executeActionRun(run)
      await stage.set(first!, { action: 'Warn' })
      expect(await revertActionRun(run)).toMatchObject({ targetsByState: { 'revert-failed': 1 } })
      expect(await stage.seen(first!)).toMatchObject({ action: 'Warn' })
    })

    it('ends when it is asked to', async () => {
      const [first] = running.subjects()
      const expirationTime = '2099-12-31T23:00:00.000Z'
      await executeActionRun(await running.plan([first!], { options: { expirationTime } }))
      expect(await running.stage().seen(first!)).toMatchObject({ action: 'Block', expirationTime })
    })
  },
)
