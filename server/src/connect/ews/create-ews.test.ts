import { setTimeout } from 'node:timers/promises'

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'

import { exchangeAccess, openExchange } from '#connect/testing/emulated-exchange.ts'
import { startEmulator, type Emulator } from '#connect/testing/start-emulator.ts'
import { systemClock } from '#domain/clock.ts'

import { createEws, type EwsOptions } from './create-ews.ts'
import type { Ews, EwsMessage, MessageQuery } from './ews.ts'
import { contains, isEqualTo, isNotBefore } from './restriction.ts'

const Truth = z.object({
  internetMessageId: z.string(),
  subject: z.string(),
  sender: z.string(),
  recipients: z.array(z.object({ userPrincipalName: z.string(), folder: z.string() })),
})
const Entries = z.object({ entries: z.array(z.object({ service: z.string() })) })

let emulator: Emulator
let ews: Ews & { close(): Promise<void>; waits: number[] }
let truth: z.infer<typeof Truth>
let mailbox: string
let phish: MessageQuery

beforeAll(async () => {
  emulator = await startEmulator(['--no-live'])
})
beforeEach(async () => {
  await emulator.request('/reset', {})
  ews = await openExchange(emulator)
  truth = Truth.parse(await emulator.request('/ground-truth/phish'))
  mailbox = truth.recipients.find(({ folder }) => folder === 'Inbox')!.userPrincipalName
  const restriction = isEqualTo('message:InternetMessageId', truth.internetMessageId)
  phish = { folders: [{ wellKnown: 'inbox' }], restriction, pageSize: 50 }
})
afterAll(() => emulator?.stop())

async function all(query: MessageQuery, of = mailbox, through: Ews = ews): Promise<EwsMessage[]> {
  const found = new Map<string, EwsMessage>()
  for await (const messages of through.messages({ mailbox: of }, query))
    for (const message of messages) found.set(message.id, message)
  return [...found.values()]
}

const inFolder = (wellKnown: 'deleteditems' | 'recoverableitemsdeletions' | 'recoverableitemspurges') =>
  all({ ...phish, folders: [{ wellKnown }] })
const strike = (effect: object, match: object = {}) =>
  emulator.request('/faults', { match: { service: 'ews', ...match }, do: effect })
const using = (options: Partial<EwsOptions>) => openExchange(emulator, options)

const ERRORS = 'http://schemas.microsoft.com/exchange/services/2006/errors'
const TYPES = 'http://schemas.microsoft.com/exchange/services/2006/types'
/** A fault as Exchange sends it. */
const fault = (code: string, inside = '') => ({
  status: 500,
  headers: { 'content-type': 'text/xml; charset=utf-8' },
  body:
    `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>a:${code}</faultcode>` +
    `<faultstring>Said by Exchange.</faultstring><detail><e:ResponseCode xmlns:e="${ERRORS}">${code}</e:ResponseCode>` +
    `<e:Message xmlns:e="${ERRORS}">Said by Exchange.</e:Message>${inside}</detail></s:Fault></s:Body></s:Envelope>`,
})
const backOff = (ms: number) =>
  `<t:MessageXml xmlns:t="${TYPES}"><t:Value Name="BackOffMilliseconds">${ms}</t:Value></t:MessageXml>`

