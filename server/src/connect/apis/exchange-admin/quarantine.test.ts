import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import type { Microsoft } from '#connect/microsoft.ts'
import { type ApiStage, openApiStage } from '#connect/testing/api-stage.ts'
import { command } from '#connect/testing/command.ts'

import { deleteQuarantined, findQuarantined, isQuarantineIdentity, releaseQuarantined } from './quarantine.ts'

const ROLES = ['Exchange.ManageAsApp']

let stage: ApiStage
let responder: Microsoft
let identities: string[]
beforeAll(async () => {
  stage = await openApiStage('exchange-admin', ROLES, ['Security Administrator'])
  responder = await stage.as(ROLES, ['Security Administrator'])
  identities = (await run('Get-QuarantineMessage', { PageSize: 20 })).rows.map((row) => String(row['Identity']))
})
afterAll(() => stage?.close())

let identity: string
beforeEach(() => {
  identity = identities.shift()!
})

const run = (name: string, parameters: object) => command(stage, name, parameters)
/** What another program finds of it. */
const seen = async () => (await run('Get-QuarantineMessage', { Identity: identity })).rows[0]

const NOBODYS = `${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}\\${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}`

describe('the quarantine', () => {
  test('tells an identity from what is none', () => {
    const told = [identity, identity.toUpperCase(), identity.split('\\')[0]!, '../../x', `${identity} -ReleaseToAll`]
    expect(told.map(isQuarantineIdentity)).toEqual([true, true, false, false, false])
  })

  test('shows a message with its recipients, and nothing where there is none', async () => {
    expect(await findQuarantined(responder, { identity })).toMatchObject({
      Identity: identity,
      RecipientAddress: [expect.stringContaining('@')],
      ReleaseStatus: 'NOTRELEASED',
      ReleasedUser: [],
    })
    expect(await findQuarantined(responder, { identity: NOBODYS })).toBeUndefined()
  })

  test.each(['all of its recipients', 'one of them'])('lets a message go to %s, after a while', async (whom) => {
    const { RecipientAddress } = (await findQuarantined(responder, { identity }))!
    const users = whom === 'one of them' ? RecipientAddress : undefined
    await releaseQuarantined(responder, { identity, users })
    expect(await findQuarantined(responder, { identity })).toMatchObject({ ReleaseStatus: 'PREPARINGTORELEASE' })
    await stage.pass(60_000)
    expect(await seen()).toMatchObject({ ReleaseStatus: 'RELEASED', ReleasedUser: RecipientAddress })
    await expect(releaseQuarantined(responder, { identity, users })).rejects.toMatchObject({
      code: 'CONNECT_REQUEST_REFUSED',
      microsoft: { message: expect.stringContaining('already been released') },
    })
  })

  test('deletes a message, however often', async () => {
    await deleteQuarantined(responder, { identity })
    await deleteQuarantined(responder, { identity })
    expect(await seen()).toBeUndefined()
    await expect(releaseQuarantined(responder, { identity })).rejects.toMatchObject({ code: 'CONNECT_NOT_FOUND' })
  })

  test('takes one that was deleted for all of its recipients for gone', async () => {
    const found = await findQuarantined(responder, { identity })
    const value = [{ ...found, DeletedForRecipients: found!.RecipientAddress.map((each) => each.toUpperCase()) }]
    await stage.emulator.request('/faults', {
      match: { service: 'exchange-admin', times: 1 },
      do: { status: 200, body: { value } },
    })
    expect(await findQuarantined(responder, { identity })).toBeUndefined()
    await stage.emulator.request('/faults', undefined, 'DELETE')
  })

  test('is looked at with Security Reader, and names the role that letting go takes', async () => {
    const reader = await stage.as(ROLES, ['Security Reader'])
    expect(await findQuarantined(reader, { identity })).toMatchObject({ Identity: identity })
    for (const change of [releaseQuarantined, deleteQuarantined]) {
      await expect(change(reader, { identity })).rejects.toMatchObject({
        code: 'CONNECT_PERMISSION_MISSING',
        fix: expect.stringContaining('Security Administrator'),
      })
    }
    expect(await seen()).toMatchObject({ ReleaseStatus: 'NOTRELEASED' })
  })
})
