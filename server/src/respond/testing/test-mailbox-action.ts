import { expect, it } from 'vitest'

import type { Action } from '#respond/action.ts'
import type { MailboxTarget } from '#respond/kinds/mailbox.ts'
import { planActionRun } from '#respond/plan.ts'
import { executeActionRun } from '#respond/runner.ts'

import { type MailboxStage, openMailboxStage, type TriedMailbox } from './mailbox-stage.ts'
import { type Expected, type Running, testContract } from './test-contract.ts'

/** What an action does to emulated mailboxes; what is absent is as for most actions on mailboxes. */
export type ExpectedMailboxEffect = Omit<Expected<MailboxStage, TriedMailbox>, 'again'>

/** The contract that every action on mailboxes fulfils; `more` adds what the action alone does. */
export function testMailboxAction(
  action: Action<Record<string, unknown>, MailboxTarget>,
  effect: ExpectedMailboxEffect,
  more: (running: Running<MailboxStage, TriedMailbox>) => void,
): void {
  const expected = { again: 'already-done', ...effect } as const
  testContract<TriedMailbox, MailboxStage, MailboxTarget>(action, expected, openMailboxStage, (running) => {
    it('finds mailboxes by the name of their user as by id, each once, as lanes of their own', async () => {
      const [first, second] = running.subjects()
      const { id, userPrincipalName } = first!
      const run = await running.plan([], { targets: [userPrincipalName.toUpperCase(), id, second!.id] })
      const found = await running.targets(run)
      expect(found).toHaveLength(2)
      expect(found).toContainEqual(expect.objectContaining({ objectId: id, address: userPrincipalName, lane: id }))
    })

    it('leaves mailboxes of break-glass accounts and of other domains alone, each with the reason', async () => {
      const [guarded, free] = running.subjects()
      const stage = running.stage()
      await stage.protect([guarded!.id])
      const run = await running.plan([guarded!, free!])
      const targets = await running.targets(run)
      const reasons = targets.flatMap(({ objectId, reason }) => (reason === undefined ? [] : [[objectId, reason]]))
      expect(reasons).toEqual([[guarded!.id, expect.stringContaining('break-glass')]])
      expect(await executeActionRun(run)).toMatchObject({
        state: 'done',
        targetsByState: { protected: 1, verified: 1 },
      })
      expect(running.effects()).toBe(1)
    })

    it('leaves a mailbox alone whose user became a break-glass account after the plan', async () => {
      const run = await running.plan()
      await running.stage().protect([running.subjects()[0]!.id])
      expect(await executeActionRun(run)).toMatchObject({ targetsByState: { failed: 1, verified: 2 } })
      expect(running.effects()).toBe(2)
    })

    it.each(action.permissions)('tells that $permission is missing before there is a plan', async ({ permission }) => {
      const { records, clock, tenantId, microsoft, connectionId } = running.stage()
      const grantedRoles = async (api: Parameters<typeof microsoft.grantedRoles>[0]) =>
        (await microsoft.grantedRoles(api)).filter((role) => role !== permission)
      const open = async () => ({ ...microsoft, grantedRoles })
      const named = { action: action.id, connectionId, targets: [running.subjects()[0]!.id], createdBy: 'ana' }
      const refused = expect.objectContaining({
        code: 'CONNECT_PERMISSION_MISSING',
        fix: expect.stringMatching(/^In https:\/\/entra/),
      })
      await expect(planActionRun({ records, clock, tenantId, open, ...named })).rejects.toThrow(refused)
    })

    it.runIf(action.check)('tells that the directory role is missing before there is a plan', async () => {
      const { records, clock, tenantId, readOnly, connectionId } = running.stage()
      const named = { action: action.id, connectionId, targets: [running.subjects()[0]!.id], createdBy: 'ana' }
      const grantedRoles = running.stage().microsoft.grantedRoles
      const open = async () => ({ ...readOnly, grantedRoles })
      const refused = expect.objectContaining({
        code: 'CONNECT_PERMISSION_MISSING',
        fix: expect.stringContaining('Exchange Administrator'),
      })
      await expect(planActionRun({ records, clock, tenantId, open, ...named })).rejects.toThrow(refused)
    })

    more(running)
  })
}
