import { expect, it } from 'vitest'

import { executeActionRun, revertActionRun } from '#respond/runner.ts'
import { forwarding, HIDDEN, type MailboxStage, type TriedMailbox } from '#respond/testing/mailbox-stage.ts'
import { testMailboxAction } from '#respond/testing/test-mailbox-action.ts'

import { deleteExternalForwardRules } from './action.ts'

const EVIL = 'x@bad.example'

/** Names of all rules that Graph shows but those that people have, by another program. */
async function planted(stage: MailboxStage, mailbox: TriedMailbox): Promise<string> {
  const names = (await stage.rulesOf(mailbox)).map((rule) => String(rule['displayName']))
  const theirs = new Set(['Newsletters', 'Invoices', 'Mail I am only copied on'])
  return names.filter((name) => !theirs.has(name)).join(', ') || 'none'
}

testMailboxAction(
  deleteExternalForwardRules,
  {
    wanted: 'none',
    look: planted,
    method: 'DELETE',
    path: '/messageRules/[^/]+$',
    permission: 'MailboxSettings.ReadWrite',
    lossy: '/\\$batch$',
    arrange: async (stage, mailbox) => void (await stage.plant(mailbox, forwarding('.', EVIL))),
  },
  (running) => {
    const one = async () => {
      const [mailbox] = running.subjects()
      return { stage: running.stage(), mailbox: mailbox!, run: await running.plan([mailbox!]) }
    }
    const contact = async (stage: MailboxStage, name: string, outside: string) => {
      await stage.run('New-MailContact', { Name: name, ExternalEmailAddress: outside })
      const address = `${name.toLowerCase()}@${stage.domain}`
      await stage.run('Set-MailContact', { Identity: name, EmailAddresses: [`smtp:${outside}`, `SMTP:${address}`] })
      return address
    }
    /** As Graph shows them, without what is new of a rule that was made again. */
    const rulesOf = async (stage: MailboxStage, mailbox: TriedMailbox) =>
      (await stage.rulesOf(mailbox)).map((rule) => ({ ...rule, id: '' }))

    it('deletes what leaves the company, wholly, in part or behind a contact, and leaves what stays', async () => {
      const { stage, mailbox, run } = await one()
      const colleague = stage.subjects[5]!.userPrincipalName
      await stage.plant(mailbox, forwarding('Colleague', colleague))
      await stage.plant(mailbox, forwarding('Both', colleague, EVIL))
      await stage.plant(mailbox, { ...forwarding('Off', EVIL), isEnabled: false })
      await stage.plant(mailbox, forwarding('Contact', await contact(stage, 'Tax', 'mara@private.example')))
      expect(await executeActionRun(run)).toMatchObject({ state: 'done' })
      expect(await planted(stage, mailbox)).toBe('Colleague')
      const [{ proof } = {}] = await running.targets(run)
      expect(proof).toContain(`“Contact” (to tax@${stage.domain}, which ends at mara@private.example)`)
      expect(proof).toMatch(/“Both” \([^)]*, a part of them in the company\)/)
    })

    it('leaves what goes to a group of colleagues', async () => {
      const { stage, mailbox, run } = await one()
      const groups = await stage.run('Get-DistributionGroup', {})
      const address = String(groups[0]!['PrimarySmtpAddress'])
      await stage.plant(mailbox, forwarding('Group', address))
      expect(await executeActionRun(run)).toMatchObject({ state: 'done' })
      expect(await planted(stage, mailbox)).toBe('Group')
    })

    it('leaves alone, and names, what leads nobody knows where', async () => {
      const { stage, mailbox, run } = await one()
      const [team] = await stage.run('Get-Recipient', { RecipientTypeDetails: ['GroupMailbox'], ResultSize: 1 })
      const address = String(team!['PrimarySmtpAddress'])
      await stage.plant(mailbox, forwarding('Team', address))
      expect(await executeActionRun(run)).toMatchObject({ state: 'done' })
      expect(await planted(stage, mailbox)).toBe('Team')
      const [{ proof } = {}] = await running.targets(run)
      expect(proof).toContain(`Left alone, as it is not known where they lead: “Team” (to ${address}`)
    })

    it('makes rules again to the letter but for their ids, which it tells', async () => {
      const { stage, mailbox, run } = await one()
      await stage.plant(mailbox, { ...forwarding('Off', EVIL), isEnabled: false, sequence: 3 })
      const [before, raw] = [await rulesOf(stage, mailbox), await stage.rulesOf(mailbox)]
      await executeActionRun(run)
      expect(await revertActionRun(run)).toMatchObject({ state: 'reverted' })
      expect(await rulesOf(stage, mailbox)).toEqual(before)
      const ids = async (rules: Record<string, unknown>[]) =>
        rules.flatMap(({ id, displayName }) => (displayName === 'Off' ? [String(id)] : []))
      const [[then], [now]] = [await ids(raw), await ids(await stage.rulesOf(mailbox))]
      const [{ proof } = {}] = await running.targets(run)
      expect(proof).toContain(`“Off” is there under the id ${now} instead of ${then}.`)
    })

    it('disables hidden rules instead of deleting them, and enables them again', async () => {
      const { stage, mailbox, run } = await one()
      await stage.plantHidden(mailbox, EVIL)
      const hidden = async () =>
        (await stage.run('Get-InboxRule', { Mailbox: mailbox.id, IncludeHidden: true })).find(
          ({ Name }) => Name === HIDDEN,
        )
      const before = await hidden()
      expect(await executeActionRun(run)).toMatchObject({ state: 'done' })
      expect(await hidden()).toMatchObject({ Enabled: false })
      expect(await revertActionRun(run)).toMatchObject({ state: 'reverted' })
      expect(await hidden()).toEqual(before)
    })

    it('leaves a hidden rule alone that was changed since, says so, and makes the others again', async () => {
      const { stage, mailbox, run } = await one()
      await stage.plantHidden(mailbox, EVIL)
      await executeActionRun(run)
      await stage.plantHidden(mailbox, 'y@bad.example')
      expect(await revertActionRun(run)).toMatchObject({ targetsByState: { 'revert-failed': 1 } })
      const [{ reason } = {}] = await running.targets(run)
      expect(reason).toMatch(/“\.” is there under the id .*changed since, and left as it is\./)
      expect(await planted(stage, mailbox)).toBe('.')
    })

    it('says partly where one of two rules was refused, and makes the other again', async () => {
      const { stage, mailbox, run } = await one()
      const second = await stage.plant(mailbox, forwarding('Second', EVIL))
      const before = await rulesOf(stage, mailbox)
      const body = { error: { code: 'ErrorAccessDenied', message: 'Access is denied.' } }
      const path = `/messageRules/${encodeURIComponent(second)}$`
      await stage.strike({ match: { method: 'DELETE', path, times: 1 }, do: { status: 403, body } })
      expect(await executeActionRun(run)).toMatchObject({ state: 'partly', targetsByState: { partly: 1 } })
      const [{ reason } = {}] = await running.targets(run)
      expect(reason).toMatch(/^Still there: “Second”.*ErrorAccessDenied/)
      expect(await revertActionRun(run)).toMatchObject({ state: 'reverted' })
      const byName = (rules: Record<string, unknown>[]) =>
        rules.toSorted((a, b) => String(a['displayName']).localeCompare(String(b['displayName'])))
      expect(byName(await rulesOf(stage, mailbox))).toEqual(byName(before))
    })
  },
)
