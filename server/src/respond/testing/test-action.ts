import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import type { ActionRun, ActionTarget, ActionTargetState } from '#domain/action-run.ts'
import type { MailHit } from '#domain/investigation.ts'
import type { Action } from '#respond/action.ts'
import { planActionRun, type ActionPlan } from '#respond/plan.ts'
import { executeActionRun, resumeActionRun, revertActionRun, type ActionRunContext } from '#respond/runner.ts'
import { summarize } from '#respond/summarize.ts'

import { dyingAtEffect, dyingAtWrite } from './crash.ts'
import { openStage, type Stage } from './stage.ts'

/** What an action does to the emulated mailboxes. */
export interface ExpectedEffect {
  /** What `look` finds when the action has done its work. */
  wanted: string
  /** What shows whether it has; the name of the folder that the message lies in when absent. */
  look?: (stage: Stage, hit: MailHit) => Promise<string>
  /** What the request of the effect looks like: its method, POST when absent, and a regular expression on its path. */
  method?: 'POST' | 'PATCH'
  path: string
  /** The permission without which it is refused; Mail.ReadWrite when absent. */
  permission?: string
  /** Settings of the plan. */
  options?: Record<string, unknown>
  /** Brings the messages to where the action finds work. */
  arrange?: (stage: Stage, hit: MailHit) => Promise<void>
  /** The end of a target for which a second plan asks the same; already-gone when absent. */
  again?: ActionTargetState
  /** The end where the user has moved the message to another folder before; verified when absent. */
  whenMoved?: ActionTargetState
  /** The end where the user has deleted the message for good before; already-gone when absent. */
  whenPurged?: ActionTargetState
  /** The end of taking back where the user has moved the message since; revert-failed when absent. */
  whenMovedSince?: ActionTargetState
}