describe('messages', () => {
  it('are found by message ID, and their sender, recipients and headers read', async () => {
    const [found, ...more] = await all(phish)
    expect(more).toEqual([])
    expect(found).toMatchObject({ subject: truth.subject, internetMessageId: truth.internetMessageId })
    expect(found!.to).toBeUndefined()
    const [details, none] = await ews.details({ mailbox }, [found!.id, `AAMk${'B'.repeat(140)}AAA=`], true)
    expect(none).toBeUndefined()
    expect(details).toMatchObject({ ...found, from: { address: truth.sender } })
    expect(details!.to!.map(({ address }) => address.toLowerCase())).toContain(mailbox.toLowerCase())
    expect(details!.headers!.map(({ name }) => name)).toContain('X-MS-Exchange-Organization-Network-Message-Id')
    expect(ews.version).toBe('15.2.1544.4')
  })

  it('are found by a piece of their subject, quotes and angle brackets in it or not, and by date', async () => {
    const restriction = contains('item:Subject', truth.subject.slice(2).toUpperCase())
    expect(await all({ ...phish, restriction })).toHaveLength(1)
    expect(await all({ ...phish, restriction: contains('item:Subject', `"'<&>]]>`) })).toEqual([])
    const later = isNotBefore('item:DateTimeReceived', '2100-01-01T00:00:00Z')
    expect(await all({ ...phish, restriction: later })).toEqual([])
  })

  it('come page by page, oldest first, each folder to its end', async () => {
    const folders = (await ews.folders({ mailbox })).map(({ id }) => ({ id }))
    const [byTwo, byAll] = [await all({ folders, pageSize: 7 }), await all({ folders, pageSize: 1000 })]
    expect(byAll.length).toBeGreaterThan(30)
    expect(byTwo.map(({ id }) => id).sort()).toEqual(byAll.map(({ id }) => id).sort())
    const inbox = (await all({ folders: [{ wellKnown: 'inbox' }], pageSize: 7 })).map(({ receivedAt }) => receivedAt!)
    expect(inbox).toEqual([...inbox].sort())
  })

  it('are not passed over when others leave the folder between two pages', async () => {
    const query: MessageQuery = { folders: [{ wellKnown: 'inbox' }], pageSize: 5 }
    const before = await all(query)
    const gone = before.slice(0, 3).map(({ id }) => id)
    const found = new Set<string>()
    let pages = 0
    for await (const messages of ews.messages({ mailbox }, query)) {
      for (const { id } of messages) found.add(id)
      if (++pages === 1) for (const id of gone) await ews.remove({ mailbox }, id, 'SoftDelete')
    }
    expect(before.filter(({ id }) => !found.has(id))).toEqual([])
  })

  it('are read as MIME, unless they have gone', async () => {
    const [{ id }] = (await all(phish)) as [EwsMessage]
    expect((await ews.mime({ mailbox }, id))?.toString()).toContain(truth.internetMessageId)
    await ews.move({ mailbox }, id, { wellKnown: 'junkemail' })
    expect(await ews.mime({ mailbox }, id)).toBeUndefined()
  })

  it('are moved, and have the new id that Exchange tells', async () => {
    const [{ id }] = (await all(phish)) as [EwsMessage]
    const moved = await ews.move({ mailbox }, id, { wellKnown: 'deleteditems' })
    expect((await inFolder('deleteditems')).map((each) => each.id)).toEqual([moved])
    const error = { code: 'CONNECT_NOT_FOUND', microsoft: { code: 'ErrorItemNotFound' } }
    await expect(ews.move({ mailbox }, id, { wellKnown: 'inbox' })).rejects.toMatchObject(error)
  })

  it('are deleted to Deleted Items, to Recoverable Items, and for good', async () => {
    await ews.remove({ mailbox }, (await all(phish))[0]!.id, 'MoveToDeletedItems')
    await ews.remove({ mailbox }, (await inFolder('deleteditems'))[0]!.id, 'SoftDelete')
    await ews.remove({ mailbox }, (await inFolder('recoverableitemsdeletions'))[0]!.id, 'HardDelete')
    expect(await inFolder('recoverableitemspurges')).toHaveLength(1)
  })
})

describe('folders', () => {
  it('are told with their names, however deep, and the well-known ones by id', async () => {
    const folders = await ews.folders({ mailbox })
    expect(folders.map(({ displayName }) => displayName)).toEqual(expect.arrayContaining(['Inbox', 'Invoices']))
    const known = await ews.wellKnown({ mailbox }, ['inbox', 'recoverableitemsdeletions'])
    expect(folders).toContainEqual({ id: known.inbox, displayName: 'Inbox' })
    expect(folders.map(({ id }) => id)).not.toContain(known.recoverableitemsdeletions)
  })

  it('that are not there have no messages and no id', async () => {
    await strike({ ...fault('x'), status: 200, body: absent }, { nth: 1 })
    expect(await ews.wellKnown({ mailbox }, ['recoverableitemspurges'])).toEqual({})
    expect(await all({ folders: [{ id: `AAMk${'B'.repeat(140)}AAA=` }], pageSize: 5 })).toEqual([])
  })
  const absent =
    '<s:Envelope xmlns:s="s"><s:Body><m:GetFolderResponse xmlns:m="m"><m:ResponseMessages><m:GetFolderResponseMessage' +
    ' ResponseClass="Error"><m:ResponseCode>ErrorFolderNotFound</m:ResponseCode></m:GetFolderResponseMessage>' +
    '</m:ResponseMessages></m:GetFolderResponse></s:Body></s:Envelope>'
})

