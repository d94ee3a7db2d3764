import { expect, it } from 'vitest'

import { createSealingKey, openSecret } from '#domain/sealed-secret.ts'
import { executeActionRun } from '#respond/runner.ts'
import { dyingAtEffect } from '#respond/testing/crash.ts'
import { testUserAction } from '#respond/testing/test-user-action.ts'
import type { TriedUser, UserStage } from '#respond/testing/user-stage.ts'

import { resetPassword } from './action.ts'

const HOUR = 3_600_000
const key = createSealingKey()

/** Whether the password is of this hour. */
async function ageOf(stage: UserStage, user: TriedUser): Promise<string> {
  const { lastPasswordChangeDateTime: at } = await stage.stateOf(user)
  return Date.parse(String(at)) > Date.now() - HOUR ? 'new' : 'old'
}

testUserAction(
  resetPassword,
  {
    wanted: 'new',
    look: ageOf,
    method: 'PATCH',
    path: '/users/[^/]+$',
    permission: 'User-PasswordProfile.ReadWrite.All',
    again: 'verified',
    wait: (stage) => stage.advance(2000),
    options: { sealTo: key.publicKey },
    directoryRoles: ['User Administrator'],
  },
  (running) => {
    const sealedIn = async (run: Awaited<ReturnType<typeof running.plan>>) =>
      (await running.targets(run)).map(({ before }) => String(before?.['sealedPassword']))

    it('gives each user another password, which the key of the plan opens and Microsoft takes', async () => {
      const run = await running.plan()
      await executeActionRun(run)
      const opened = (await sealedIn(run)).map((sealed) => openSecret(key.privateKey, sealed))
      const now = await Promise.all(running.subjects().map((user) => running.stage().passwordOf(user)))
      expect(opened.toSorted()).toEqual(now.toSorted())
      expect(new Set(now).size).toBe(3)
    })

    it('writes no password down', async () => {
      const stage = running.stage()
      const run = await running.plan()
      const ended = await executeActionRun(run)
      const written = JSON.stringify([ended, await running.targets(run)])
      for (const user of running.subjects()) expect(written).not.toContain(await stage.passwordOf(user))
    })

    it('says that nobody knows the new password after a crash before it was sealed, and resets it once more', async () => {
      const stage = running.stage()
      const [user] = running.subjects()
      const run = await running.plan([user!])
      const microsoft = dyingAtEffect(stage.microsoft, 'after', { method: 'PATCH', path: '/users/' })
      await expect(executeActionRun({ ...run, microsoft })).rejects.toThrow('Died')
      expect(await executeActionRun(run)).toMatchObject({ state: 'done' })
      const [{ proof, before } = {}] = await running.targets(run)
      expect(proof).toContain('nobody knows it')
      expect(before).not.toHaveProperty('sealedPassword')
      await stage.advance(2000)
      const again = await running.plan([user!])
      await executeActionRun(again)
      const [sealed] = await sealedIn(again)
      expect(openSecret(key.privateKey, sealed!)).toBe(await stage.passwordOf(user!))
    })

    it('leaves guests and users mastered on premises to where their passwords are', async () => {
      const { guest, synced } = running.stage()
      const run = await running.plan([guest, synced])
      expect(await executeActionRun(run)).toMatchObject({ state: 'failed', targetsByState: { failed: 2 } })
      const reasons = new Map((await running.targets(run)).map(({ objectId, reason }) => [objectId, reason]))
      expect(reasons.get(guest.id)).toContain('signs in at home')
      expect(reasons.get(synced.id)).toContain('on premises')
      expect(running.effects()).toBe(0)
    })

    it('tells before there is a plan that a directory role is missing', async () => {
      const { microsoft, readOnly } = running.stage()
      const open = async () => ({ ...microsoft, accessToken: readOnly.accessToken })
      await expect(running.plan(undefined, { open })).rejects.toThrow(
        expect.objectContaining({
          code: 'CONNECT_PERMISSION_MISSING',
          fix: expect.stringContaining('assign User Administrator'),
        }),
      )
    })

    it.each([{}, { sealTo: 'me' }])('is not planned without a key to seal to: %j', async (options) => {
      await expect(running.plan(undefined, { options })).rejects.toThrow(
        expect.objectContaining({ code: 'REQUEST_INVALID', why: expect.stringContaining('sealTo') }),
      )
    })
  },
)