/** The contract that every mail action fulfils, against the emulator over HTTPS and a real store. */
export function testAction(action: Action, effect: ExpectedEffect): void {
  const { method = 'POST', permission = 'Mail.ReadWrite', again = 'already-gone', options } = effect
  const look = effect.look ?? ((on: Stage, hit: MailHit) => on.placeOf(hit))
  describe(`the action ${action.id}`, () => {
    let stage: Stage
    let hits: MailHit[]
    beforeAll(async () => {
      stage = await openStage()
    })
    afterAll(() => stage?.close())
    beforeEach(async () => {
      await stage.reset()
      hits = stage.hits.slice(0, 3)
      for (const hit of hits) await effect.arrange?.(stage, hit)
      arranged = requests()
    })

    let arranged = 0
    const plan = async (
      chosen: readonly MailHit[] = hits,
      more: Pick<ActionPlan, 'shadow'> = {},
    ): Promise<ActionRunContext> => {
      const { records, clock, tenantId, investigationId, microsoft } = stage
      const hitIds = chosen.map(({ id }) => id)
      const request = { records, clock, tenantId, action: action.id, investigationId, hitIds, createdBy: 'ana' }
      const { actionRun } = await planActionRun({ ...request, ...more, ...(options && { options }) })
      return { records, clock, tenantId, microsoft, id: actionRun.id, concurrency: 1, wait: async () => {} }
    }
    const targets = (run: ActionRunContext): Promise<ActionTarget[]> =>
      stage.records.actionRuns.targets(stage.tenantId, run.id)
    const states = async (run: ActionRunContext): Promise<string[]> => (await targets(run)).map(({ state }) => state)
    const places = (): Promise<string[]> => Promise.all(hits.map((hit) => look(stage, hit)))
    const all = <T>(value: T): T[] => hits.map(() => value)
    const requests = () => stage.requestsTo(method, effect.path)
    const effects = () => requests() - arranged

    it('says what it will do and changes nothing while it is planned', async () => {
      const before = await places()
      const run = await plan()
      const planned = (await stage.records.actionRuns.read(stage.tenantId, run.id))!
      expect(planned).toMatchObject({ state: 'planned', targetsTotal: 3, targetsByState: { planned: 3 } })
      expect(planned.effect).toContain('3 messages')
      expect(planned.effect).toContain(`${planned.mailboxesTotal} mailboxes`)
      expect(planned.reversible).toBe(action.revert !== undefined)
      expect(await places()).toEqual(before)
      expect(effects()).toBe(0)
    })

    it('does it to every target, and says so only because it looked', async () => {
      const run = await plan()
      expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
      expect(await places()).toEqual(all(effect.wanted))
      for (const target of await targets(run)) expect(target).toMatchObject({ proof: expect.stringMatching(/\w/) })
      expect(await look(stage, stage.hits[3]!)).not.toBe(effect.arrange ? '' : effect.wanted)
    })

    it('does it once when it is executed twice', async () => {
      const run = await plan()
      const first = await executeActionRun(run)
      expect(await executeActionRun(run)).toEqual(first)
      expect(effects()).toBe(3)
    })

    it('finds nothing to do when a second plan asks for the same', async () => {
      await executeActionRun(await plan())
      const second = await plan()
      expect(await executeActionRun(second)).toMatchObject({ state: 'done', targetsByState: { [again]: 3 } })
      expect(effects()).toBe(3)
    })

    it.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('ends the same after a crash at write %i of the journal', async (nth) => {
      const run = await plan()
      await expect(executeActionRun({ ...run, records: dyingAtWrite(stage.records, nth) })).rejects.toThrow('Died')
      expect(await resumeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
      expect(await places()).toEqual(all(effect.wanted))
      expect(effects()).toBe(3)
    })

    it.each(['before', 'after'] as const)('ends the same after a crash %s the effect', async (moment) => {
      const run = await plan()
      const microsoft = dyingAtEffect(stage.microsoft, moment, new RegExp(`^${method} .*${effect.path}`, 'm'))
      await expect(executeActionRun({ ...run, microsoft })).rejects.toThrow('Died')
      expect(await states(run)).toContain('intended')
      expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
      expect(await places()).toEqual(all(effect.wanted))
      expect(effects()).toBe(3)
    })

    it.each([1, 2, 3, 4, 5, 6])(
      'is verified when Microsoft did it and the reply to request %i was lost',
      async (nth) => {
        const path = '/(\\$batch|remediate)$'
        await stage.strike({ match: { method: 'POST', path, nth }, do: { dropAfterCommit: true } })
        const run = await plan()
        expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
        expect(await places()).toEqual(all(effect.wanted))
        expect(await stage.struck()).toBeGreaterThan(0)
      },
    )

    it('fails the target when Microsoft reports success and does nothing', async () => {
      await stage.strike({ match: { method, path: effect.path, nth: 1 }, do: { status: 204 } })
      const run = await plan()
      expect(await executeActionRun(run)).toMatchObject({ state: 'partly', targetsByState: { failed: 1, verified: 2 } })
      const failed = (await targets(run)).find(({ state }) => state === 'failed')
      expect(failed?.reason).toContain('reported success')
    })

    it('fails with Microsoft’s code when Microsoft refuses', async () => {
      const body = { error: { code: 'ErrorCannotDeleteObject', message: 'Object cannot be deleted.' } }
      await stage.strike({ match: { method, path: effect.path }, do: { status: 400, body } })
      const run = await plan()
      expect(await executeActionRun(run)).toMatchObject({ state: 'failed', targetsByState: { failed: 3 } })
      for (const { reason } of await targets(run)) expect(reason).toContain('ErrorCannotDeleteObject')
    })

    it('names the permission that is missing', async () => {
      const run = await plan()
      expect(await executeActionRun({ ...run, microsoft: stage.readOnly })).toMatchObject({ state: 'failed' })
      for (const { reason } of await targets(run)) {
        expect(reason).toContain(permission)
        expect(reason).toMatch(/AccessDenied|Authorization_RequestDenied|Forbidden/)
      }
      expect(await places()).not.toContain(effect.wanted)
    })

    it('says not-reachable where the mailbox cannot be read, and goes on with the others', async () => {
      const elsewhere = hits.filter(({ userId }) => userId !== hits[0]!.userId)
      await stage.hide(hits[0]!)
      const run = await plan()
      const ended = await executeActionRun(run)
      expect(ended).toMatchObject({
        state: 'partly',
        targetsByState: { 'not-reachable': 1, verified: elsewhere.length },
      })
    })

    it('follows a message that the user moved to another folder since, or leaves it there', async () => {
      await stage.move(hits[0]!, 'archive')
      const run = await plan()
      expect(await executeActionRun(run)).toMatchObject({ state: 'done' })
      const { whenMoved = 'verified' } = effect
      expect((await states(run)).toSorted()).toEqual([whenMoved, 'verified', 'verified'].toSorted())
      const left = whenMoved === 'verified' ? effect.wanted : await look(stage, hits[0]!)
      expect(await places()).toEqual([left, effect.wanted, effect.wanted])
    })

    it('tells when the user deleted the message for good', async () => {
      await stage.purge(hits[0]!)
      const run = await plan()
      const { whenPurged = 'already-gone' } = effect
      expect(await executeActionRun(run)).toMatchObject({ targetsByState: { [whenPurged]: 1, verified: 2 } })
    })

    it('changes nothing as a shadow, and says of each target what it would have come to', async () => {
      await stage.purge(hits[0]!)
      await stage.hide(hits[1]!)
      const run = await plan(hits, { shadow: true })
      const before = arranged
      arranged = requests()
      const ended = await executeActionRun(run)
      const { whenPurged = 'already-gone' } = effect
      expect(ended).toMatchObject({
        state: 'partly',
        shadow: true,
        reversible: false,
        targetsByState: { [whenPurged]: 1, 'not-reachable': 1, 'would-change': 1 },
      })
      expect(effects()).toBe(0)
      expect(await look(stage, hits[2]!)).not.toBe(effect.wanted)
      const summary = summarize(ended, await targets(run))
      expect(summary).toContain(`Would have ${action.did({ messages: 1, mailboxes: 1 })}; 1 `)
      expect(summary).toMatch(/Nothing was changed\.$/)
      arranged = before
    })

    it('is verified through a storm of throttling, once each', async () => {
      const strike = { status: 429, headers: { 'Retry-After': '1' }, body: THROTTLED }
      await stage.strike({ match: { path: '/v1.0/users/', probability: 0.3, seed: 7 }, do: strike })
      const run = await plan()
      expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
      expect(await places()).toEqual(all(effect.wanted))
      expect(effects()).toBe(3)
    })

    it('refuses a plan with hits that the investigation has not, or with none', async () => {
      const strange = { ...hits[0]!, id: '00000000-0000-0000-0000-000000000000' }
      await expect(plan([strange])).rejects.toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }))
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

      it('puts every message back as it was, and twice is once', async () => {
        if (!effect.whenMoved) await stage.move(hits[0]!, 'archive')
        const before = await places()
        const run = await executed()
        expect(await revertActionRun(run)).toMatchObject({ state: 'reverted', targetsByState: { reverted: 3 } })
        expect(await places()).toEqual(before)
        const asked = effects()
        await revertActionRun(run)
        expect(effects()).toBe(asked)
      })

      it.each([1, 2, 3, 4, 5, 6])('ends the same after a crash at write %i of the journal', async (nth) => {
        const before = await places()
        const run = await executed()
        await expect(revertActionRun({ ...run, records: dyingAtWrite(stage.records, nth) })).rejects.toThrow('Died')
        expect(await resumeActionRun(run)).toMatchObject({ state: 'reverted', targetsByState: { reverted: 3 } })
        expect(await places()).toEqual(before)
      })

      it('leaves what the user moved or deleted since, and says so', async () => {
        const run = await executed()
        await stage.move(hits[0]!, 'archive')
        await stage.purge(hits[1]!)
        const ended: ActionRun = await revertActionRun(run)
        const { whenMovedSince = 'revert-failed' } = effect
        expect(ended.state).toBe('partly')
        const found = (await states(run)).toSorted()
        expect(found).toEqual([whenMovedSince, 'revert-failed', 'reverted'].toSorted())
        expect(await stage.placeOf(hits[0]!)).toBe('Archive')
        const left = (await targets(run)).filter(({ state }) => state === 'revert-failed')
        for (const { reason } of left) expect(reason).toContain('moved, changed or deleted since')
      })

      it('can be tried again after a failure', async () => {
        const run = await executed()
        await stage.strike({
          match: { method, path: effect.path, times: 1 },
          do: { status: 403, body: DENIED },
        })
        expect(await revertActionRun(run)).toMatchObject({ state: 'partly', targetsByState: { 'revert-failed': 1 } })
        expect(await revertActionRun(run)).toMatchObject({ state: 'reverted', targetsByState: { reverted: 3 } })
      })

      it('cannot be executed again afterwards', async () => {
        const run = await executed()
        await revertActionRun(run)
        await expect(executeActionRun(run)).rejects.toThrow(expect.objectContaining({ code: 'ACTION_STATE_WRONG' }))
      })
    }

    describe('reverted', () => {
      const declare = action.revert ? reversible : irreversible
      declare()
    })
  })
}

const THROTTLED = {
  error: { code: 'ApplicationThrottled', message: 'Application is over its MailboxConcurrency limit.' },
}
const DENIED = { error: { code: 'ErrorAccessDenied', message: 'Access is denied. Check credentials and try again.' } }
