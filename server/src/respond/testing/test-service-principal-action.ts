import { expect, it } from 'vitest'

import type { Action } from '#respond/action.ts'
import type { ServicePrincipalTarget } from '#respond/kinds/service-principal.ts'
import { planActionRun } from '#respond/plan.ts'
import { executeActionRun } from '#respond/runner.ts'

import {
  openServicePrincipalStage,
  type ServicePrincipalStage,
  type TriedServicePrincipal,
} from './service-principal-stage.ts'
import { type Expected, type Running, testContract } from './test-contract.ts'

/** What an action does to emulated applications; what is absent is as for most actions on them. */
export type ExpectedServicePrincipalEffect = Omit<
  Expected<ServicePrincipalStage, TriedServicePrincipal>,
  'lossy' | 'again'
>

/** The contract that every action on applications fulfils; `more` adds what the action alone does. */
export function testServicePrincipalAction(
  action: Action<Record<string, unknown>, ServicePrincipalTarget>,
  effect: ExpectedServicePrincipalEffect,
  more: (running: Running<ServicePrincipalStage, TriedServicePrincipal>) => void = () => undefined,
): void {
  const expected = { again: 'already-done', lossy: effect.path, ...effect } as const
  testContract<TriedServicePrincipal, ServicePrincipalStage, ServicePrincipalTarget>(
    action,
    expected,
    openServicePrincipalStage,
    (running) => {
      const invalid = (why: string) =>
        expect.objectContaining({ code: 'REQUEST_INVALID', why: expect.stringContaining(why) })

      it('finds applications by object id, application ID and name, each once', async () => {
        const { id, appId, displayName } = running.subjects()[0]!
        const run = await running.plan([], { targets: [displayName, appId.toUpperCase(), id] })
        const [target, ...others] = await running.targets(run)
        expect(target).toMatchObject({ ref: id, objectId: id, address: appId, name: displayName })
        expect(others).toEqual([])
      })

      it('asks which is meant where several are called so', async () => {
        const stage = running.stage()
        const [one, other] = [await stage.register('Twin', []), await stage.register('Twin', [])]
        const planned = running.plan([], { targets: ['Twin'] })
        await expect(planned).rejects.toThrow(invalid(one.id))
        await expect(running.plan([], { targets: ['Twin'] })).rejects.toThrow(invalid(other.appId))
      })

      it('refuses a name that no application has', async () => {
        await expect(running.plan([], { targets: ['Nobody at all'] })).rejects.toThrow(invalid('Nobody at all'))
      })

      it('leaves Microsoft’s own applications and Cordon’s alone, each with the reason, and acts on the others', async () => {
        const { clientId, microsofts } = running.stage()
        const [free, signedInWith] = running.subjects()
        const run = await running.plan([], {
          targets: [free!.id, microsofts.id, clientId, signedInWith!.id],
          ownApplications: [signedInWith!.appId.toUpperCase()],
        })
        const guarded = (await running.targets(run)).filter(({ state }) => state === 'protected')
        expect(Object.fromEntries(guarded.map(({ address, reason }) => [address, reason]))).toEqual({
          [microsofts.appId]: expect.stringContaining('Microsoft’s own'),
          [clientId]: expect.stringContaining('Cordon itself'),
          [signedInWith!.appId]: expect.stringContaining('Cordon itself'),
        })
        expect(await executeActionRun(run)).toMatchObject({
          state: 'done',
          targetsByState: { protected: 3, verified: 1 },
        })
        expect(running.effects()).toBe(1)
      })

      it('tells a missing permission before there is a plan', async () => {
        const { records, clock, tenantId, microsoft, connectionId } = running.stage()
        for (const { permission } of action.permissions) {
          const wider = new Set([permission, permission.replace('.Read.', '.ReadWrite.')])
          const roles = (await microsoft.grantedRoles('graph')).filter((role) => !wider.has(role))
          const open = async () => ({ ...microsoft, grantedRoles: async () => roles })
          const named = { action: action.id, connectionId, targets: [running.subjects()[0]!.id], createdBy: 'ana' }
          const refused = expect.objectContaining({
            code: 'CONNECT_PERMISSION_MISSING',
            fix: expect.stringMatching(/^In https:\/\/entra/),
          })
          await expect(planActionRun({ records, clock, tenantId, open, ...named })).rejects.toThrow(refused)
        }
      })

      more(running)
    },
  )
}
