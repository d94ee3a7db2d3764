import { expect, it } from 'vitest'

import { executeActionRun, revertActionRun } from '#respond/runner.ts'
import type { MailboxStage, TriedMailbox } from '#respond/testing/mailbox-stage.ts'
import { testMailboxAction } from '#respond/testing/test-mailbox-action.ts'

import { clearMailboxForwarding } from './action.ts'

/** The three settings, by another program. */
async function forwardingNow(stage: MailboxStage, mailbox: TriedMailbox): Promise<string> {
  const [row] = await stage.run('Get-Mailbox', { Identity: mailbox.id })
  const { ForwardingSmtpAddress, ForwardingAddress, DeliverToMailboxAndForward } = row!
  return JSON.stringify([ForwardingSmtpAddress, ForwardingAddress, DeliverToMailboxAndForward])
}

const CLEAR = JSON.stringify([null, null, false])
const set = (stage: MailboxStage, mailbox: TriedMailbox, forwarding: object) =>
  stage.run('Set-Mailbox', { Identity: mailbox.id, ...forwarding })

testMailboxAction(
  clearMailboxForwarding,
  {
    wanted: CLEAR,
    look: forwardingNow,
    path: '/InvokeCommand$',
    body: '"Set-Mailbox"',
    permission: 'Exchange Administrator',
    lossy: '/InvokeCommand$',
    lie: { status: 200, body: { value: [] } },
    arrange: async (stage, mailbox) => {
      await set(stage, mailbox, { ForwardingSmtpAddress: 'x@bad.example', DeliverToMailboxAndForward: true })
    },
  },
  (running) => {
    const one = async () => {
      const [mailbox] = running.subjects()
      return { stage: running.stage(), mailbox: mailbox!, run: await running.plan([mailbox!]) }
    }

    it.each([
      ['to somebody outside who is a contact', 'Tax'],
      ['to a colleague', undefined],
    ])('clears what goes %s, beside an address, and sets it again to the letter', async (_, contact) => {
      const { stage, mailbox, run } = await one()
      if (contact !== undefined) {
        await stage.run('New-MailContact', { Name: contact, ExternalEmailAddress: 'mara@private.example' })
      }
      const ForwardingAddress = contact ?? stage.subjects[5]!.userPrincipalName
      await set(stage, mailbox, { ForwardingAddress, DeliverToMailboxAndForward: false })
      const before = await forwardingNow(stage, mailbox)
      expect(await executeActionRun(run)).toMatchObject({ state: 'done' })
      expect(await forwardingNow(stage, mailbox)).toBe(CLEAR)
      expect(await revertActionRun(run)).toMatchObject({ state: 'reverted' })
      expect(await forwardingNow(stage, mailbox)).toBe(before)
    })

    it('leaves what somebody has set since', async () => {
      const { stage, mailbox, run } = await one()
      await executeActionRun(run)
      await set(stage, mailbox, { ForwardingSmtpAddress: 'new@partner.example' })
      const since = await forwardingNow(stage, mailbox)
      expect(await revertActionRun(run)).toMatchObject({ targetsByState: { 'revert-failed': 1 } })
      expect((await running.targets(run))[0]!.reason).toContain(
        'forwards to smtp:new@partner.example and keeps no copies',
      )
      expect(await forwardingNow(stage, mailbox)).toBe(since)
    })

    it('leaves a mailbox alone that forwards nothing', async () => {
      const run = await running.plan([running.stage().subjects[3]!])
      expect(await executeActionRun(run)).toMatchObject({ targetsByState: { 'already-done': 1 } })
      expect(running.effects()).toBe(0)
    })
  },
)
