import { expect, it } from 'vitest'

import { executeActionRun } from '#respond/runner.ts'
import { testUserAction } from '#respond/testing/test-user-action.ts'

import { confirmUserCompromised } from './action.ts'

testUserAction(
  confirmUserCompromised,
  {
    wanted: 'confirmedCompromised',
    look: (stage, user) => stage.riskOf(user),

    path: '/riskyUsers/confirmCompromised$',
    permission: 'IdentityRiskyUser.ReadWrite.All',
    lossy: '/riskyUsers/confirmCompromised$',
  },
  (running) => {
    it('tells before there is a plan that the tenant has no license for it', async () => {
      await running.stage().setPlan('P1')
      const refused = expect.objectContaining({
        code: 'ACTION_NOT_OFFERED',
        fix: expect.stringContaining('Microsoft Entra ID P2'),
      })
      await expect(running.plan()).rejects.toThrow(refused)
    })

    it('says of a guest that only the home tenant decides', async () => {
      const run = await running.plan([running.stage().guest])
      expect(await executeActionRun(run)).toMatchObject({ state: 'failed' })
      expect((await running.targets(run))[0]!.reason).toContain('home tenant')
      expect(running.effects()).toBe(0)
    })
  },
)
