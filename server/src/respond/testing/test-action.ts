import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import type { ActionRun, ActionTarget } from '#domain/action-run.ts'
import type { MailHit } from '#domain/investigation.ts'
import type { Action } from '#respond/action.ts'
import { planActionRun } from '#respond/plan.ts'
import { executeActionRun, resumeActionRun, revertActionRun, type ActionRunContext } from '#respond/runner.ts'

import { dyingAtEffect, dyingAtWrite } from './crash.ts'
import { openStage, type Stage } from './stage.ts'

/**
 * The contract that every mail action fulfils, against the emulator over HTTPS and a real store.
 *
 * @param effect.place where a message is when the action has done its work, as {@link Stage.placeOf} says.
 * @param effect.path what the request of the effect looks like: a regular expression on its path.
 */
export function testAction(action: Action, effect: { place: string; path: string }): void {
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
    })

    const plan = async (chosen: readonly MailHit[] = hits): Promise<ActionRunContext> => {
      const { records, clock, tenantId, investigationId, microsoft } = stage
      const hitIds = chosen.map(({ id }) => id)
      const request = { records, clock, tenantId, action: action.id, investigationId, hitIds, createdBy: 'ana' }
      return { records, clock, tenantId, microsoft, id: (await planActionRun(request)).actionRun.id, concurrency: 1 }
    }
    const targets = (run: ActionRunContext): Promise<ActionTarget[]> =>
      stage.records.actionRuns.targets(stage.tenantId, run.id)
    const states = async (run: ActionRunContext): Promise<string[]> => (await targets(run)).map(({ state }) => state)
    const places = (): Promise<string[]> => Promise.all(hits.map((hit) => stage.placeOf(hit)))
    const all = <T>(value: T): T[] => hits.map(() => value)
    const effects = () => stage.requestsTo('POST', effect.path)

    it('says what it will do and changes nothing while it is planned', async () => {
      const before = await places()
      const run = await plan()
      const planned = (await stage.records.actionRuns.read(stage.tenantId, run.id))!
      expect(planned).toMatchObject({ state: 'planned', targetsTotal: 3, targetsByState: { planned: 3 } })
      expect(planned.effect).toContain('3 messages')
      expect(planned.reversible).toBe(action.revert !== undefined)
      expect(await places()).toEqual(before)
      expect(await effects()).toBe(0)
    })

    it('does it to every target, and says so only because it looked', async () => {
      const run = await plan()
      expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
      expect(await places()).toEqual(all(effect.place))
      for (const target of await targets(run)) expect(target).toMatchObject({ proof: expect.stringMatching(/\w/) })
      expect(await stage.placeOf(stage.hits[3]!)).not.toBe(effect.place)
    })

    it('does it once when it is executed twice', async () => {
      const run = await plan()
      const first = await executeActionRun(run)
      expect(await executeActionRun(run)).toEqual(first)
      expect(await effects()).toBe(3)
    })

    it('finds nothing to do when a second plan asks for the same', async () => {
      await executeActionRun(await plan())
      const again = await plan()
      expect(await executeActionRun(again)).toMatchObject({ state: 'done', targetsByState: { 'already-gone': 3 } })
      expect(await effects()).toBe(3)
    })

    it.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('ends the same after a crash at write %i of the journal', async (nth) => {
      const run = await plan()
      await expect(executeActionRun({ ...run, records: dyingAtWrite(stage.records, nth) })).rejects.toThrow('Died')
      expect(await resumeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
      expect(await places()).toEqual(all(effect.place))
      expect(await effects()).toBe(3)
    })

    it.each(['before', 'after'] as const)('ends the same after a crash %s the effect', async (moment) => {
      const run = await plan()
      const microsoft = dyingAtEffect(stage.microsoft, moment)
      await expect(executeActionRun({ ...run, microsoft })).rejects.toThrow('Died')
      expect(await states(run)).toContain('intended')
      expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
      expect(await places()).toEqual(all(effect.place))
      expect(await effects()).toBe(3)
    })

    it('is verified when Microsoft did it and every reply was lost', async () => {
      const path = `/users/${hits[0]!.userId}/.*${effect.path}`
      await stage.strike({ match: { method: 'POST', path }, do: { dropAfterCommit: true } })
      const run = await plan()
      expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
      expect(await places()).toEqual(all(effect.place))
      expect(await stage.struck()).toBeGreaterThan(0)
    })

    it('fails the target when Microsoft reports success and does nothing', async () => {
      await stage.strike({ match: { method: 'POST', path: effect.path, nth: 1 }, do: { status: 204 } })
      const run = await plan()
      expect(await executeActionRun(run)).toMatchObject({ state: 'partly', targetsByState: { failed: 1, verified: 2 } })
      const failed = (await targets(run)).find(({ state }) => state === 'failed')
      expect(failed?.reason).toContain('reported success')
    })

    it('fails with Microsoft’s code when Microsoft refuses', async () => {
      const body = { error: { code: 'ErrorCannotDeleteObject', message: 'Object cannot be deleted.' } }
      await stage.strike({ match: { method: 'POST', path: effect.path }, do: { status: 400, body } })
      const run = await plan()
      expect(await executeActionRun(run)).toMatchObject({ state: 'failed', targetsByState: { failed: 3 } })
      for (const { reason } of await targets(run)) expect(reason).toContain('ErrorCannotDeleteObject')
    })

    it('names the permission that is missing', async () => {
      const run = await plan()
      expect(await executeActionRun({ ...run, microsoft: stage.readOnly })).toMatchObject({ state: 'failed' })
      for (const { reason } of await targets(run)) {
        expect(reason).toContain('Mail.ReadWrite')
        expect(reason).toContain('ErrorAccessDenied')
      }
      expect(await places()).not.toContain(effect.place)
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

    it('follows a message that the user moved to another folder since', async () => {
      await stage.move(hits[0]!, 'archive')
      expect(await executeActionRun(await plan())).toMatchObject({ targetsByState: { verified: 3 } })
      expect(await places()).toEqual(all(effect.place))
    })

    it('says already-gone when the user deleted the message for good', async () => {
      await stage.purge(hits[0]!)
      const run = await plan()
      expect(await executeActionRun(run)).toMatchObject({
        state: 'done',
        targetsByState: { 'already-gone': 1, verified: 2 },
      })
    })

    it('refuses a plan with hits that the investigation has not, or with none', async () => {
      const strange = { ...hits[0]!, id: '00000000-0000-0000-0000-000000000000' }
      await expect(plan([strange])).rejects.toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }))
      await expect(plan([])).rejects.toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }))
    })

    it('does not take up a plan that nobody has confirmed', async () => {
      const run = await plan()
      expect(await resumeActionRun(run)).toMatchObject({ state: 'planned' })
      expect(await effects()).toBe(0)
    })

    it('keeps what it has done and goes on later when the server shuts down', async () => {
      const run = await plan()
      const shutdown = new AbortController()
      const cut = await executeActionRun({ ...run, signal: shutdown.signal, onProgress: () => shutdown.abort() })
      expect(cut).toMatchObject({ state: 'running', targetsByState: { verified: 1, planned: 2 } })
      expect(await resumeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
      expect(await effects()).toBe(3)
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

      it('puts every message back into the folder it was in, and twice is once', async () => {
        await stage.move(hits[0]!, 'archive')
        const before = await places()
        const run = await executed()
        expect(await revertActionRun(run)).toMatchObject({ state: 'reverted', targetsByState: { reverted: 3 } })
        expect(await places()).toEqual(before)
        const requests = await effects()
        await revertActionRun(run)
        expect(await effects()).toBe(requests)
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
        expect(ended).toMatchObject({ state: 'partly', targetsByState: { reverted: 1, 'revert-failed': 2 } })
        expect(await stage.placeOf(hits[0]!)).toBe('Archive')
        const left = (await targets(run)).filter(({ state }) => state === 'revert-failed')
        for (const { reason } of left) expect(reason).toContain('moved or deleted since')
      })

      it('can be tried again after a failure', async () => {
        const run = await executed()
        await stage.strike({
          match: { method: 'POST', path: effect.path, times: 1 },
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

const DENIED = { error: { code: 'ErrorAccessDenied', message: 'Access is denied. Check credentials and try again.' } }
