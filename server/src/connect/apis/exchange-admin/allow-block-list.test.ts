import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { Microsoft } from '#connect/microsoft.ts'
import { openApiStage, type ApiStage } from '#connect/testing/api-stage.ts'
import { command } from '#connect/testing/command.ts'

import { findListItem, putListItem, removeListItem, type ListEntry, type ListType } from './allow-block-list.ts'

const DAY = 24 * 60 * 60_000
const ROLES = ['Exchange.ManageAsApp']

let stage: ApiStage
let responder: Microsoft
let now: number
beforeAll(async () => {
  stage = await openApiStage('exchange-admin', ROLES, ['Security Administrator'])
  responder = await stage.as(ROLES, ['Security Administrator'])
  now = Date.parse(((await stage.emulator.request('/health')) as { now: string }).now)
})
afterAll(() => stage?.close())

const run = (name: string, parameters: object) => command(stage, name, parameters)
const blocked = (Value: string, more: Partial<ListEntry> = {}): ListEntry => ({
  listType: 'Sender',
  Value,
  Action: 'Block',
  Notes: 'Case 7',
  ExpirationDate: null,
  RemoveAfter: null,
  ...more,
})
/** What another program finds of a value. */
const seen = async (Entry: string, ListType: ListType = 'Sender') =>
  (await run('Get-TenantAllowBlockListItems', { ListType, Entry })).rows

describe('the Tenant Allow/Block List', () => {
  test.each([
    ['Sender', 'billing@bad.example'],
    ['Sender', 'bad.example'],
    ['Url', 'bad.example/login*'],
    ['FileHash', 'a'.repeat(64)],
  ] as const)('takes a %s, once however often it is put there, and lets it go again', async (listType, value) => {
    expect(await findListItem(responder, { listType, value })).toBeUndefined()
    const entry = blocked(value, { listType })
    const item = await putListItem(responder, entry)
    expect(item).toMatchObject({ Value: value, Action: 'Block', Notes: 'Case 7', ExpirationDate: null })
    expect((await putListItem(responder, entry)).Identity).toBe(item.Identity)
    expect(await findListItem(responder, { listType, value })).toEqual(item)
    expect(await seen(value, listType)).toMatchObject([{ Value: value, Action: 'Block', Notes: 'Case 7' }])
    await removeListItem(responder, { listType, value })
    await removeListItem(responder, { listType, value })
    expect(await seen(value, listType)).toEqual([])
  })

  test('gives an entry the end and the notes that are asked for', async () => {
    const [first, second] = [30, 90].map((days) => new Date(now + days * DAY).toISOString())
    await putListItem(responder, blocked('one.example', { ExpirationDate: first!, Notes: 'One' }))
    expect(await seen('one.example')).toMatchObject([{ Notes: 'One', ExpirationDate: first!.replace('Z', '0000Z') }])
    await putListItem(responder, blocked('one.example', { ExpirationDate: second!, Notes: null }))
    expect(await seen('one.example')).toMatchObject([{ Notes: '', ExpirationDate: second!.replace('Z', '0000Z') }])
    await putListItem(responder, blocked('one.example'))
    expect(await seen('one.example')).toMatchObject([{ ExpirationDate: null }])
  })

  test('turns an entry of somebody else around, and back as it was', async () => {
    const parameters = {
      ListType: 'Sender',
      Entries: ['two.example'],
      Allow: true,
      RemoveAfter: 45,
      Notes: 'A customer',
    }
    await run('New-TenantAllowBlockListItems', parameters)
    const was = (await findListItem(responder, { listType: 'Sender', value: 'two.example' }))!
    expect(was).toMatchObject({ Action: 'Allow', RemoveAfter: 45 })
    await putListItem(responder, blocked('two.example'))
    expect(await seen('two.example')).toMatchObject([{ Action: 'Block' }])
    await putListItem(responder, { ...was, listType: 'Sender' })
    const { Identity: _, ...settings } = was
    expect(await seen('two.example')).toMatchObject([settings])
  })

  test('refuses what cannot stand in it, in Microsoft’s words', async () => {
    await expect(putListItem(responder, blocked('no hash', { listType: 'FileHash' }))).rejects.toMatchObject({
      code: 'CONNECT_REQUEST_REFUSED',
      microsoft: { status: 400, message: expect.stringContaining('SHA256') },
    })
  })

  test('is full at a number that depends on the license, and the error names it', async () => {
    await stage.emulator.request('/faults', {
      match: { service: 'exchange-admin', nth: 2 },
      do: { status: 400, body: FULL },
    })
    await expect(putListItem(responder, blocked('full.example'))).rejects.toMatchObject({
      code: 'CONNECT_REQUEST_REFUSED',
      microsoft: { message: expect.stringContaining('limit') },
      fix: expect.stringMatching(/500 entries.*10,000/),
    })
    await stage.emulator.request('/faults', undefined, 'DELETE')
    expect(await seen('full.example')).toEqual([])
  })

  test('is looked at with one directory role and changed with another, and the error names which', async () => {
    const reader = await stage.as(ROLES, ['Security Reader'])
    const value = 'three.example'
    expect(await findListItem(reader, { listType: 'Sender', value })).toBeUndefined()
    await expect(putListItem(reader, blocked(value))).rejects.toMatchObject({
      code: 'CONNECT_PERMISSION_MISSING',
      fix: expect.stringContaining('Security Administrator'),
    })
    const stranger = await stage.as(ROLES)
    await expect(findListItem(stranger, { listType: 'Sender', value })).rejects.toMatchObject({
      code: 'CONNECT_PERMISSION_MISSING',
      fix: expect.stringContaining('Security Reader'),
    })
    const outsider = await stage.as(['Machine.Read.All'], ['Security Administrator'])
    await expect(putListItem(outsider, blocked(value))).rejects.toMatchObject({
      code: 'CONNECT_PERMISSION_MISSING',
      fix: expect.stringContaining('Exchange.ManageAsApp'),
    })
    expect(await seen(value)).toEqual([])
  })
})

const FULL = {
  error: {
    code: 'BadRequest',
    message: 'Error executing cmdlet',
    details: [
      { code: 'Client', target: '', message: '|Some.Type|The list has reached its limit of 500 Block entries.' },
    ],
    innererror: { message: 'Error executing cmdlet', type: 'X', stacktrace: '' },
  },
}
