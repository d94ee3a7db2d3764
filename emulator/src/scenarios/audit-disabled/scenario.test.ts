import { describe, expect, it } from 'vitest'

import { cmdletsOf, EXCHANGE_ADMINISTRATOR, stageOf, truthsElsewhere } from '#testing/story.ts'
import type { Json } from '#testing/client.ts'

const stage = await stageOf('audit-disabled')
const { client, truth, records, operations } = stage
const run = await cmdletsOf(client)

const parameter = (record: Json, name: string) =>
  String([...record['Parameters']!].find((each) => String(each['Name']) === name)?.['Value'])
const rowOf = async (name: string, parameters?: object) => (await run(name, parameters)).json['value']![0]!

describe('audit disabled', () => {
  it('the account guessed at, asked twice and then let in tells so in both logs', () => {
    const mine = records.filter(({ surface }) => surface === 'signIn').map(({ json }) => json)
    const inOrder = mine.toSorted((a, b) => (String(a['createdDateTime']) < String(b['createdDateTime']) ? -1 : 1))
    expect(inOrder.map((one) => Number(one['status']!['errorCode']))).toEqual([
      50_126, 50_126, 50_126, 50_126, 500_121, 500_121, 0,
    ])
    const inFeed = [...operations('UserLoginFailed'), ...operations('UserLoggedIn')]
    for (const one of mine)
      expect(inFeed.find((each) => each['IntraSystemsId'] === one['id'])).toMatchObject({
        InterSystemsId: one['correlationId'],
        ClientIP: truth['ip'],
        UserId: truth['administrator'],
      })
    const detection = records.find(({ surface }) => surface === 'riskDetection')!.json
    expect(detection).toMatchObject({ requestId: inOrder.at(-1)!['id'], riskEventType: 'anonymizedIPAddress' })
  })

  it('every cmdlet comes from the session of that sign-in, and the last one switches everything off', () => {
    const cmdlets = records
      .map(({ json }) => json)
      .filter((json) => Number(json['RecordType']) === 1 && json['UserId'] === truth['administrator'])
    expect(new Set(cmdlets.map((one) => String(one['SessionId'])))).toEqual(new Set([String(truth['sessionId'])]))
    const last = cmdlets.toSorted((a, b) => (String(a['CreationTime']) < String(b['CreationTime']) ? -1 : 1)).at(-1)!
    expect([last['Operation'], parameter(last, 'UnifiedAuditLogIngestionEnabled')]).toEqual([
      'Set-AdminAuditLogConfig',
      'False',
    ])
  })

  it('the smaller license and the mailbox made sure of change nothing for the worse', () => {
    const [on, own] = operations('Set-Mailbox').filter((one) => parameter(one, 'AuditEnabled') !== 'False') as [
      Json,
      Json,
    ]
    expect(parameter(on, 'AuditEnabled')).toBe('True')
    expect(String(own['UserId'])).toContain('NT AUTHORITY\\SYSTEM')
    const [license] = operations('Change user license.') as [Json]
    const inGraph = records.find(({ surface }) => surface === 'directoryAudit')!.json
    expect(inGraph['correlationId']).toBe(license['InterSystemsId'])
  })

  it('what was switched off is off, and can be switched on', async () => {
    const config = async () => (await rowOf('Get-AdminAuditLogConfig'))['UnifiedAuditLogIngestionEnabled']
    const bypass = async (Identity: string) =>
      (await rowOf('Get-MailboxAuditBypassAssociation', { Identity }))['AuditBypassEnabled']
    const enabled = async (Identity: string) => (await rowOf('Get-Mailbox', { Identity }))['AuditEnabled']
    const [bypassed, unaudited] = [[...truth['bypassed']!].map(String), [...truth['unaudited']!].map(String)]
    const state = async () => [
      await config(),
      ...(await Promise.all(bypassed.map(bypass))),
      ...(await Promise.all(unaudited.map(enabled))),
    ]
    expect(await state()).toEqual([false, ...bypassed.map(() => true), ...unaudited.map(() => false)])
    await run('Set-AdminAuditLogConfig', { UnifiedAuditLogIngestionEnabled: true })
    for (const Identity of bypassed)
      await run('Set-MailboxAuditBypassAssociation', { Identity, AuditBypassEnabled: false })
    for (const Identity of unaudited) await run('Set-Mailbox', { Identity, AuditEnabled: true })
    expect(await state()).toEqual([true, ...bypassed.map(() => false), ...unaudited.map(() => true)])
  })

  it('the administrator holds the role that it takes', async () => {
    const ask = await client.withRoles(['RoleManagement.Read.Directory'])
    const filter = encodeURIComponent(`principalId eq '${String(truth['administratorId'])}'`)
    const answer = await ask(`/v1.0/roleManagement/directory/roleAssignments?$filter=${filter}`)
    expect([...answer.json['value']!].map((each) => String(each['roleDefinitionId']))).toContain(EXCHANGE_ADMINISTRATOR)
  })

  it('another seed, size and tenant tell other stories', async () => {
    const truths = [truth, ...(await truthsElsewhere('audit-disabled'))]
    expect(new Set(truths.map((each) => String(each['administratorId']))).size).toBe(3)
  })
})
