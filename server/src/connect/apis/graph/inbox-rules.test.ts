import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'

import type { Microsoft } from '#connect/microsoft.ts'
import { openApiStage, type ApiStage } from '#connect/testing/api-stage.ts'

import {
  deleteInboxRule,
  forwardsOf,
  listInboxRules,
  recreateInboxRule,
  setInboxRuleEnabled,
  type InboxRule,
} from './inbox-rules.ts'

const Users = z.object({ value: z.array(z.object({ id: z.string(), mail: z.string().nullable() })) })
const Rules = z.object({ value: z.array(z.record(z.string(), z.unknown())) })
const ROLES = ['MailboxSettings.Read', 'MailboxSettings.ReadWrite', 'User.Read.All']

let stage: ApiStage
let responder: Microsoft
let users: { id: string; mail: string | null }[]
let next = 0
beforeAll(async () => {
  stage = await openApiStage('graph', ROLES)
  responder = await stage.as(['MailboxSettings.Read', 'MailboxSettings.ReadWrite'])
  const { json } = await stage.onlooker('/v1.0/users?$select=id,mail,userType&$top=40')
  users = Users.parse(json).value.filter(({ mail }) => mail !== null)
})
afterAll(() => stage?.close())

let userId: string
beforeEach(() => {
  userId = users[next++]!.id
})

const path = (id: string) => `/v1.0/users/${id}/mailFolders/inbox/messageRules`
const to = (address: string) => ({ emailAddress: { name: address, address } })
const evil = {
  displayName: '.',
  sequence: 1,
  isEnabled: true,
  conditions: { subjectContains: ['invoice', 'payment'], fromAddresses: [to('bank@pay.example')] },
  exceptions: { hasAttachments: true },
  actions: {
    forwardTo: [to('x@bad.example')],
    redirectTo: [to('y@bad.example')],
    delete: true,
    stopProcessingRules: true,
  },
}
const plant = async (body: object = evil) => {
  expect((await stage.onlooker(path(userId), { method: 'POST', body })).status).toBe(201)
  return (await listInboxRules(responder, userId)).find(({ displayName }) => displayName === '.')!
}
/** What another program finds. */
const seen = async () => Rules.parse((await stage.onlooker(path(userId))).json).value

describe('inbox rules', () => {
  test('are listed in the order in which they run, with what they forward', async () => {
    await plant({ ...evil, displayName: 'Last', sequence: 90 })
    const rule = await plant()
    const rules = await listInboxRules(responder, userId)
    expect(rules.map(({ sequence }) => sequence)).toEqual(
      rules.map(({ sequence }) => sequence).toSorted((a, b) => a! - b!),
    )
    expect(forwardsOf(rule)).toEqual(['x@bad.example', 'y@bad.example'])
    expect(forwardsOf({ id: 'none' })).toEqual([])
  })

  test('are disabled and enabled, and nothing else of them changes', async () => {
    const { id: ruleId } = await plant()
    const before = await seen()
    const of = (isEnabled: boolean) => before.map((rule) => (rule['id'] === ruleId ? { ...rule, isEnabled } : rule))
    for (const isEnabled of [false, false, true]) {
      await setInboxRuleEnabled(responder, { userId, ruleId, isEnabled })
      expect(await seen()).toEqual(of(isEnabled))
    }
  })

  test('are deleted, and made again from what was stored, to the letter; twice is once', async () => {
    const rule = await plant()
    const before = await seen()
    await deleteInboxRule(responder, { userId, ruleId: rule.id })
    await deleteInboxRule(responder, { userId, ruleId: rule.id })
    expect(await seen()).toEqual(before.filter(({ id }) => id !== rule.id))

    const stored = JSON.parse(JSON.stringify(rule)) as InboxRule
    const again = await recreateInboxRule(responder, { userId, rule: stored })
    expect(again.id).not.toBe(rule.id)
    expect(await recreateInboxRule(responder, { userId, rule: stored })).toMatchObject({ id: again.id })
    const sorted = (rules: Record<string, unknown>[]) =>
      rules.map((each) => ({ ...each, id: '' })).toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))
    expect(sorted(await seen())).toEqual(sorted(before))
  })

  test('that are gone cannot be disabled', async () => {
    const gone = setInboxRuleEnabled(responder, { userId, ruleId: 'AQAAAAAAAAA=', isEnabled: false })
    await expect(gone).rejects.toMatchObject({ code: 'CONNECT_NOT_FOUND' })
  })

  test('of a mailbox that there is not are not taken for none', async () => {
    const nobody = '00000000-0000-0000-0000-000000000001'
    await expect(listInboxRules(responder, nobody)).rejects.toMatchObject({ code: 'CONNECT_NOT_FOUND' })
    await expect(deleteInboxRule(responder, { userId: nobody, ruleId: 'x' })).rejects.toMatchObject({
      code: 'CONNECT_NOT_FOUND',
    })
  })

  test('are read with one permission and changed with another, and the error names which', async () => {
    const { id: ruleId } = await plant()
    const before = await seen()
    const reader = await stage.as(['MailboxSettings.Read'])
    expect(await listInboxRules(reader, userId)).toHaveLength(before.length)
    const refused = { code: 'CONNECT_PERMISSION_MISSING', fix: expect.stringContaining('MailboxSettings.ReadWrite') }
    await expect(setInboxRuleEnabled(reader, { userId, ruleId, isEnabled: false })).rejects.toMatchObject(refused)
    await expect(deleteInboxRule(reader, { userId, ruleId })).rejects.toMatchObject(refused)
    const stranger = await stage.as(['User.Read.All'])
    await expect(listInboxRules(stranger, userId)).rejects.toMatchObject({ code: 'CONNECT_PERMISSION_MISSING' })
    expect(await seen()).toEqual(before)
  })
})
