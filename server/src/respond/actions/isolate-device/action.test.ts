import { expect, it } from 'vitest'

import { executeActionRun } from '#respond/runner.ts'
import { testDeviceAction } from '#respond/testing/test-device-action.ts'
import { isolationSeen } from '#respond/testing/device-stage.ts'

import { isolateDevice } from './action.ts'

testDeviceAction(
  isolateDevice,
  { wanted: 'isolated Full', look: isolationSeen, path: '/isolate$', permission: 'Machine.Isolate' },
  (running) => {
    it('isolates as much as is asked for', async () => {
      const run = await running.plan(undefined, { options: { isolationType: 'Selective' } })
      expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
      expect(await running.looks()).toEqual(Array(3).fill('isolated Selective'))
    })

    it('takes an isolation that somebody else has asked for as its own', async () => {
      const stage = running.stage()
      const [first] = running.subjects()
      await stage.strike({ match: { method: 'POST', path: '/isolate$', nth: 1 }, do: { dropAfterCommit: true } })
      const run = await running.plan([first!])
      expect(await executeActionRun(run)).toMatchObject({ state: 'done' })
      expect(await stage.ordersTo(first!, 'Isolate')).toHaveLength(1)
    })

    it('says of a device that is switched off that it may yet be isolated', async () => {
      const run = await running.plan([running.stage().silent])
      expect(await executeActionRun(run)).toMatchObject({ state: 'failed' })
      const [{ reason } = {}] = await running.targets(run)
      expect(reason).toMatch(/not isolated.*is Pending\. It is carried out when the device reports/)
    })
  },
)
