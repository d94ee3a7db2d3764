import { array, assert, asyncProperty, constant, constantFrom, nat, oneof, record, type Arbitrary } from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'

import { planActionRun } from './plan.ts'
import { executeActionRun, revertActionRun, type ActionRunContext } from './runner.ts'
import { isolationSeen, openDeviceStage, type DeviceStage } from './testing/device-stage.ts'

let stage: DeviceStage
beforeAll(async () => {
  stage = await openDeviceStage()
})
afterAll(() => stage?.close())

const CONNECTED = 'connected'
type Stands = 'connected' | 'isolated Full' | 'isolated Selective'
const isIsolated = (stands: Stands | undefined): boolean => stands !== undefined && stands !== CONNECTED
const typeOf = (stands: Stands) => (stands === 'isolated Selective' ? 'Selective' : 'Full')

/** By hand an order is given to the device, which carries it out at once or has not yet. */
type Step =
  | { isolates: 'Full' | 'Selective' }
  | { does: 'release-device' | 'scan-device' }
  | { byHand: Stands; isOpen: boolean }
  | { undoes: number }
  | { passes: true }

const step: Arbitrary<Step> = oneof(
  { weight: 3, arbitrary: record({ isolates: constantFrom('Full', 'Selective') }) },
  { weight: 3, arbitrary: record({ does: constantFrom('release-device', 'scan-device') }) },
  {
    weight: 3,
    arbitrary: record({
      byHand: constantFrom<Stands>(CONNECTED, 'isolated Full', 'isolated Selective'),
      isOpen: constantFrom(true, false),
    }),
  },
  { weight: 3, arbitrary: record({ undoes: nat(7) }) },
  { weight: 1, arbitrary: record({ passes: constant(true as const) }) },
)

/** One that was carried out and changed something, and what it found. */
interface Done {
  run: ActionRunContext
  action: string
  found: Stands
  isUndone: boolean
}

it(
  'any sequence of isolations, releases, scans, undos and orders of others ends in the modelled state',
  { timeout: 300_000 },
  async () => {
    await assert(
      asyncProperty(array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        await stage.reset()
        const { records, clock, tenantId, microsoft } = stage
        const [device] = stage.subjects
        let stands: Stands = CONNECTED
        /** What the order will make of it that the device has not carried out yet. */
        let coming: Stands | undefined
        const done: Done[] = []

        /** What the model makes of an order of Cordon's: one of the kind that is under way is taken for its own. */
        function bring(wanted: Stands): void {
          stands = coming !== undefined && isIsolated(coming) === isIsolated(wanted) ? coming : wanted
          coming = undefined
        }

        async function carryOut(action: string, wanted: Stands | undefined, options?: Record<string, unknown>) {
          const request = { ...stage.request([device!]), action, createdBy: 'ana', open: async () => microsoft }
          const plan = { records, clock, tenantId, ...request, ...(options && { options }) }
          const { actionRun } = await planActionRun(plan)
          const run = { records, clock, tenantId, microsoft, id: actionRun.id, wait: stage.wait }
          const isSettled = coming === undefined && isIsolated(stands) === isIsolated(wanted)
          const { state, targetsByState } = await executeActionRun(run)
          expect(state).toBe('done')
          if (wanted === undefined) return
          expect(targetsByState).toEqual(isSettled ? { 'already-done': 1 } : { verified: 1 })
          if (isSettled) return
          done.push({ run, action, found: stands, isUndone: false })
          bring(wanted)
        }

        async function takeBack(taken: Done): Promise<void> {
          taken.isUndone = true
          expect(await revertActionRun(taken.run)).toMatchObject({ state: 'reverted' })
          const back: Stands = taken.action === 'isolate-device' ? CONNECTED : `isolated ${typeOf(taken.found)}`
          if (coming !== undefined || isIsolated(stands) !== isIsolated(back)) bring(back)
        }

        async function pass(): Promise<void> {
          await stage.wait(3_600_000)
          stands = coming ?? stands
          coming = undefined
        }

        async function setByHand(wanted: Stands, isOpen: boolean): Promise<void> {
          await pass()
          if (isIsolated(wanted)) await stage.begin(device!, 'isolate', { IsolationType: typeOf(wanted) })
          else await stage.begin(device!, 'unisolate', {})
          coming = wanted
          if (!isOpen) await pass()
        }

        for (const each of steps) {
          if ('isolates' in each) {
            await carryOut('isolate-device', `isolated ${each.isolates}`, { isolationType: each.isolates })
          } else if ('does' in each) await carryOut(each.does, each.does === 'release-device' ? CONNECTED : undefined)
          else if ('byHand' in each) await setByHand(each.byHand, each.isOpen)
          else if ('passes' in each) await pass()
          else {
            const taken = done[each.undoes]
            if (taken && !taken.isUndone) await takeBack(taken)
          }
          // While an order is on its way it is not told which of the two shows.
          expect(coming === undefined ? await isolationSeen(stage, device!) : stands).toBe(stands)
        }
        await pass()
        expect(await isolationSeen(stage, device!)).toBe(stands)
      }),
      { numRuns: 20 },
    )
  },
)
