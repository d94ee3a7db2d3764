import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import type { Microsoft } from '#connect/microsoft.ts'
import { openApiStage, type ApiStage } from '#connect/testing/api-stage.ts'
import { command } from '#connect/testing/command.ts'
import { reachOf } from '#domain/forwarding.ts'

import { listMailboxRules, removeMailboxRule, setMailboxRuleEnabled } from './inbox-rules.ts'
import { listAcceptedDomains, resolveRecipient } from './recipients.ts'

const ROLES = ['Exchange.ManageAsApp']

let stage: ApiStage
let responder: Microsoft
let mailboxes: string[]
let domain: string
let next = 0
beforeAll(async () => {
  stage = await openApiStage('exchange-admin', ROLES, ['Exchange Administrator'])
  responder = await stage.as(ROLES, ['Exchange Administrator'])
  const { rows } = await run('Get-Mailbox', { ResultSize: 30 })
  mailboxes = rows.map((row) => String(row['PrimarySmtpAddress']))
  domain = stage.emulator.tenants[0]!.domain
  await run('New-MailContact', { Name: 'Tax adviser', ExternalEmailAddress: 'mara@private.example' })
  const EmailAddresses = ['smtp:mara@private.example', `SMTP:tax@${domain}`]
  await run('Set-MailContact', { Identity: 'Tax adviser', EmailAddresses })
})
afterAll(() => stage?.close())

let mailbox: string
beforeEach(() => {
  mailbox = mailboxes[next++]!
})

const run = (name: string, parameters: object) => command(stage, name, parameters)
const plant = async (more: object) => {
  const { status } = await run('New-InboxRule', { Mailbox: mailbox, Name: '.', ...more })
  expect(status).toBe(200)
  return (await listMailboxRules(responder, mailbox)).find(({ name }) => name === '.')!
}
/** What another program finds: names, and whether they are enabled. */
const seen = async () =>
  (await run('Get-InboxRule', { Mailbox: mailbox, IncludeHidden: true })).rows.map((row) => [
    row['Name'],
    row['Enabled'],
  ])

describe('all inbox rules of a mailbox', () => {
  test('are listed with those that are hidden, which say so', async () => {
    await plant({ MarkAsRead: true })
    const rules = await listMailboxRules(responder, mailbox)
    expect(rules.find(({ name }) => name === 'Junk E-mail Rule')).toMatchObject({ isHidden: true, forwards: [] })
    expect(rules.find(({ name }) => name === '.')).toMatchObject({ isHidden: false, isEnabled: true })
    expect(rules).toHaveLength((await seen()).length)
  })

  test('are disabled, enabled and removed, hidden ones too; twice is once', async () => {
    await plant({ DeleteMessage: true })
    const before = await seen()
    const rules = await listMailboxRules(responder, mailbox)
    for (const name of ['.', 'Junk E-mail Rule']) {
      const { identity } = rules.find((rule) => rule.name === name)!
      for (const isEnabled of [false, false, true]) {
        await setMailboxRuleEnabled(responder, { mailbox, identity, isEnabled })
        expect(await seen()).toEqual(before.map((rule) => (rule[0] === name ? [name, isEnabled] : rule)))
      }
    }
    const { identity } = rules.find(({ name }) => name === '.')!
    await removeMailboxRule(responder, { mailbox, identity })
    await removeMailboxRule(responder, { mailbox, identity })
    expect(await seen()).toEqual(before.filter(([name]) => name !== '.'))
  })

  test('are not opened by Global Reader, and the error names a role that opens them', async () => {
    const reader = await stage.as(ROLES, ['Global Reader'])
    await expect(listMailboxRules(reader, mailbox)).rejects.toMatchObject({
      code: 'CONNECT_PERMISSION_MISSING',
      fix: expect.stringContaining('Exchange Administrator'),
    })
  })

  test('of a mailbox that there is not are not taken for none', async () => {
    await expect(listMailboxRules(responder, `nobody@${domain}`)).rejects.toMatchObject({ code: 'CONNECT_NOT_FOUND' })
  })
})

describe('where a rule forwards to', () => {
  const reach = async (...recipients: string[]) => {
    const { forwards } = await plant({ ForwardTo: recipients, RedirectTo: recipients.slice(0, 1) })
    const ends = await Promise.all(forwards.map(({ identity }) => resolveRecipient(responder, identity)))
    return reachOf(ends, await listAcceptedDomains(responder))
  }

  test('is told of a colleague, of somebody outside, and of both', async () => {
    const [colleague] = mailboxes.slice(-1) as [string]
    expect(await reach(colleague)).toBe('internal')
    mailbox = mailboxes[next++]!
    expect(await reach('x@bad.example')).toBe('external')
    mailbox = mailboxes[next++]!
    expect(await reach(colleague, 'x@bad.example')).toBe('mixed')
  })

  test('is outside where a contact hides it behind an address of the company', async () => {
    expect(await reach(`tax@${domain}`)).toBe('external')
    expect(await resolveRecipient(responder, `tax@${domain}`)).toEqual({
      addresses: ['mara@private.example'],
      isComplete: true,
    })
  })

  test('of a group is where its members are', async () => {
    const { rows } = await run('Get-DistributionGroup', {})
    const { PrimarySmtpAddress, Guid } = rows[0]! as { PrimarySmtpAddress: string; Guid: string }
    const members = (await run('Get-DistributionGroupMember', { Identity: Guid })).rows
    const ends = await resolveRecipient(responder, PrimarySmtpAddress)
    expect(ends.addresses.toSorted()).toEqual(members.map((row) => row['PrimarySmtpAddress']).toSorted())
    expect(await reach(PrimarySmtpAddress)).toBe('internal')
  })

  test('is not known of a name that Exchange does not have, nor of a group whose members it does not tell', async () => {
    expect(await resolveRecipient(responder, '/o=ExchangeLabs/cn=Recipients/cn=gone')).toMatchObject({
      isComplete: false,
    })
    const { rows } = await run('Get-Recipient', { RecipientTypeDetails: ['GroupMailbox'], ResultSize: 1 })
    const team = await resolveRecipient(responder, String(rows[0]!['PrimarySmtpAddress']))
    expect(team).toEqual({ addresses: [], isComplete: false })
  })
})
