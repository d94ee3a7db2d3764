import { expect, it } from 'vitest'

import { executeActionRun, revertActionRun } from '#respond/runner.ts'
import { testIndicatorAction } from '#respond/testing/test-indicator-action.ts'

import { unblockIndicator } from './action.ts'

testIndicatorAction(
  unblockIndicator,
  {
    wanted: 'none',
    method: 'DELETE',
    path: '/api/indicators/[^/]+$',
    arrange: (stage, value) => stage.set(value, { action: 'Block' }),
  },
  (running) => {
    it('sets it again to the letter, under another id', async () => {
      const stage = running.stage()
      const [first] = running.subjects()
      const { id: _, ...before } = (await stage.seen(first!))!
      const run = await running.plan([first!])
      await executeActionRun(run)
      expect(await stage.seen(first!)).toBeUndefined()
      expect(await revertActionRun(run)).toMatchObject({ state: 'reverted' })
      const { action, title, description, severity, generateAlert, expirationTime } = (await stage.seen(first!))!
      expect(before).toMatchObject({ action, title, description, severity, generateAlert, expirationTime })
    })
  },
)