describe('what Exchange refuses', () => {
  it('is told with its response code: an address without a mailbox', async () => {
    await expect(ews.folders({ mailbox: 'nobody@harborfinch.example' })).rejects.toMatchObject({
      code: 'CONNECT_NOT_FOUND',
      microsoft: { service: 'exchange-web-services', status: 500, code: 'ErrorNonExistentMailbox' },
      why: expect.stringContaining('The SMTP address has no mailbox associated with it.') as unknown,
    })
  })

  it('names the role that is missing, and how to give it', async () => {
    const account = await exchangeAccess(emulator, { name: 'svc-other', mayImpersonate: false })
    const other = await using(account)
    await expect(other.folders({ mailbox })).rejects.toMatchObject({
      code: 'CONNECT_PERMISSION_MISSING',
      microsoft: { code: 'ErrorImpersonateUserDenied' },
      fix: expect.stringContaining('-Role ApplicationImpersonation -User svc-other') as unknown,
    })
  })

  it('says that name or password is wrong, without the password', async () => {
    const other = await using({ password: 'Not-The-Password-1' })
    const error = await other.folders({ mailbox }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'CONNECT_PASSWORD_WRONG' })
    expect(JSON.stringify(error)).not.toContain('Not-The-Password-1')
  })

  it('says that Basic authentication is off', async () => {
    await strike({ status: 401, headers: { 'www-authenticate': 'Negotiate, NTLM' }, body: 'no' })
    await expect(ews.folders({ mailbox })).rejects.toMatchObject({
      code: 'CONNECT_REQUEST_REFUSED',
      fix: expect.stringContaining('-BasicAuthentication $true') as unknown,
    })
  })

  it('never sends the password over plain HTTP', () => {
    const access = { tenantId: emulator.tenants[0]!.id, user: 'svc', password: 'x', clock: systemClock }
    for (const url of [
      'http://mail.contoso.example/EWS/Exchange.asmx',
      'mail.contoso.example',
      'https://a:b@c.example/',
    ])
      expect(() => createEws({ ...access, url })).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }))
  })

  it('names a page that answers in its place', async () => {
    await strike({
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: '<html><body>Sign in<br></body></html>',
    })
    await expect(ews.folders({ mailbox })).rejects.toMatchObject({ code: 'CONNECT_REPLY_UNREADABLE' })
  })

  it('refuses a reply with entities of its own, and one that is too large', async () => {
    const body = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>${fault('Error&b;').body}`
    await strike({ ...fault('x'), status: 200, body }, { nth: 1 })
    await expect(ews.folders({ mailbox })).rejects.toMatchObject({
      code: 'CONNECT_REPLY_UNREADABLE',
      why: expect.stringContaining('document type') as unknown,
    })
    const small = await using({ maxReplyBytes: 1024 })
    await expect(small.folders({ mailbox })).rejects.toMatchObject({ code: 'CONNECT_REPLY_UNREADABLE' })
  })
})

describe('a busy server', () => {
  it('is given the time that it asks for', async () => {
    await strike(fault('ErrorServerBusy', backOff(7300)), { times: 2 })
    expect(await ews.folders({ mailbox })).not.toEqual([])
    expect(ews.waits.filter((ms) => ms === 7300)).toHaveLength(2)
  })

  it('that asks for it in the message of one folder is asked about all again', async () => {
    const busy =
      '<s:Envelope xmlns:s="s"><s:Body><m:FindItemResponse xmlns:m="m"><m:ResponseMessages><m:FindItemResponseMessage' +
      ` ResponseClass="Error"><m:ResponseCode>ErrorServerBusy</m:ResponseCode>${backOff(2500).replaceAll('t:MessageXml', 'm:MessageXml')}` +
      '</m:FindItemResponseMessage></m:ResponseMessages></m:FindItemResponse></s:Body></s:Envelope>'
    await strike({ ...fault('x'), status: 200, body: busy }, { times: 1 })
    expect(await all(phish)).toHaveLength(1)
    expect(ews.waits).toContain(2500)
  })

  it('that stays so is given up after minutes, with its code', async () => {
    await strike(fault('ErrorServerBusy', backOff(60_000)))
    await expect(ews.folders({ mailbox })).rejects.toMatchObject({
      code: 'CONNECT_THROTTLED',
      microsoft: { code: 'ErrorServerBusy' },
    })
  })

  it('or one that moves the mailbox is asked again, and one that refuses is not', async () => {
    await strike(fault('ErrorMailboxMoveInProgress'), { times: 2 })
    expect(await ews.folders({ mailbox })).not.toEqual([])
    await emulator.request('/faults', undefined, 'DELETE')
    await strike(fault('ErrorMailboxMoveInProgress'))
    await expect(ews.folders({ mailbox })).rejects.toMatchObject({
      code: 'CONNECT_UNREACHABLE',
      microsoft: { code: 'ErrorMailboxMoveInProgress' },
    })
    await emulator.request('/faults', undefined, 'DELETE')
    const sent = async () => {
      const { entries } = Entries.parse(await emulator.request('/journal?limit=10000'))
      return entries.filter(({ service }) => service === 'ews').length
    }
    await strike(fault('ErrorInvalidOperation'))
    const before = await sent()
    await expect(ews.folders({ mailbox })).rejects.toMatchObject({ code: 'CONNECT_REQUEST_REFUSED' })
    expect((await sent()) - before).toBe(1)
  })

  it('that drops connections is asked again', async () => {
    await strike({ truncate: true }, { nth: 1 })
    await strike({ reset: true }, { nth: 2 })
    expect(await all(phish)).toHaveLength(1)
  })
})

it('ends what is under way when it is closed', async () => {
  await strike(fault('ErrorServerBusy', backOff(60_000)))
  const slow = await using({ wait: (ms, signal) => setTimeout(ms, undefined, { signal }) })
  const ended = slow.folders({ mailbox }).catch((error: unknown) => error)
  await slow.close()
  expect(await ended).toMatchObject({ name: 'ConnectionClosed' })
})
