import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import type { Microsoft } from '#connect/microsoft.ts'
import type { ActionTarget, ActionTargetState } from '#domain/action-run.ts'
import type { Clock } from '#domain/clock.ts'
import type { TenantId } from '#domain/ids.ts'
import type { Action, Target } from '#respond/action.ts'
import { planActionRun, type ActionPlan } from '#respond/plan.ts'
import { executeActionRun, resumeActionRun, revertActionRun, type ActionRunContext } from '#respond/runner.ts'
import { summarize } from '#respond/summarize.ts'
import type { RecordStore } from '#store/record-store.ts'

import { dyingAtEffect, dyingAtWrite } from './crash.ts'

/** Where actions on a kind of targets are tried: an emulated company, and what to act on there. */
export interface Trial<On> {
  records: RecordStore
  /** May do what actions of the kind need. */
  microsoft: Microsoft
  /** May read only. */
  readOnly: Microsoft
  tenantId: TenantId
  clock: Clock
  /** What to act on; the first three are. */
  subjects: readonly On[]
  /** How a plan names them. */
  request(chosen: readonly On[]): Pick<ActionPlan, 'investigationId' | 'connectionId' | 'targets'>
  /** One that is not there. */
  stranger: On
  /** The emulated world as it was at first, without faults. */
  reset(): Promise<void>
  strike(fault: { match?: Record<string, unknown>; do: Record<string, unknown> }): Promise<void>
  /** How often faults have struck. */
  struck(): Promise<number>
  /** Requests of {@link microsoft} so far that were carried out, parts of batches too, by method and expressions on path and body. */
  requestsTo(method: string, path: string, body?: string): number
  /** From now on the subject answers with faults only. */
  hide(subject: On): Promise<void>
  /** Time passes at Microsoft while a run waits; none when absent. */
  wait?(ms: number): Promise<void>
  close(): Promise<void>
}

/** What an action does to the emulated company. */
export interface Expected<Stage, On> {
  /** What `look` finds when the action has done its work. */
  wanted: string
  /** What shows whether it has, read apart from the code under test. */
  look: (stage: Stage, subject: On) => Promise<string>
  /** What the request of the effect looks like: its method, POST when absent, and a regular expression on its path. */
  method?: 'POST' | 'PATCH' | 'DELETE'
  path: string
  /** And on its body, where all requests go to one path. */
  body?: string
  /** The permission without which it is refused. */
  permission: string
  /** Settings of the plan. */
  options?: Record<string, unknown>
  /** Brings subjects to where the action finds work. */
  arrange?: (stage: Stage, subject: On) => Promise<void>
  /** The end of a target for which a second plan asks the same, and is not asked of Microsoft again. */
  again: ActionTargetState
  /** Time passes before it is asked again. */
  wait?: (stage: Stage) => Promise<void>
  /** What the lying Microsoft answers; 204 when absent. */
  lie?: Record<string, unknown>
  /** How often the effect is asked for before the target has failed; once when absent. */
  attempts?: number
  /** Requests whose replies are lost one after the other: an expression on the path of writes of any method. */
  lossy: string
}

/** A contract as it runs: what further tests of the kind's suite begin from. */
export interface Running<Stage, On> {
  stage(): Stage
  subjects(): On[]
  plan(chosen?: readonly On[], more?: Partial<ActionPlan>): Promise<ActionRunContext>
  targets(run: ActionRunContext): Promise<ActionTarget[]>
  states(run: ActionRunContext): Promise<ActionTargetState[]>
  looks(): Promise<string[]>
  /** Requests for the effect since the subjects were arranged. */
  effects(): number
}

/**
 * Where a run is cut: each step of a target once, each target once. With `CORDON_THOROUGH=1` everywhere up to `last`, which takes
 * twice the time.
 */
function crashes(usual: readonly number[], last: number): readonly number[] {
  return process.env.CORDON_THOROUGH === '1' ? Array.from({ length: last }, (_, index) => index + 1) : usual
}

