import { expect, it } from 'vitest'

import { executeActionRun, revertActionRun } from '#respond/runner.ts'
import { forwarding, HIDDEN, type MailboxStage, type TriedMailbox } from '#respond/testing/mailbox-stage.ts'
import { testMailboxAction } from '#respond/testing/test-mailbox-action.ts'

import { disableForwardRules } from './action.ts'

/** Names of the enabled rules that forward, by another program. */
async function forwardingNow(stage: MailboxStage, mailbox: TriedMailbox): Promise<string> {
  const rows = await stage.run('Get-InboxRule', { Mailbox: mailbox.id, IncludeHidden: true })
  const lists = ['ForwardTo', 'ForwardAsAttachmentTo', 'RedirectTo']
  const found = rows.filter((row) => row['Enabled'] === true && lists.some((list) => row[list]))
  return found.map((row) => String(row['Name'])).join(', ') || 'none'
}

const EVIL = 'x@bad.example'

testMailboxAction(
  disableForwardRules,
  {
    wanted: 'none',
    look: forwardingNow,
    method: 'PATCH',
    path: '/messageRules/[^/]+$',
    permission: 'MailboxSettings.ReadWrite',
    lossy: '/\\$batch$',
    arrange: async (stage, mailbox) => void (await stage.plant(mailbox, forwarding('.', EVIL))),
  },
  (running) => {
    const one = async () => {
      const stage = running.stage()
      const [mailbox] = running.subjects()
      return { stage, mailbox: mailbox!, rules: () => stage.rulesOf(mailbox!), run: await running.plan([mailbox!]) }
    }
    const redirecting = (name: string) => {
      const { actions: _, ...rule } = forwarding(name)
      return { ...rule, actions: { redirectTo: [{ emailAddress: { name: EVIL, address: EVIL } }] } }
    }

    it('disables what forwards and what redirects, and nothing else; the undo gives each rule back to the letter', async () => {
      const { stage, mailbox, rules, run } = await one()
      await stage.plant(mailbox, redirecting('Redirect'))
      await stage.plant(mailbox, { ...forwarding('Off'), isEnabled: false, actions: redirecting('').actions })
      await stage.plant(mailbox, { displayName: 'Read', actions: { markAsRead: true } })
      const before = await rules()
      await executeActionRun(run)
      const off = new Set(['.', 'Redirect'])
      expect(await rules()).toEqual(
        before.map((rule) => (off.has(String(rule['displayName'])) ? { ...rule, isEnabled: false } : rule)),
      )
      expect(await revertActionRun(run)).toMatchObject({ state: 'reverted' })
      expect(await rules()).toEqual(before)
    })

    it('disables and enables hidden rules, and tells how they were seen', async () => {
      const { stage, mailbox, run } = await one()
      await stage.plantHidden(mailbox, EVIL)
      expect(await executeActionRun(run)).toMatchObject({ state: 'done' })
      expect(await forwardingNow(stage, mailbox)).toBe('none')
      expect((await running.targets(run))[0]!.proof).toContain(`“${HIDDEN}” (hidden, told by Exchange, to ${EVIL})`)
      await revertActionRun(run)
      expect(await forwardingNow(stage, mailbox)).toBe(`${HIDDEN}, .`)
    })

    it('goes on without the right to see hidden rules, and says that they were not looked for', async () => {
      const { stage, mailbox, run } = await one()
      await stage.plantHidden(mailbox, EVIL)
      const roles = ['User.Read.All', 'MailboxSettings.Read', 'MailboxSettings.ReadWrite']
      for (const [held, why] of [
        [[...roles, 'Exchange.ManageAsApp'], 'no directory role that allows it, such as Exchange Administrator'],
        [roles, 'does not hold Exchange.ManageAsApp'],
      ] as const) {
        const microsoft = await stage.company.as(held)
        expect(await executeActionRun({ ...run, microsoft })).toMatchObject({ state: 'done' })
        expect((await running.targets(run))[0]!.proof).toContain('Hidden rules were not looked for: ')
        expect((await running.targets(run))[0]!.proof).toContain(why)
        await revertActionRun({ ...run, microsoft })
        expect(await forwardingNow(stage, mailbox)).toBe(`${HIDDEN}, .`)
        Object.assign(run, await running.plan([mailbox]))
      }
    })

    it('leaves rules alone that were changed or deleted since, says so, and enables the others', async () => {
      const { stage, mailbox, run } = await one()
      const changed = await stage.plant(mailbox, forwarding('Changed', EVIL))
      const deleted = await stage.plant(mailbox, forwarding('Deleted', EVIL))
      await executeActionRun(run)
      await stage.change(mailbox, changed, { conditions: { subjectContains: ['lunch'] } })
      await stage.remove(mailbox, deleted)
      expect(await revertActionRun(run)).toMatchObject({ targetsByState: { 'revert-failed': 1 } })
      const [{ reason } = {}] = await running.targets(run)
      expect(reason).toContain(`“.” (to ${EVIL}) enabled again.`)
      expect(reason).toContain(`“Changed” (to ${EVIL}) changed since, and left as it is.`)
      expect(reason).toContain(`“Deleted” (to ${EVIL}) deleted since.`)
      expect(await forwardingNow(stage, mailbox)).toBe('.')
    })

    it('says partly where one of two rules was refused, and takes the other back', async () => {
      const { stage, mailbox, run } = await one()
      const second = await stage.plant(mailbox, forwarding('Second', EVIL))
      const body = { error: { code: 'ErrorAccessDenied', message: 'Access is denied.' } }
      const path = `/messageRules/${encodeURIComponent(second)}$`
      await stage.strike({ match: { method: 'PATCH', path, times: 1 }, do: { status: 403, body } })
      expect(await executeActionRun(run)).toMatchObject({ state: 'partly', targetsByState: { partly: 1 } })
      expect(await forwardingNow(stage, mailbox)).toBe('Second')
      const [{ reason } = {}] = await running.targets(run)
      expect(reason).toMatch(/^Still enabled: “Second”.*ErrorAccessDenied/)
      expect(await revertActionRun(run)).toMatchObject({ state: 'reverted' })
      expect(await forwardingNow(stage, mailbox)).toBe('., Second')
    })

    it('leaves what does not forward alone, and says that nothing needed doing', async () => {
      const other = running.stage().subjects[3]!
      const run = await running.plan([other])
      expect(await executeActionRun(run)).toMatchObject({ targetsByState: { 'already-done': 1 } })
      expect(running.effects()).toBe(0)
    })
  },
)
