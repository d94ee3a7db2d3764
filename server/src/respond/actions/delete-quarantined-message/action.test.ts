import { expect, it } from 'vitest'

import { executeActionRun } from '#respond/runner.ts'
import { testQuarantineAction } from '#respond/testing/test-quarantine-action.ts'

import { deleteQuarantinedMessage } from './action.ts'

testQuarantineAction(
  deleteQuarantinedMessage,
  { wanted: 'none', again: 'already-gone', command: 'Delete-QuarantineMessage' },
  (running) => {
    it('leaves nothing that could be recovered', async () => {
      await executeActionRun(await running.plan())
      const final = '"Delete-QuarantineMessage".*"HardDelete":true'
      expect(running.stage().requestsTo('POST', '/InvokeCommand$', final)).toBe(3)
    })

    it('says to whom the message had been released before', async () => {
      const stage = running.stage()
      const [first] = running.subjects()
      await stage.byHand('Release-QuarantineMessage', first!, { ReleaseToAll: true })
      await stage.wait(60_000)
      const { ReleasedUser } = (await stage.seen(first!))!
      const run = await running.plan([first!])
      expect(await executeActionRun(run)).toMatchObject({ state: 'done' })
      const [{ proof } = {}] = await running.targets(run)
      expect(proof).toContain(`had been released to ${(ReleasedUser as string[]).join(', ')}`)
    })

    it('has nothing to do where the message has expired since the plan', async () => {
      const run = await running.plan()
      await running.stage().wait(31 * 24 * 60 * 60_000)
      expect(await executeActionRun(run)).toMatchObject({ targetsByState: { 'already-gone': 3 } })
      expect(running.effects()).toBe(0)
    })
  },
)
