import { describe, expect, it } from 'vitest'

import type { ActionTargetState } from '#domain/action-run.ts'
import type { MailHit } from '#domain/investigation.ts'
import type { Action } from '#respond/action.ts'
import type { MessageTarget } from '#respond/kinds/message.ts'
import { executeActionRun, revertActionRun } from '#respond/runner.ts'
import { summarize } from '#respond/summarize.ts'

import { openStage, type Stage } from './stage.ts'
import { type Expected, testContract } from './test-contract.ts'

/** What an action does to the emulated mailboxes; what is absent is as for most actions on messages. */
export interface ExpectedEffect extends Omit<Partial<Expected<Stage, MailHit>>, 'wanted' | 'path'> {
  /** The name of the folder that the message lies in then, unless `look` looks at something else. */
  wanted: string
  path: string
  /** The end where the user has moved the message to another folder before; verified when absent. */
  whenMoved?: ActionTargetState
  /** The end where the user has deleted the message for good before; already-gone when absent. */
  whenPurged?: ActionTargetState
  /** The end of taking back where the user has moved the message since; revert-failed when absent. */
  whenMovedSince?: ActionTargetState
}

/** The contract that every action on messages fulfils. */
export function testAction(
  action: Action<Record<string, unknown>, MessageTarget>,
  { whenMoved = 'verified', whenPurged = 'already-gone', whenMovedSince = 'revert-failed', ...effect }: ExpectedEffect,
): void {
  const look = effect.look ?? ((on: Stage, hit: MailHit) => on.placeOf(hit))
  const usual = { permission: 'Mail.ReadWrite', again: 'already-gone', lossy: '/(\\$batch|remediate)$' } as const
  const expected = { ...usual, ...effect, look }
  testContract<MailHit, Stage, MessageTarget>(action, expected, openStage, (running) => {
    const { plan, states, looks, effects, targets } = running
    const { wanted } = effect

    it('follows a message that the user moved to another folder since, or leaves it there', async () => {
      const [moved] = running.subjects()
      await running.stage().move(moved!, 'archive')
      const run = await plan()
      expect(await executeActionRun(run)).toMatchObject({ state: 'done' })
      expect((await states(run)).toSorted()).toEqual([whenMoved, 'verified', 'verified'].toSorted())
      const left = whenMoved === 'verified' ? wanted : await look(running.stage(), moved!)
      expect(await looks()).toEqual([left, wanted, wanted])
    })

    it('tells when the user deleted the message for good', async () => {
      await running.stage().purge(running.subjects()[0]!)
      const run = await plan()
      expect(await executeActionRun(run)).toMatchObject({ targetsByState: { [whenPurged]: 1, verified: 2 } })
    })

    it('tells as a shadow what has happened to messages already', async () => {
      const stage = running.stage()
      const [purged, hidden] = running.subjects()
      await stage.purge(purged!)
      await stage.hide(hidden!)
      const run = await plan(running.subjects(), { shadow: true })
      const asked = effects()
      const ended = await executeActionRun(run)
      expect(ended).toMatchObject({
        state: 'partly',
        targetsByState: { [whenPurged]: 1, 'not-reachable': 1, 'would-change': 1 },
      })
      expect(effects()).toBe(asked)
      const summary = summarize(ended, await targets(run))
      expect(summary).toContain(`Would have ${action.did({ targets: 1, lanes: 1 })}; 1 `)
    })

    it('is verified through a storm of throttling, once each', async () => {
      const strike = { status: 429, headers: { 'Retry-After': '1' }, body: THROTTLED }
      await running.stage().strike({ match: { path: '/v1.0/users/', probability: 0.3, seed: 7 }, do: strike })
      const run = await plan()
      expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
      expect(await looks()).toEqual([wanted, wanted, wanted])
      expect(effects()).toBe(3)
    })

    describe.runIf(action.revert)('reverted', () => {
      it('leaves what the user moved or deleted since, and says so', async () => {
        const stage = running.stage()
        const run = await plan()
        await executeActionRun(run)
        const [moved, purged] = running.subjects()
        await stage.move(moved!, 'archive')
        await stage.purge(purged!)
        expect((await revertActionRun(run)).state).toBe('partly')
        expect((await states(run)).toSorted()).toEqual([whenMovedSince, 'revert-failed', 'reverted'].toSorted())
        expect(await stage.placeOf(moved!)).toBe('Archive')
        const left = (await targets(run)).filter(({ state }) => state === 'revert-failed')
        for (const { reason } of left) expect(reason).toContain('moved, changed or deleted since')
      })

      it('goes back to the folder that the user had moved the message to before', async () => {
        if (whenMoved === 'verified') await running.stage().move(running.subjects()[0]!, 'archive')
        const before = await looks()
        const run = await plan()
        await executeActionRun(run)
        await revertActionRun(run)
        expect(await looks()).toEqual(before)
      })

      it('can be tried again after a failure', async () => {
        const run = await plan()
        await executeActionRun(run)
        const match = { method: effect.method ?? 'POST', path: effect.path, times: 1 }
        await running.stage().strike({ match, do: { status: 403, body: DENIED } })
        expect(await revertActionRun(run)).toMatchObject({ state: 'partly', targetsByState: { 'revert-failed': 1 } })
        expect(await revertActionRun(run)).toMatchObject({ state: 'reverted', targetsByState: { reverted: 3 } })
      })
    })
  })
}

const THROTTLED = {
  error: { code: 'ApplicationThrottled', message: 'Application is over its MailboxConcurrency limit.' },
}
const DENIED = { error: { code: 'ErrorAccessDenied', message: 'Access is denied. Check credentials and try again.' } }
