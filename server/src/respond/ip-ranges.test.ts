import { array, assert, asyncProperty, constantFrom, nat, oneof, record, type Arbitrary } from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { Mode, MODES } from './ip-range-state.ts'
import { planActionRun } from './plan.ts'
import { executeActionRun, revertActionRun, type ActionRunContext } from './runner.ts'
import { openIpRangeStage, type IpRangeStage } from './testing/test-ip-range-action.ts'

let stage: IpRangeStage
beforeAll(async () => {
  stage = await openIpRangeStage()
})
afterAll(() => stage?.close())

type Step = { blocks: Mode; on: number } | { unblocks: number } | { undoes: number }

const which = nat(2)
const step: Arbitrary<Step> = oneof(
  { weight: 3, arbitrary: record({ blocks: constantFrom(...Mode.options), on: which }) },
  { weight: 2, arbitrary: record({ unblocks: which }) },
  { weight: 3, arbitrary: record({ undoes: nat(7) }) },
)

/** Indexes of the ranges that stand in each mode. */
type Model = Record<Mode, Set<number>>

/** One that was carried out and changed something: in which modes its range stood, and what undoing it touches. */
interface Done {
  run: ActionRunContext
  on: number
  touches: readonly Mode[]
  stood: boolean
  isUndone: boolean
}

async function plan(on: IpRangeStage, action: string, range: string, options?: { mode: Mode }) {
  const { records, clock, tenantId, microsoft, connectionId, wait } = on
  const asked = { action, connectionId, targets: [range], createdBy: 'ana', ...(options && { options }) }
  const { actionRun } = await planActionRun({ records, clock, tenantId, open: async () => microsoft, ...asked })
  return { records, clock, tenantId, microsoft, wait, id: actionRun.id }
}

it(
  'any sequence of blocks, unblocks and undos leaves locations and policies as a model of them says',
  {
    timeout: 240_000,
  },
  async () => {
    await assert(
      asyncProperty(array(step, { minLength: 1, maxLength: 7 }), async (steps) => {
        await stage.reset()
        const { subjects } = stage
        const model: Model = { 'report-only': new Set(), enforce: new Set() }
        const done: Done[] = []

        async function block(mode: Mode, on: number): Promise<void> {
          const run = await plan(stage, 'block-ip', subjects[on]!, { mode })
          expect(await executeActionRun(run)).toMatchObject({ state: 'done' })
          if (!model[mode].has(on)) done.push({ run, on, touches: [mode], stood: false, isUndone: false })
          model[mode].add(on)
        }

        async function unblock(on: number): Promise<void> {
          const run = await plan(stage, 'unblock-ip', subjects[on]!)
          expect(await executeActionRun(run)).toMatchObject({ state: 'done' })
          const touches = Mode.options.filter((mode) => model[mode].delete(on))
          if (touches.length > 0) done.push({ run, on, touches, stood: true, isUndone: false })
        }

        async function takeBack(taken: Done): Promise<void> {
          taken.isUndone = true
          expect(await revertActionRun(taken.run)).toMatchObject({ state: 'reverted' })
          for (const mode of taken.touches) model[mode][taken.stood ? 'add' : 'delete'](taken.on)
        }

        for (const each of steps) {
          if ('blocks' in each) await block(each.blocks, each.on)
          else if ('unblocks' in each) await unblock(each.unblocks)
          else {
            const taken = done[each.undoes]
            if (taken && !taken.isUndone) await takeBack(taken)
          }
          for (const mode of Mode.options) {
            const wanted = [...model[mode]].map((on) => subjects[on]!)
            expect((await stage.rangesIn(mode)).toSorted()).toEqual(wanted.toSorted())
            expect((await stage.policyOf(mode))?.state).toBe(wanted.length > 0 ? MODES[mode].state : undefined)
          }
        }
      }),
      { numRuns: 15 },
    )
  },
)

describe('a directory whose copies hear of a write seconds later', () => {
  let slow: IpRangeStage
  beforeAll(async () => {
    slow = await openIpRangeStage('eventual')
  })
  afterAll(() => slow?.close())

  it('is waited for, so that no range is lost to the one that follows', async () => {
    const { records, clock, tenantId, microsoft, connectionId, wait, subjects } = slow
    const asked = { action: 'block-ip', connectionId, targets: [...subjects], createdBy: 'ana' }
    const open = async () => microsoft
    const { actionRun } = await planActionRun({ records, clock, tenantId, open, ...asked })
    const run = { records, clock, tenantId, microsoft, wait, id: actionRun.id }
    expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: subjects.length } })
    await wait(60_000)
    expect((await slow.rangesIn('report-only')).toSorted()).toEqual(subjects.toSorted())
    expect(await revertActionRun(run)).toMatchObject({ state: 'reverted' })
    await wait(60_000)
    expect([await slow.rangesIn('report-only'), await slow.policyOf('report-only')]).toEqual([[], undefined])
  })
})
