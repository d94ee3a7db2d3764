import { expect, it } from 'vitest'

import { executeActionRun, revertActionRun } from '#respond/runner.ts'
import type { MailboxStage, TriedMailbox } from '#respond/testing/mailbox-stage.ts'
import { testMailboxAction } from '#respond/testing/test-mailbox-action.ts'

import { removeMailboxDelegate } from './action.ts'

/** Who else has rights, by another program. */
async function delegatesNow(stage: MailboxStage, mailbox: TriedMailbox): Promise<string> {
  const opens = await stage.run('Get-MailboxPermission', { Identity: mailbox.id })
  const sends = await stage.run('Get-RecipientPermission', { Identity: mailbox.id })
  const [own] = await stage.run('Get-Mailbox', { Identity: mailbox.id })
  const names = own?.['GrantSendOnBehalfTo'] as string[]
  const people = await Promise.all(names.map((name) => stage.run('Get-Mailbox', { Identity: name })))
  const all = [
    ...opens.map((row) => `opens ${row['User']}`),
    ...sends.map((row) => `sends ${row['Trustee']}`),
    ...people.map(([row]) => `on behalf ${row?.['UserPrincipalName']}`),
  ]
  return all.filter((each) => !each.endsWith('SELF')).join(', ') || 'none'
}

const opens = (stage: MailboxStage, mailbox: TriedMailbox, delegate: TriedMailbox) =>
  stage.run('Add-MailboxPermission', { Identity: mailbox.id, User: delegate.id, AccessRights: ['FullAccess'] })
const sends = (stage: MailboxStage, mailbox: TriedMailbox, delegate: TriedMailbox) =>
  stage.run('Add-RecipientPermission', { Identity: mailbox.id, Trustee: delegate.id, AccessRights: ['SendAs'] })

const onBehalf = (stage: MailboxStage, mailbox: TriedMailbox, ...delegates: TriedMailbox[]) =>
  stage.run('Set-Mailbox', {
    Identity: mailbox.id,
    GrantSendOnBehalfTo: { '@odata.type': '#Exchange.GenericHashTable', Add: delegates.map(({ id }) => id) },
  })

testMailboxAction(
  removeMailboxDelegate,
  {
    wanted: 'none',
    look: delegatesNow,
    path: '/InvokeCommand$',
    body: '"Remove-MailboxPermission"',
    permission: 'Exchange Administrator',
    lossy: '/InvokeCommand$',
    lie: { status: 200, body: { value: [] } },
    arrange: async (stage, mailbox) => void (await opens(stage, mailbox, stage.subjects[10]!)),
  },
  (running) => {
    const one = async (options?: Record<string, unknown>) => {
      const [stage, [mailbox]] = [running.stage(), running.subjects()]
      const [intruder, assistant] = stage.subjects.slice(10, 12) as [TriedMailbox, TriedMailbox]
      await sends(stage, mailbox!, intruder)
      await opens(stage, mailbox!, assistant)
      await onBehalf(stage, mailbox!, intruder, assistant)
      const run = await running.plan([mailbox!], options && { options })
      return { stage, mailbox: mailbox!, run, intruder, assistant, before: await delegatesNow(stage, mailbox!) }
    }

    it('takes every right away, of each sort, and gives each back', async () => {
      const { stage, mailbox, run, before } = await one()
      expect(await executeActionRun(run)).toMatchObject({ state: 'done' })
      expect(await delegatesNow(stage, mailbox)).toBe('none')
      expect(await revertActionRun(run)).toMatchObject({ state: 'reverted' })
      expect(await delegatesNow(stage, mailbox)).toBe(before)
    })

    it('takes away the rights of one delegate alone where one is named, in whatever case', async () => {
      const delegate = running.stage().subjects[10]!.userPrincipalName.toUpperCase()
      const { stage, mailbox, run, intruder, before } = await one({ delegate })
      const sorted = (all: string) => all.split(', ').toSorted()
      expect(await executeActionRun(run)).toMatchObject({ state: 'done' })
      const others = sorted(before).filter((each) => !each.endsWith(intruder.userPrincipalName))
      expect(others).toHaveLength(sorted(before).length - 3)
      expect(sorted(await delegatesNow(stage, mailbox))).toEqual(others)
      await revertActionRun(run)
      expect(sorted(await delegatesNow(stage, mailbox))).toEqual(sorted(before))
    })

    it('leaves rights alone that somebody was given since', async () => {
      const { stage, mailbox, run } = await one()
      await executeActionRun(run)
      const other = stage.subjects[12]!
      await opens(stage, mailbox, other)
      expect(await revertActionRun(run)).toMatchObject({ state: 'reverted' })
      expect(await delegatesNow(stage, mailbox)).toContain(`opens ${other.userPrincipalName}`)
    })

    it('says partly where one right was refused, and gives the other back', async () => {
      const { stage, mailbox, run, intruder, before } = await one()
      await stage.strike({ match: { body: '"Remove-RecipientPermission"', times: 1 }, do: { status: 403, body: '' } })
      expect(await executeActionRun(run)).toMatchObject({ state: 'partly', targetsByState: { partly: 1 } })
      expect(await delegatesNow(stage, mailbox)).toBe(`sends ${intruder.userPrincipalName}`)
      const [{ reason } = {}] = await running.targets(run)
      expect(reason).toMatch(/^Still with a right: .*SendAs.*Exchange Administrator/)
      expect(await revertActionRun(run)).toMatchObject({ state: 'reverted' })
      expect(await delegatesNow(stage, mailbox)).toBe(before)
    })
  },
)
