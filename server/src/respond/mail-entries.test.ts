import { array, assert, asyncProperty, constantFrom, nat, oneof, record, type Arbitrary } from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'

import { planActionRun } from './plan.ts'
import { executeActionRun, revertActionRun, type ActionRunContext } from './runner.ts'
import { openMailEntryStage, type MailEntryStage } from './testing/test-mail-entry-action.ts'

let stage: MailEntryStage
beforeAll(async () => {
  stage = await openMailEntryStage()
})
afterAll(() => stage?.close())

const BLOCKED = 'Block' as const
type Stands = 'Block' | 'Allow' | 'none'

type Step =
  | { does: 'block-mail-entry' | 'unblock-mail-entry'; on: number }
  | { byHand: Stands; on: number }
  | { undoes: number }

const which = nat(2)
const step: Arbitrary<Step> = oneof(
  { weight: 4, arbitrary: record({ does: constantFrom('block-mail-entry', 'unblock-mail-entry'), on: which }) },
  { weight: 1, arbitrary: record({ byHand: constantFrom<Stands>('Block', 'Allow', 'none'), on: which }) },
  { weight: 3, arbitrary: record({ undoes: nat(7) }) },
)

/** One that was carried out and changed something: what it found and what it made. */
interface Done {
  run: ActionRunContext
  on: number
  found: Stands
  made: Stands
  isUndone: boolean
}

it(
  'any sequence of blocks, unblocks, undos and hands of others leaves the list as a model of it says',
  {
    timeout: 180_000,
  },
  async () => {
    await assert(
      asyncProperty(array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        await stage.reset()
        const { records, clock, tenantId, microsoft, connectionId, subjects } = stage
        const model: Stands[] = ['none', 'none', 'none']
        const done: Done[] = []

        async function carryOut(action: string, on: number): Promise<void> {
          const asked = {
            action,
            connectionId,
            targets: [subjects[on]!],
            createdBy: 'ana',
            open: async () => microsoft,
          }
          const { actionRun } = await planActionRun({ records, clock, tenantId, ...asked })
          const run = { records, clock, tenantId, microsoft, id: actionRun.id, wait: async () => {} }
          expect(await executeActionRun(run)).toMatchObject({ state: 'done' })
          const found = model[on]!
          const isSettled = (found === BLOCKED) === (action === 'block-mail-entry')
          if (isSettled) return
          model[on] = action === 'block-mail-entry' ? BLOCKED : 'none'
          done.push({ run, on, found, made: model[on], isUndone: false })
        }

        async function takeBack(taken: Done): Promise<void> {
          const { run, on, found, made } = taken
          const { state } = await revertActionRun(run)
          taken.isUndone = state === 'reverted'
          // What is neither as it was found nor as it was made is somebody else's; nothing at all may be half of the way.
          const isOthers = model[on] !== found && model[on] !== made && model[on] !== 'none'
          expect(state).toBe(isOthers ? 'partly' : 'reverted')
          if (!isOthers) model[on] = found
        }

        async function setByHand(stands: Stands, on: number): Promise<void> {
          const name = subjects[on]!
          if (model[on] !== 'none') await stage.remove(name)
          if (stands !== 'none') await stage.set(name, HOW[stands])
          model[on] = stands
        }

        for (const each of steps) {
          if ('does' in each) await carryOut(each.does, each.on)
          else if ('byHand' in each) await setByHand(each.byHand, each.on)
          else {
            const taken = done[each.undoes]
            if (taken && !taken.isUndone) await takeBack(taken)
          }
          const seen = await Promise.all([0, 1, 2].map((on) => stage.seen(subjects[on]!)))
          expect(seen.map((item) => item?.['Action'] ?? 'none')).toEqual(model)
        }
      }),
      { numRuns: 20 },
    )
  },
)

const HOW = { Block: { Block: true, NoExpiration: true }, Allow: { Allow: true, RemoveAfter: 45 } }
