import { expect, it } from 'vitest'

import type { Action } from '#respond/action.ts'
import type { UserTarget } from '#respond/kinds/user.ts'
import { planActionRun } from '#respond/plan.ts'
import { executeActionRun } from '#respond/runner.ts'

import { type Expected, type Running, testContract } from './test-contract.ts'
import { openUserStage, type TriedUser, type UserStage } from './user-stage.ts'

/** What an action does to emulated users; what is absent is as for most actions on users. */
export type ExpectedUserEffect = Omit<Expected<UserStage, TriedUser>, 'lossy' | 'again'> &
  Partial<Pick<Expected<UserStage, TriedUser>, 'lossy' | 'again'>> & {
    /** Names of the directory roles that the application has to hold. */
    directoryRoles?: readonly string[]
  }

/** The contract that every action on users fulfils; `more` adds what the action alone does. */
export function testUserAction(
  action: Action<Record<string, unknown>, UserTarget>,
  { directoryRoles, ...effect }: ExpectedUserEffect,
  more: (running: Running<UserStage, TriedUser>) => void = () => undefined,
): void {
  const expected = { again: 'already-done', lossy: '/\\$batch$', ...effect } as const
  const openStage = () => openUserStage('strong', directoryRoles)
  testContract<TriedUser, UserStage, UserTarget>(action, expected, openStage, (running) => {
    const { plan, targets, effects, looks } = running

    it('finds users by name as by id, each once, and shows who they are', async () => {
      const [first] = running.subjects()
      const { id, userPrincipalName } = first!
      const run = await plan([], { targets: [userPrincipalName.toUpperCase(), id] })
      const [target, ...others] = await targets(run)
      expect(target).toMatchObject({ ref: id, objectId: id, address: userPrincipalName })
      expect(target!.name).toBe((await running.stage().stateOf(first!))['displayName'])
      expect(others).toEqual([])
    })

    it('leaves break-glass accounts alone, each with the reason, and acts on the others', async () => {
      const [byName, byId, free] = running.subjects()
      await running.stage().protect([byName!.userPrincipalName, byId!.id])
      const before = await looks()
      const run = await plan()
      const guarded = (await targets(run)).filter(({ state }) => state === 'protected')
      expect(guarded.map(({ objectId }) => objectId).toSorted()).toEqual([byName!.id, byId!.id].toSorted())
      for (const { reason } of guarded) expect(reason).toContain('break-glass')
      const ended = await executeActionRun(run)
      expect(ended).toMatchObject({ state: 'done', targetsByState: { protected: 2, verified: 1 } })
      expect(await looks()).toEqual([before[0], before[1], await effect.look(running.stage(), free!)])
      expect(effects()).toBe(1)
    })

    it('leaves an account alone that became a break-glass account after the plan', async () => {
      const run = await plan()
      await running.stage().protect([running.subjects()[0]!.id])
      expect(await executeActionRun(run)).toMatchObject({ targetsByState: { failed: 1, verified: 2 } })
      expect(effects()).toBe(2)
    })

    it('tells a missing permission before there is a plan', async () => {
      const { records, clock, tenantId, microsoft, connectionId } = running.stage()
      for (const { permission } of action.permissions) {
        const roles = (await microsoft.grantedRoles('graph')).filter(
          // Who may write may read, so that has to go as well.
          (role) => role !== permission && role !== permission.replace('.Read.', '.ReadWrite.'),
        )
        const open = async () => ({ ...microsoft, grantedRoles: async () => roles })
        const named = { action: action.id, connectionId, targets: [running.subjects()[0]!.id], createdBy: 'ana' }
        const settings = effect.options && { options: effect.options }
        const refused = expect.objectContaining({
          code: 'CONNECT_PERMISSION_MISSING',
          fix: expect.stringMatching(/^In https:\/\/entra/),
        })
        await expect(planActionRun({ records, clock, tenantId, open, ...named, ...settings })).rejects.toThrow(refused)
      }
    })

    it.runIf(action.sensitive)('tells of administrators above the application before approval', async () => {
      const stage = running.stage()
      const run = await plan([running.subjects()[0]!, stage.administrator])
      const guarded = (await targets(run)).filter(({ state }) => state === 'protected')
      expect(guarded.map(({ objectId }) => objectId)).toEqual([stage.administrator.id])
      expect(guarded[0]!.reason).toMatch(/^The user holds .*Authorization_RequestDenied/)
    })

    more(running)
  })
}
