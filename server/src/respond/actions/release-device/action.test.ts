import { expect, it } from 'vitest'

import { executeActionRun, revertActionRun } from '#respond/runner.ts'
import { testDeviceAction } from '#respond/testing/test-device-action.ts'
import { isolationSeen } from '#respond/testing/device-stage.ts'

import { releaseDevice } from './action.ts'

testDeviceAction(
  releaseDevice,
  {
    wanted: 'connected',
    look: isolationSeen,
    path: '/unisolate$',
    permission: 'Machine.Isolate',
    arrange: (stage, device) => stage.order(device, 'isolate', { IsolationType: 'Full' }),
  },
  (running) => {
    it('isolates again as much as before when it is taken back', async () => {
      const stage = running.stage()
      const device = stage.subjects[5]!
      await stage.order(device, 'isolate', { IsolationType: 'Selective' })
      const run = await running.plan([device])
      await executeActionRun(run)
      expect(await isolationSeen(stage, device)).toBe('connected')
      expect(await revertActionRun(run)).toMatchObject({ state: 'reverted' })
      expect(await isolationSeen(stage, device)).toBe('isolated Selective')
    })
  },
)
