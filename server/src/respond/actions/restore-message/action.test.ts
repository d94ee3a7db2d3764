import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { planActionRun } from '#respond/plan.ts'
import { executeActionRun } from '#respond/runner.ts'
import { openStage, type Stage } from '#respond/testing/stage.ts'
import { testAction } from '#respond/testing/test-action.ts'

import { restoreMessage } from './action.ts'

testAction(restoreMessage, {
  wanted: 'Inbox',
  path: '/move$',
  arrange: (stage, hit) => stage.move(hit, 'recoverableitemsdeletions'),
  again: 'already-done',
  whenMoved: 'already-done',
  whenPurged: 'failed',
})

describe('after an earlier run', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage()
  })
  afterAll(() => stage?.close())

  it.each(['move-message-to-junk', 'move-message-to-deleted-items', 'soft-delete-message'])(
    'brings back what %s took away, into the folder where that found it',
    async (action) => {
      await stage.reset()
      const hits = stage.hits.slice(0, 2)
      await stage.move(hits[0]!, 'archive')
      const before = await Promise.all(hits.map((hit) => stage.placeOf(hit)))
      const run = async (id: string) => {
        const { records, clock, tenantId, investigationId, microsoft } = stage
        const targets = hits.map((hit) => hit.id)
        const plan = {
          records,
          clock,
          tenantId,
          action: id,
          investigationId,
          targets,
          createdBy: 'ana',
          open: async () => stage.microsoft,
        }
        return executeActionRun({ records, clock, tenantId, microsoft, id: (await planActionRun(plan)).actionRun.id })
      }
      await run(action)
      expect(await stage.placeOf(hits[0]!)).not.toBe(before[0])
      expect(await run('restore-message')).toMatchObject({ state: 'done', targetsByState: { verified: 2 } })
      expect(await Promise.all(hits.map((hit) => stage.placeOf(hit)))).toEqual(before)
    },
  )
})
