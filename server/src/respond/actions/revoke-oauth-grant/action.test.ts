import { expect, it } from 'vitest'

import { executeActionRun, revertActionRun } from '#respond/runner.ts'
import type { ServicePrincipalStage, TriedServicePrincipal } from '#respond/testing/service-principal-stage.ts'
import { testServicePrincipalAction } from '#respond/testing/test-service-principal-action.ts'

import { revokeOauthGrant } from './action.ts'

/** Consents apart from their ids, which Microsoft gives. */
async function consents(
  stage: ServicePrincipalStage,
  application: TriedServicePrincipal,
): Promise<Record<string, unknown>[]> {
  const grants = (await stage.grantsOf(application)).map((grant) => ({ ...grant, id: '' }))
  return grants.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

testServicePrincipalAction(
  revokeOauthGrant,
  {
    wanted: 'nothing',
    look: async (stage, application) => {
      const scopes = (await stage.grantsOf(application)).map(({ scope }) => scope)
      return scopes.length === 0 ? 'nothing' : 'something'
    },
    method: 'DELETE',
    path: '/oauth2PermissionGrants/',
    permission: 'DelegatedPermissionGrant.ReadWrite.All',
  },
  (running) => {
    it('gives back the same scopes on behalf of the same people', async () => {
      const stage = running.stage()
      const application = stage.consentedByPeople
      const before = await consents(stage, application)
      expect(before.length).toBeGreaterThan(1)
      const run = await running.plan([application])
      expect(await executeActionRun(run)).toMatchObject({ state: 'done' })
      expect(await consents(stage, application)).toEqual([])
      expect(await revertActionRun(run)).toMatchObject({ state: 'reverted' })
      expect(await consents(stage, application)).toEqual(before)
    })

    it('revokes what one user allowed, and nothing of others', async () => {
      const stage = running.stage()
      const application = stage.consentedByPeople
      const before = await consents(stage, application)
      const user = String(before[0]!['principalId'])
      const run = await running.plan([application], { options: { user } })
      expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 1 } })
      expect(await consents(stage, application)).toEqual(before.slice(1))
      await revertActionRun(run)
      expect(await consents(stage, application)).toEqual(before)
    })

    it('says that an administrator allowed it for everybody, where the user allowed nothing', async () => {
      const stage = running.stage()
      const [application] = running.subjects()
      const user = String((await consents(stage, stage.consentedByPeople))[0]!['principalId'])
      const run = await running.plan([application!], { options: { user } })
      expect(await executeActionRun(run)).toMatchObject({ state: 'failed' })
      const [{ reason } = {}] = await running.targets(run)
      expect(reason).toMatch(/administrator did on behalf of everybody \(.*\)/)
      expect(await running.looks()).toEqual(Array(3).fill('something'))
    })

    it('refuses a user whom the directory does not have, when it is carried out', async () => {
      const run = await running.plan([running.subjects()[0]!], { options: { user: 'nobody@nowhere.example' } })
      await executeActionRun(run)
      const [{ state, reason } = {}] = await running.targets(run)
      expect([state, reason]).toEqual(['not-reachable', expect.stringContaining('nobody@nowhere.example')])
    })

    it('takes app roles away where that is asked for, and gives them again', async () => {
      const stage = running.stage()
      const application = await stage.register('Mail helper', ['Mail.Read', 'User.Read.All'])
      const before = await stage.rolesOf(application)
      expect(before).toHaveLength(2)
      expect(await executeActionRun(await running.plan([application]))).toMatchObject({
        targetsByState: { 'already-done': 1 },
      })
      expect(await stage.rolesOf(application)).toEqual(before)
      const run = await running.plan([application], { options: { appRoles: true } })
      expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 1 } })
      expect(await stage.rolesOf(application)).toEqual([])
      expect(await revertActionRun(run)).toMatchObject({ state: 'reverted' })
      expect(await stage.rolesOf(application)).toEqual(before)
    })

    it('says partly where some were revoked, and gives those back', async () => {
      const stage = running.stage()
      const application = stage.consentedByPeople
      const before = await consents(stage, application)
      const body = { error: { code: 'Request_BadRequest', message: 'No.' } }
      await stage.strike({
        match: { method: 'DELETE', path: 'oauth2PermissionGrants', nth: 2 },
        do: { status: 400, body },
      })
      const run = await running.plan([application])
      expect(await executeActionRun(run)).toMatchObject({ state: 'partly', targetsByState: { partly: 1 } })
      const [{ reason } = {}] = await running.targets(run)
      expect(reason).toContain('Request_BadRequest')
      expect(await consents(stage, application)).toHaveLength(before.length - 1)
      expect(await revertActionRun(run)).toMatchObject({ state: 'reverted' })
      expect(await consents(stage, application)).toEqual(before)
    })

    it('leaves what somebody has consented to since', async () => {
      const stage = running.stage()
      const [application] = running.subjects()
      const [{ clientId, consentType, principalId, resourceId } = {}] = await stage.grantsOf(application!)
      const run = await running.plan([application!])
      await executeActionRun(run)
      const body = { clientId, consentType, principalId, resourceId, scope: 'Mail.Read' }
      expect((await stage.onlooker('/v1.0/oauth2PermissionGrants', { method: 'POST', body })).status).toBe(201)
      expect(await revertActionRun(run)).toMatchObject({ targetsByState: { 'revert-failed': 1 } })
      expect(await consents(stage, application!)).toMatchObject([{ scope: 'Mail.Read' }])
    })

    it('asks for the permission of a setting only where it is used', async () => {
      const { microsoft } = running.stage()
      const roles = (await microsoft.grantedRoles('graph')).filter((role) => !role.startsWith('AppRoleAssignment.'))
      const open = async () => ({ ...microsoft, grantedRoles: async () => roles })
      await expect(running.plan(undefined, { open, options: { appRoles: true } })).rejects.toThrow(
        expect.objectContaining({
          code: 'CONNECT_PERMISSION_MISSING',
          fix: expect.stringContaining('Leave the setting out'),
        }),
      )
      await expect(running.plan(undefined, { open })).resolves.toBeDefined()
      const both = { user: running.subjects()[0]!.id, appRoles: true }
      await expect(running.plan(undefined, { options: both })).rejects.toThrow(
        expect.objectContaining({ code: 'REQUEST_INVALID' }),
      )
    })
  },
)
