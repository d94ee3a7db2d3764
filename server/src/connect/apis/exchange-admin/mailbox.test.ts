import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import type { Microsoft } from '#connect/microsoft.ts'
import { openApiStage, type ApiStage } from '#connect/testing/api-stage.ts'
import { command } from '#connect/testing/command.ts'

import {
  addDelegate,
  listDelegates,
  NO_FORWARDING,
  readForwarding,
  removeDelegate,
  setForwarding,
  type Forwarding,
} from './mailbox.ts'

const ROLES = ['Exchange.ManageAsApp']

let stage: ApiStage
let responder: Microsoft
let mailboxes: string[]
let next = 0
beforeAll(async () => {
  stage = await openApiStage('exchange-admin', ROLES, ['Exchange Administrator'])
  responder = await stage.as(ROLES, ['Exchange Administrator'])
  const { rows } = await run('Get-Mailbox', { ResultSize: 30 })
  mailboxes = rows.map((row) => String(row['PrimarySmtpAddress']))
})
afterAll(() => stage?.close())

let mailbox: string
beforeEach(() => {
  mailbox = mailboxes[next++]!
})

const run = (name: string, parameters: object) => command(stage, name, parameters)
const NOBODY = 'nobody@bad.example'

describe('forwarding of a mailbox', () => {
  /** What another program finds. */
  const seen = async () => {
    const [row] = (await run('Get-Mailbox', { Identity: mailbox })).rows
    const { ForwardingSmtpAddress, ForwardingAddress, DeliverToMailboxAndForward } = row!
    return { ForwardingSmtpAddress, ForwardingAddress, DeliverToMailboxAndForward }
  }

  test.each<[string, (colleague: string) => Forwarding]>([
    [
      'outside',
      () => ({ ...NO_FORWARDING, ForwardingSmtpAddress: 'smtp:x@bad.example', DeliverToMailboxAndForward: true }),
    ],
    ['to a colleague', (colleague) => ({ ...NO_FORWARDING, ForwardingAddress: colleague })],
    [
      'by both at once',
      (colleague) => ({
        ForwardingSmtpAddress: 'smtp:x@bad.example',
        ForwardingAddress: colleague,
        DeliverToMailboxAndForward: false,
      }),
    ],
  ])('%s is cleared and put back to the letter; twice is once', async (_, forwardingTo) => {
    await run('Set-Mailbox', { Identity: mailbox, ...forwardingTo(mailboxes.at(-1)!) })
    const before = await seen()
    const stored = await readForwarding(responder, { mailbox })
    expect(stored).toEqual(before)
    for (let i = 0; i < 2; i++) {
      await setForwarding(responder, { mailbox, forwarding: NO_FORWARDING })
      expect(await seen()).toEqual(NO_FORWARDING)
    }
    for (let i = 0; i < 2; i++) {
      await setForwarding(responder, { mailbox, forwarding: stored })
      expect(await seen()).toEqual(before)
    }
  })

  test('is read with one directory role and changed with another, and the error names which', async () => {
    const reader = await stage.as(ROLES, ['Global Reader'])
    expect(await readForwarding(reader, { mailbox })).toEqual(NO_FORWARDING)
    const forwarding = { ...NO_FORWARDING, ForwardingSmtpAddress: 'x@bad.example' }
    await expect(setForwarding(reader, { mailbox, forwarding })).rejects.toMatchObject({
      code: 'CONNECT_PERMISSION_MISSING',
      fix: expect.stringContaining('Exchange Administrator'),
    })
    expect(await seen()).toEqual(NO_FORWARDING)
  })

  test('of a mailbox that there is not is not taken for none', async () => {
    await expect(readForwarding(responder, { mailbox: NOBODY })).rejects.toMatchObject({ code: 'CONNECT_NOT_FOUND' })
    const set = setForwarding(responder, { mailbox: NOBODY, forwarding: NO_FORWARDING })
    await expect(set).rejects.toMatchObject({ code: 'CONNECT_NOT_FOUND' })
  })
})

describe('rights of others to a mailbox', () => {
  /** What another program finds, the owner's own left out. */
  const seen = async () => {
    const opens = (await run('Get-MailboxPermission', { Identity: mailbox })).rows
    const sends = (await run('Get-RecipientPermission', { Identity: mailbox })).rows
    return [...opens.map((row) => `opens ${row['User']}`), ...sends.map((row) => `sends ${row['Trustee']}`)].filter(
      (each) => !each.endsWith('SELF'),
    )
  }

  test('are given and taken away, each sort for itself; twice is once', async () => {
    const trustee = mailboxes.at(-1)!
    const before = await listDelegates(responder, { mailbox })
    for (let i = 0; i < 2; i++) {
      await addDelegate(responder, { mailbox, right: 'FullAccess', trustee })
      await addDelegate(responder, { mailbox, right: 'SendAs', trustee })
    }
    const both = [{ right: 'FullAccess', trustee } as const, { right: 'SendAs', trustee } as const]
    expect(await listDelegates(responder, { mailbox })).toEqual([...both, ...before])
    expect(await seen()).toEqual([`opens ${trustee}`, `sends ${trustee}`])
    for (let i = 0; i < 2; i++) await removeDelegate(responder, { mailbox, ...both[0]! })
    expect(await seen()).toEqual([`sends ${trustee}`])
    await removeDelegate(responder, { mailbox, ...both[1]! })
    expect(await listDelegates(responder, { mailbox })).toEqual(before)
  })

  test('to send on its behalf are told by address, and change nobody else’s', async () => {
    const [first, second] = mailboxes.slice(-2) as [string, string]
    const onBehalf = (trustee: string) => ({ right: 'SendOnBehalf', trustee }) as const
    const before = await listDelegates(responder, { mailbox })
    const granted = async () => (await run('Get-Mailbox', { Identity: mailbox })).rows[0]!['GrantSendOnBehalfTo']
    expect(await granted()).toHaveLength(before.length)
    for (const trustee of [first, second, second]) await addDelegate(responder, { mailbox, ...onBehalf(trustee) })
    expect(await listDelegates(responder, { mailbox })).toEqual([...before, onBehalf(first), onBehalf(second)])
    for (let i = 0; i < 2; i++) await removeDelegate(responder, { mailbox, ...onBehalf(first) })
    expect(await listDelegates(responder, { mailbox })).toEqual([...before, onBehalf(second)])
    expect(await granted()).toHaveLength(before.length + 1)
    await removeDelegate(responder, { mailbox, ...onBehalf(second) })
    expect(await listDelegates(responder, { mailbox })).toEqual(before)
  })

  test('of somebody whom Exchange does not know cannot be given', async () => {
    const given = addDelegate(responder, { mailbox, right: 'FullAccess', trustee: NOBODY })
    await expect(given).rejects.toMatchObject({ code: 'CONNECT_NOT_FOUND' })
  })

  test('are changed with a directory role that the error names', async () => {
    const reader = await stage.as(ROLES, ['Global Reader'])
    expect(await listDelegates(reader, { mailbox })).toEqual(await listDelegates(responder, { mailbox }))
    const given = addDelegate(reader, { mailbox, right: 'SendAs', trustee: mailboxes.at(-1)! })
    await expect(given).rejects.toMatchObject({ fix: expect.stringContaining('Exchange Administrator') })
    expect(await seen()).toEqual([])
  })
})
