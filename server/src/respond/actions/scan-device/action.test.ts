import { expect, it } from 'vitest'

import { executeActionRun } from '#respond/runner.ts'
import { testDeviceAction } from '#respond/testing/test-device-action.ts'

import { scanDevice } from './action.ts'

testDeviceAction(
  scanDevice,
  {
    wanted: 'Pending Quick',
    look: async (stage, device) => {
      const [newest] = await stage.ordersTo(device, 'RunAntiVirusScan')
      return newest ? `${newest.status} ${newest.scope}` : 'none'
    },
    path: '/runAntiVirusScan$',
    permission: 'Machine.Scan',
  },
  (running) => {
    it('scans again where the last scan has ended', async () => {
      const stage = running.stage()
      const [first] = running.subjects()
      await stage.order(first!, 'runAntiVirusScan', { ScanType: 'Full' })
      const run = await running.plan([first!])
      expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 1 } })
      const scans = await stage.ordersTo(first!, 'RunAntiVirusScan')
      expect(scans.map(({ status, scope }) => `${status} ${scope}`)).toEqual(['Pending Quick', 'Succeeded Full'])
    })
  },
)
