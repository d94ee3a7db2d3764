import { expect, it } from 'vitest'

import { executeActionRun, revertActionRun } from '#respond/runner.ts'
import { testServicePrincipalAction } from '#respond/testing/test-service-principal-action.ts'

import { disableServicePrincipal } from './action.ts'

testServicePrincipalAction(
  disableServicePrincipal,
  {
    wanted: 'false',
    look: async (stage, application) => String((await stage.seen(application))['accountEnabled']),
    method: 'PATCH',
    path: '/servicePrincipals/[^/]+$',
    permission: 'Application.ReadWrite.All',
  },
  (running) => {
    it('changes nothing else of the application, and puts back everything', async () => {
      const stage = running.stage()
      const [application] = running.subjects()
      const [before, grants] = [await stage.seen(application!), await stage.grantsOf(application!)]
      const run = await running.plan([application!])
      await executeActionRun(run)
      expect(await stage.seen(application!)).toEqual({ ...before, accountEnabled: false })
      expect(await stage.grantsOf(application!)).toEqual(grants)
      await revertActionRun(run)
      expect(await stage.seen(application!)).toEqual(before)
    })

    it('leaves disabled what was disabled before, also when it is taken back', async () => {
      const stage = running.stage()
      const { id } = running.subjects()[0]!
      await stage.onlooker(`/v1.0/servicePrincipals/${id}`, { method: 'PATCH', body: { accountEnabled: false } })
      const run = await running.plan()
      expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { 'already-done': 1 } })
      expect(await revertActionRun(run)).toMatchObject({ state: 'reverted' })
      expect(await running.looks()).toEqual(['false', 'true', 'true'])
    })
  },
)
