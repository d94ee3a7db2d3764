import { expect, it } from 'vitest'

import { executeActionRun, revertActionRun } from '#respond/runner.ts'
import { testUserAction } from '#respond/testing/test-user-action.ts'

import { disableUser } from './action.ts'

testUserAction(
  disableUser,
  {
    wanted: 'false',
    look: async (stage, user) => String((await stage.stateOf(user))['accountEnabled']),
    method: 'PATCH',
    path: '/users/[^/]+$',
    permission: 'User.EnableDisableAccount.All',
  },
  (running) => {
    it('puts back everything that Microsoft held of the user', async () => {
      const stage = running.stage()
      const [user] = running.subjects()
      const before = await stage.stateOf(user!)
      const run = await running.plan([user!])
      await executeActionRun(run)
      expect(await stage.stateOf(user!)).toEqual({ ...before, accountEnabled: false })
      await revertActionRun(run)
      expect(await stage.stateOf(user!)).toEqual(before)
    })

    it('leaves disabled who was disabled before, also when it is taken back', async () => {
      const stage = running.stage()
      const [first] = running.subjects()
      await stage.change(first!, { accountEnabled: false })
      const run = await running.plan()
      expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { 'already-done': 1 } })
      expect(await revertActionRun(run)).toMatchObject({ state: 'reverted' })
      expect(await running.looks()).toEqual(['false', 'true', 'true'])
    })

    it('says of a user mastered on premises that a synchronization may undo it', async () => {
      const run = await running.plan([running.stage().synced])
      expect(await executeActionRun(run)).toMatchObject({ state: 'done' })
      const [{ proof } = {}] = await running.targets(run)
      expect(proof).toMatch(/^The account is disabled\. .*on premises/)
    })

    it('keeps a guest out of the tenant', async () => {
      const { guest } = running.stage()
      expect(await executeActionRun(await running.plan([guest]))).toMatchObject({ state: 'done' })
      expect(await running.stage().stateOf(guest)).toMatchObject({ accountEnabled: false })
    })
  },
)
