import { expect, it } from 'vitest'

import { executeActionRun, revertActionRun } from '#respond/runner.ts'
import { testUserAction } from '#respond/testing/test-user-action.ts'
import type { TriedUser, UserStage } from '#respond/testing/user-stage.ts'

import { disableUserAndRevokeSessions } from './action.ts'

const isEnabled = async (stage: UserStage, user: TriedUser) => (await stage.stateOf(user))['accountEnabled']

testUserAction(
  disableUserAndRevokeSessions,
  {
    wanted: 'false',
    look: async (stage, user) => String(await isEnabled(stage, user)),
    path: '/revokeSignInSessions$',
    permission: 'User.EnableDisableAccount.All',
    again: 'verified',
    wait: (stage) => stage.advance(2000),
    lie: { status: 200, body: { value: true } },
  },
  (running) => {
    it('tells each step on its own', async () => {
      const run = await running.plan()
      await executeActionRun(run)
      for (const { proof } of await running.targets(run))
        expect(proof).toMatch(/^The account is disabled\. Sessions from before \S+Z are worth nothing\.$/)
    })

    it('disables first', async () => {
      const asked: string[] = []
      const run = await running.plan()
      const { microsoft } = run
      const batch: typeof microsoft.batch = (parts, signal) => {
        asked.push(...parts.filter(({ method }) => method !== 'GET').map(({ method, url }) => `${method} ${url}`))
        return microsoft.batch(parts, signal)
      }
      await executeActionRun({ ...run, microsoft: { ...microsoft, batch } })
      expect(asked.slice(0, 2)).toEqual([
        expect.stringMatching(/^PATCH \/users\/[^/]+$/),
        expect.stringMatching(/^POST .*\/revokeSignInSessions$/),
      ])
    })

    it('says partly where only the first step came about, and takes that back', async () => {
      const stage = running.stage()
      const body = { error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges.' } }
      await stage.strike({ match: { path: '/revokeSignInSessions$' }, do: { status: 403, body } })
      const run = await running.plan()
      expect(await executeActionRun(run)).toMatchObject({ state: 'partly', targetsByState: { partly: 3 } })
      for (const { reason } of await running.targets(run)) {
        expect(reason).toMatch(/^The account is disabled\. Sessions from before/)
        expect(reason).toContain('User.RevokeSessions.All')
      }
      expect(await revertActionRun(run)).toMatchObject({ state: 'reverted', targetsByState: { reverted: 3 } })
      expect(await running.looks()).toEqual(['true', 'true', 'true'])
    })

    it('takes up the second step after a crash between the two', async () => {
      const run = await running.plan()
      const { microsoft } = run
      const batch: typeof microsoft.batch = (parts, signal) => {
        if (parts.some(({ url }) => url.endsWith('/revokeSignInSessions'))) throw new Error('Died.')
        return microsoft.batch(parts, signal)
      }
      await expect(executeActionRun({ ...run, microsoft: { ...microsoft, batch } })).rejects.toThrow('Died.')
      expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
      expect(running.effects()).toBe(3)
    })

    it('disables a guest, and says that the sessions are the home tenant’s', async () => {
      const { guest } = running.stage()
      const run = await running.plan([guest])
      expect(await executeActionRun(run)).toMatchObject({ state: 'partly', targetsByState: { partly: 1 } })
      const [{ reason } = {}] = await running.targets(run)
      expect(reason).toContain('signs in at home')
      expect(await isEnabled(running.stage(), guest)).toBe(false)
    })
  },
)
