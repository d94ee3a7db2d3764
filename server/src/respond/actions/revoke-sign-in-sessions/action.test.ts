import { expect, it } from 'vitest'

import { executeActionRun } from '#respond/runner.ts'
import { testUserAction } from '#respond/testing/test-user-action.ts'
import type { TriedUser, UserStage } from '#respond/testing/user-stage.ts'

import { revokeSignInSessionsOfUser } from './action.ts'

/** Whether sessions of before the last password change still count. */
async function look(stage: UserStage, user: TriedUser): Promise<string> {
  const { signInSessionsValidFromDateTime: from, lastPasswordChangeDateTime: changed } = await stage.stateOf(user)
  return String(from) > String(changed) ? 'ended' : 'as they were'
}

testUserAction(
  revokeSignInSessionsOfUser,
  {
    wanted: 'ended',
    look,
    path: '/revokeSignInSessions$',
    permission: 'User.RevokeSessions.All',
    // Sessions that were begun since are ended by the second plan.
    again: 'verified',
    wait: (stage) => stage.advance(2000),
  },
  (running) => {
    it('says of a guest that only the home tenant can do it, and asks nothing of Microsoft', async () => {
      const run = await running.plan([running.stage().guest])
      expect(await executeActionRun(run)).toMatchObject({ state: 'failed' })
      const [{ reason } = {}] = await running.targets(run)
      expect(reason).toContain('signs in at home')
      expect(running.effects()).toBe(0)
    })
  },
)
