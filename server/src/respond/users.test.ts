import { array, assert, asyncProperty, constantFrom, nat, oneof, record, type Arbitrary } from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { planActionRun } from './plan.ts'
import { executeActionRun, revertActionRun, type ActionRunContext } from './runner.ts'
import { openUserStage, type UserStage } from './testing/user-stage.ts'

let stage: UserStage
beforeAll(async () => {
  stage = await openUserStage()
})
afterAll(() => stage?.close())

/** What each action makes of an account; undefined leaves it as it is. */
const ACTIONS = {
  'disable-user': false,
  'enable-user': true,
  'disable-user-and-revoke-sessions': false,
  'revoke-sign-in-sessions': undefined,
} as const
type Step = { does: keyof typeof ACTIONS } | { undoes: number }

const step: Arbitrary<Step> = oneof(
  { weight: 3, arbitrary: record({ does: constantFrom(...(Object.keys(ACTIONS) as (keyof typeof ACTIONS)[])) }) },
  { weight: 2, arbitrary: record({ undoes: nat(7) }) },
)

/** One that was carried out: whether it changed the account, what was there before, and whether it was taken back. */
interface Done {
  run: ActionRunContext
  before: boolean
  changes: boolean
  isUndone: boolean
}

it('any sequence of actions and undos leaves the account as a model of it says', { timeout: 120_000 }, async () => {
  await assert(
    asyncProperty(array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      await stage.reset()
      const { records, clock, tenantId, microsoft, subjects } = stage
      const [user] = subjects
      const context = { records, clock, tenantId, microsoft, wait: async () => {} }
      const done: Done[] = []
      const carryOut = async (action: keyof typeof ACTIONS) => {
        const request = { ...stage.request([user!]), action, createdBy: 'ana', open: async () => microsoft }
        const { actionRun } = await planActionRun({ records, clock, tenantId, ...request })
        const run = { ...context, id: actionRun.id }
        const { state } = await executeActionRun(run)
        const wish = ACTIONS[action]
        const isSettled = wish === isEnabled && action !== 'disable-user-and-revoke-sessions'
        done.push({ run, before: isEnabled, changes: wish !== undefined && !isSettled, isUndone: false })
        isEnabled = wish ?? isEnabled
        return state
      }
      const takeBack = async (taken: Done) => {
        taken.isUndone = true
        isEnabled = taken.before
        return (await revertActionRun(taken.run)).state
      }
      let isEnabled = true
      const ends: string[] = []
      for (const each of steps) {
        // Microsoft tells the moment of sessions in whole seconds.
        await stage.advance(2000)
        const taken = 'undoes' in each ? done[each.undoes] : undefined
        if ('does' in each) ends.push(await carryOut(each.does))
        else if (taken?.changes && !taken.isUndone) ends.push(await takeBack(taken))
        expect(await stage.stateOf(user!)).toMatchObject({ accountEnabled: isEnabled })
      }
      expect(ends.filter((state) => state !== 'done' && state !== 'reverted')).toEqual([])
    }),
    { numRuns: 15 },
  )
})

describe('a directory whose copies hear of a write seconds later', () => {
  let slow: UserStage
  beforeAll(async () => {
    slow = await openUserStage('eventual')
  })
  afterAll(() => slow?.close())

  it.each(['disable-user', 'disable-user-and-revoke-sessions', 'revoke-sign-in-sessions'])(
    'is waited for by %s, and by its undo, which then say what it shows',
    async (action) => {
      await slow.reset()
      const { records, clock, tenantId, microsoft, subjects } = slow
      const waited: number[] = []
      const wait = async (ms: number) => {
        waited.push(ms)
        await slow.advance(ms)
      }
      const request = { ...slow.request(subjects.slice(0, 3)), action, createdBy: 'ana', open: async () => microsoft }
      const { actionRun } = await planActionRun({ records, clock, tenantId, ...request })
      const run = { records, clock, tenantId, microsoft, id: actionRun.id, wait }
      expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
      expect(waited.length).toBeGreaterThan(0)
      expect(waited.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(60_000)
      const undone = actionRun.reversible ? await revertActionRun(run) : undefined
      expect(undone?.state ?? 'irreversible').toBe(actionRun.reversible ? 'reverted' : 'irreversible')
    },
  )
})
