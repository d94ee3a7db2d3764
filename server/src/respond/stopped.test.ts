import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'

import type { ActionTargetState } from '#domain/action-run.ts'
import { isoTime } from '#domain/clock.ts'
import type { RecordStore } from '#store/record-store.ts'

import { planActionRun } from './plan.ts'
import { type ActionRunContext, executeActionRun, resumeActionRun, revertActionRun } from './runner.ts'
import { openUserStage, type UserStage } from './testing/user-stage.ts'

/** A stop of all acting, and what the runner makes of it: on three users, one after the other. */

let stage: UserStage
beforeAll(async () => {
  stage = await openUserStage()
})
afterAll(() => stage?.close())
beforeEach(async () => {
  await stage.reset()
  await lift()
})

const chosen = () => stage.subjects.slice(0, 3)
const stop = () =>
  stage.records.safeguards.stop({
    tenantId: stage.tenantId,
    reason: 'The list is wrong.',
    stoppedBy: 'eva',
    stoppedAt: isoTime(stage.clock.now()),
  })
const lift = () => stage.records.safeguards.resume(stage.tenantId)
/** How many of the three may sign in. */
const enabled = async () => {
  const states = await Promise.all(chosen().map((user) => stage.stateOf(user)))
  return states.filter(({ accountEnabled }) => accountEnabled).length
}

async function planned(more: { shadow?: boolean } = {}): Promise<ActionRunContext> {
  const { records, clock, tenantId, microsoft } = stage
  const request = { records, clock, tenantId, action: 'disable-user', createdBy: 'ana', open: async () => microsoft }
  const { actionRun } = await planActionRun({ ...request, ...stage.request(chosen()), ...more })
  return { records, clock, tenantId, microsoft, id: actionRun.id, concurrency: 1, wait: async () => {} }
}

/** A store in which somebody stops all acting as soon as a target has come to `state`. */
function stoppedOnce(state: ActionTargetState): RecordStore {
  const { records } = stage
  const writeTarget: RecordStore['actionRuns']['writeTarget'] = async (tenantId, runId, target) => {
    await records.actionRuns.writeTarget(tenantId, runId, target)
    if (target.state === state) await stop()
  }
  return { ...records, actionRuns: { ...records.actionRuns, writeTarget } }
}

it('holds a run before its next target, brings the one under way to its end, and lets it go on when lifted', async () => {
  const run = await planned()
  const held = await executeActionRun({ ...run, records: stoppedOnce('intended') })
  expect(held).toMatchObject({ state: 'running', targetsByState: { verified: 1, planned: 2 } })
  expect(await enabled()).toBe(2)
  expect(await resumeActionRun(run)).toMatchObject({ state: 'running', targetsByState: { verified: 1, planned: 2 } })
  await lift()
  expect(await resumeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
  expect(await enabled()).toBe(0)
})

it('holds an undo likewise', async () => {
  const run = await planned()
  await executeActionRun(run)
  const held = await revertActionRun({ ...run, records: stoppedOnce('reverting') })
  expect(held).toMatchObject({ state: 'reverting', targetsByState: { reverted: 1, verified: 2 } })
  await lift()
  expect(await resumeActionRun(run)).toMatchObject({ state: 'reverted', targetsByState: { reverted: 3 } })
  expect(await enabled()).toBe(3)
})

it('lets a shadow run go on, which changes nothing', async () => {
  const run = await planned({ shadow: true })
  await stop()
  expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { 'would-change': 3 } })
})