/** The contract that every action fulfils, against the emulator over HTTPS and a real store; `more` adds the kind's own. */
export function testContract<On, Stage extends Trial<On>, Works extends Target>(
  action: Action<Record<string, unknown>, Works>,
  effect: Expected<Stage, On>,
  open: () => Promise<Stage>,
  more: (running: Running<Stage, On>) => void,
): void {
  const { method = 'POST', path, body, permission, again, options, look } = effect
  const sought = { method, path, ...(body !== undefined && { body }) }
  describe(`the action ${action.id}`, () => {
    let stage: Stage
    let chosenFirst: On[]
    let arranged = 0
    beforeAll(async () => {
      stage = await open()
    })
    afterAll(() => stage?.close())
    beforeEach(async () => {
      await stage.reset()
      chosenFirst = stage.subjects.slice(0, 3)
      for (const subject of chosenFirst) await effect.arrange?.(stage, subject)
      arranged = requests()
    })

    const plan: Running<Stage, On>['plan'] = async (chosen = chosenFirst, change = {}) => {
      const { records, clock, tenantId, microsoft } = stage
      const request = { records, clock, tenantId, action: action.id, createdBy: 'ana', open: async () => microsoft }
      const asked = { ...request, ...stage.request(chosen), ...(options && { options }), ...change }
      const { actionRun } = await planActionRun(asked)
      const wait = stage.wait ?? (async () => {})
      return { records, clock, tenantId, microsoft, id: actionRun.id, concurrency: 1, wait }
    }
    const targets = (run: ActionRunContext) => stage.records.actionRuns.targets(stage.tenantId, run.id)
    const states = async (run: ActionRunContext) => (await targets(run)).map(({ state }) => state)
    const looks = () => Promise.all(chosenFirst.map((subject) => look(stage, subject)))
    const all = <T>(value: T): T[] => chosenFirst.map(() => value)
    const requests = () => stage.requestsTo(method, path, body)
    const effects = () => requests() - arranged

    it('says what it will do and changes nothing while it is planned', async () => {
      const before = await looks()
      const run = await plan()
      const planned = (await stage.records.actionRuns.read(stage.tenantId, run.id))!
      expect(planned).toMatchObject({ state: 'planned', targetsTotal: 3, targetsByState: { planned: 3 } })
      const lanes = new Set((await targets(run)).map(({ lane }) => lane)).size
      expect(planned.effect.toLowerCase()).toContain(action.does({ targets: 3, lanes }, options).toLowerCase())
      expect(planned.reversible).toBe(action.revert !== undefined)
      expect(await looks()).toEqual(before)
      expect(effects()).toBe(0)
    })

    it('does it to every target and to no other, and says so only because it looked', async () => {
      const other = stage.subjects[3]!
      const before = await look(stage, other)
      const run = await plan()
      expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
      expect(await looks()).toEqual(all(effect.wanted))
      for (const target of await targets(run)) expect(target).toMatchObject({ proof: expect.stringMatching(/\w/) })
      expect(await look(stage, other)).toBe(before)
    })

    it('does it once when it is executed twice', async () => {
      const run = await plan()
      const first = await executeActionRun(run)
      expect(await executeActionRun(run)).toEqual(first)
      expect(effects()).toBe(3)
    })

    it('comes to the same when a second plan asks for the same', async () => {
      await executeActionRun(await plan())
      await effect.wait?.(stage)
      const second = await plan()
      expect(await executeActionRun(second)).toMatchObject({ state: 'done', targetsByState: { [again]: 3 } })
      expect(await looks()).toEqual(all(effect.wanted))
      expect(effects()).toBe(again === 'verified' ? 6 : 3)
    })

    it.each(crashes([1, 5, 9], 9))('ends the same after a crash at write %i of the journal', async (nth) => {
      const run = await plan()
      await expect(executeActionRun({ ...run, records: dyingAtWrite(stage.records, nth) })).rejects.toThrow('Died')
      expect(await resumeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
      expect(await looks()).toEqual(all(effect.wanted))
      expect(effects()).toBe(3)
    })

    it.each(['before', 'after'] as const)('ends the same after a crash %s the effect', async (moment) => {
      const run = await plan()
      const microsoft = dyingAtEffect(stage.microsoft, moment, sought)
      await expect(executeActionRun({ ...run, microsoft })).rejects.toThrow('Died')
      expect(await states(run)).toContain('intended')
      expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
      expect(await looks()).toEqual(all(effect.wanted))
      expect(effects()).toBe(3)
    })

    it.each(crashes([1, 2, 3], 6))(
      'is verified when Microsoft did it and the reply to request %i was lost',
      async (nth) => {
        const run = await plan()
        for (const write of new Set([method, 'POST'])) {
          await stage.strike({ match: { method: write, path: effect.lossy, nth }, do: { dropAfterCommit: true } })
        }
        expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
        expect(await looks()).toEqual(all(effect.wanted))
      },
    )

    it('fails the target when Microsoft reports success and does nothing', async () => {
      const run = await plan()
      await stage.strike({ match: { ...sought, times: effect.attempts ?? 1 }, do: effect.lie ?? { status: 204 } })
      expect(await executeActionRun(run)).toMatchObject({ state: 'partly', targetsByState: { verified: 2 } })
      const failed = (await targets(run)).find(({ state }) => state !== 'verified')
      expect(failed?.reason).toContain('reported success')
    })

    it('tells Microsoft’s code when Microsoft refuses', async () => {
      const error = { code: 'ErrorCannotDeleteObject', message: 'Object cannot be deleted.' }
      const run = await plan()
      await stage.strike({ match: sought, do: { status: 400, body: { error } } })
      await executeActionRun(run)
      expect(await states(run)).not.toContain('verified')
      for (const { reason } of await targets(run)) expect(reason).toContain('ErrorCannotDeleteObject')
    })

    it('names the permission that is missing when it is carried out', async () => {
      const run = await plan()
      expect(await executeActionRun({ ...run, microsoft: stage.readOnly })).toMatchObject({ state: 'failed' })
      for (const { reason } of await targets(run)) {
        expect(reason).toContain(permission)
        expect(reason).toMatch(/AccessDenied|Authorization_RequestDenied|Forbidden|status 403/)
      }
      expect(await looks()).not.toContain(effect.wanted)
    })

    it('says not-reachable where one cannot be read, and goes on with the others', async () => {
      const run = await plan()
      await stage.hide(chosenFirst[0]!)
      const ended = await executeActionRun(run)
      const [lost, ...others] = [...Map.groupBy(await targets(run), ({ state }) => state).values()]
      expect(ended).toMatchObject({ state: 'partly', targetsByState: { 'not-reachable': expect.any(Number) } })
      expect([...lost!, ...others.flat()]).toHaveLength(3)
      expect(ended.targetsByState.verified).toBeGreaterThan(0)
    })

    it('changes nothing as a shadow, and says of each target what it would have come to', async () => {
      const run = await plan(chosenFirst, { shadow: true })
      const before = await looks()
      const ended = await executeActionRun(run)
      expect(ended).toMatchObject({ state: 'done', shadow: true, reversible: false })
      expect(ended.targetsByState).toEqual({ 'would-change': 3 })
      expect(effects()).toBe(0)
      expect(await looks()).toEqual(before)
      const summary = summarize(ended, await targets(run))
      expect(summary).toMatch(/^Would have .*Nothing was changed\.$/)
    })

    it('refuses a plan with targets that are not there, or with none', async () => {
      await expect(plan([stage.stranger])).rejects.toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }))
      await expect(plan([])).rejects.toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }))
    })

    it('does not take up a plan that nobody has confirmed', async () => {
      const run = await plan()
      expect(await resumeActionRun(run)).toMatchObject({ state: 'planned' })
      expect(effects()).toBe(0)
    })

    it('keeps what it has done and goes on later when the server shuts down', async () => {
      const run = await plan()
      const shutdown = new AbortController()
      const cut = await executeActionRun({ ...run, signal: shutdown.signal, onProgress: () => shutdown.abort() })
      expect(cut).toMatchObject({ state: 'running', targetsByState: { verified: 1, planned: 2 } })
      expect(await resumeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
      expect(effects()).toBe(3)
    })

    const irreversible = (): void => {
      it('refuses to be reverted, and says what remains possible', async () => {
        const run = await plan()
        await executeActionRun(run)
        const refusal = expect.objectContaining({ code: 'ACTION_NOT_REVERSIBLE', why: action.recoverability })
        await expect(revertActionRun(run)).rejects.toThrow(refusal)
      })
    }

    const reversible = (): void => {
      const executed = async (): Promise<ActionRunContext> => {
        const run = await plan()
        await executeActionRun(run)
        return run
      }

      it('puts every target back as it was, and twice is once', async () => {
        const before = await looks()
        const run = await executed()
        expect(await revertActionRun(run)).toMatchObject({ state: 'reverted', targetsByState: { reverted: 3 } })
        expect(await looks()).toEqual(before)
        const asked = effects()
        await revertActionRun(run)
        expect(effects()).toBe(asked)
      })

      it.each(crashes([1, 4], 6))('ends the same after a crash at write %i of the journal', async (nth) => {
        const before = await looks()
        const run = await executed()
        await expect(revertActionRun({ ...run, records: dyingAtWrite(stage.records, nth) })).rejects.toThrow('Died')
        expect(await resumeActionRun(run)).toMatchObject({ state: 'reverted', targetsByState: { reverted: 3 } })
        expect(await looks()).toEqual(before)
      })

      it('cannot be executed again afterwards', async () => {
        const run = await executed()
        await revertActionRun(run)
        await expect(executeActionRun(run)).rejects.toThrow(expect.objectContaining({ code: 'ACTION_STATE_WRONG' }))
      })
    }

    describe('reverted', () => {
      const declare: () => void = action.revert ? reversible : irreversible
      declare()
    })

    more({ stage: () => stage, subjects: () => chosenFirst, plan, targets, states, looks, effects })
  })
}
