import { expect, it } from 'vitest'

import { executeActionRun, revertActionRun } from '#respond/runner.ts'
import { testMailEntryAction } from '#respond/testing/test-mail-entry-action.ts'

import { unblockMailEntry } from './action.ts'

testMailEntryAction(
  unblockMailEntry,
  {
    wanted: 'none',
    command: 'Remove-TenantAllowBlockListItems',
    arrange: (stage, value) => stage.set(value, { Block: true, NoExpiration: true, Notes: 'By hand' }),
    lie: { status: 200, body: { value: [] } },
  },
  (running) => {
    it('blocks it again to the letter when it is undone', async () => {
      const stage = running.stage()
      const [first] = running.subjects()
      const run = await running.plan([first!])
      await executeActionRun(run)
      expect(await stage.seen(first!)).toBeUndefined()
      expect(await revertActionRun(run)).toMatchObject({ state: 'reverted' })
      expect(await stage.seen(first!)).toMatchObject({ Action: 'Block', Notes: 'By hand', ExpirationDate: null })
    })

    it('leaves what allows', async () => {
      const stage = running.stage()
      const value = 'partner.example'
      await stage.set(value, { Allow: true, RemoveAfter: 45 })
      const before = await stage.seen(value)
      const run = await running.plan([value])
      expect(await executeActionRun(run)).toMatchObject({ targetsByState: { 'already-done': 1 } })
      expect(await stage.seen(value)).toEqual(before)
    })

    it('unblocks a domain of the tenant, which somebody blocked by mistake', async () => {
      const stage = running.stage()
      await stage.set(stage.domain, { Block: true })
      expect(await executeActionRun(await running.plan([stage.domain]))).toMatchObject({ state: 'done' })
      expect(await stage.seen(stage.domain)).toBeUndefined()
    })
  },
)
