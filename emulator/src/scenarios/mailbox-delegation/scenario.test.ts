import { describe, expect, it } from 'vitest'

import { cmdletsOf, stageOf, truthsElsewhere } from '#testing/story.ts'
import type { Answer, Json } from '#testing/client.ts'

const stage = await stageOf('mailbox-delegation')
const { client, truth, records, operations } = stage
const run = await cmdletsOf(client)

const usersOf = (answer: Answer, key: string) => [...answer.json['value']!].map((row) => String(row[key]))

describe('mailbox delegation', () => {
  it('administrator and delegate come from one address, and each cmdlet from the session of the sign-in', () => {
    const signIns = records.filter(({ surface }) => surface === 'signIn').map(({ json }) => json)
    expect(signIns.map((one) => String(one['userId'])).sort()).toEqual(
      [truth['administratorId'], truth['delegateId']].map(String).sort(),
    )
    for (const one of signIns) {
      expect(one['ipAddress']).toBe(truth['ip'])
      const twin = operations('UserLoggedIn').find((each) => each['IntraSystemsId'] === one['id'])!
      expect(twin).toMatchObject({ InterSystemsId: one['correlationId'], UserKey: one['userId'] })
    }
    const grants = [...operations('Add-MailboxPermission'), ...operations('Add-RecipientPermission')]
    const ofStory = grants.filter((one) => one['UserId'] === truth['administrator'])
    expect(ofStory.map((one) => String(one['SessionId']))).toEqual(Array(2).fill(String(truth['sessions']!['admin'])))
  })

  it('the password was reset: both logs tell, the user shows when, and a detection points at the sign-in', async () => {
    const inGraph = records.find(({ surface }) => surface === 'directoryAudit')!.json
    const [inFeed] = operations('Reset user password.') as [Json]
    expect(inGraph['correlationId']).toBe(inFeed['InterSystemsId'])
    expect(String(inGraph['id'])).toContain(String(inFeed['IntraSystemsId']))
    const ask = await client.withRoles(['User.Read.All', 'IdentityRiskyUser.Read.All'])
    const path = `/v1.0/users/${String(truth['delegateId'])}?$select=lastPasswordChangeDateTime`
    const changedAt = Date.parse(String((await ask(path)).json['lastPasswordChangeDateTime']))
    expect(Math.abs(changedAt - Date.parse(`${String(inFeed['CreationTime'])}Z`))).toBeLessThan(1000)
    const detection = records.find(({ surface }) => surface === 'riskDetection')!.json
    const signIn = records.find(({ json }) => json['id'] === detection['requestId'])!.json
    expect(signIn['userId']).toBe(truth['administratorId'])
    const risky = await ask(`/v1.0/identityProtection/riskyUsers/${String(truth['administratorId'])}`)
    expect(risky.json).toMatchObject({ riskLevel: 'medium', riskState: 'atRisk' })
  })

  it('the delegate reads messages that lie in the mailbox, and sends as its owner', async () => {
    const read = operations('MailItemsAccessed').filter((one) => one['MailboxOwnerUPN'] === truth['mailbox'])
    const ids = read.map((one) => String(one['Folders']![0]!['FolderItems']![0]!['InternetMessageId']))
    expect(ids).toEqual([...truth['read']!].map(String))
    for (const one of read)
      expect(one).toMatchObject({ LogonType: 2, UserId: truth['delegate'], ClientIPAddress: truth['ip'] })
    const ask = await client.withRoles(['Mail.Read'])
    const holds = async (user: Json, id: string) => {
      const filter = encodeURIComponent(`internetMessageId eq '${id}'`)
      return [...(await ask(`/v1.0/users/${String(user)}/messages?$filter=${filter}`)).json['value']!].length
    }
    for (const id of ids) expect(await holds(truth['mailbox']!, id)).toBe(1)
    const [sent] = operations('SendAs') as [Json]
    expect(sent).toMatchObject({ UserId: truth['delegate'], SendAsUserSmtp: truth['mailbox'] })
    const id = String(sent['Item']!['InternetMessageId'])
    expect([await holds(truth['delegate']!, id), await holds(truth['sent']!['to']!, id)]).toEqual([1, 1])
    expect(await holds(truth['mailbox']!, id)).toBe(0)
  })

  it('the assistant of a head is a delegate as well, let in from the office', async () => {
    const honest = truth['lookAlikes']![0]!
    const [mailbox, delegate] = [String(honest['mailbox']), String(honest['delegate'])]
    const grant = operations('Add-MailboxPermission').find((one) => one['UserId'] !== truth['administrator'])!
    expect(String(grant['ClientIP'])).toMatch(/^(192\.0\.2|198\.51\.100)\./)
    expect(usersOf(await run('Get-MailboxPermission', { Identity: mailbox }), 'User')).toContain(delegate)
    const read = operations('MailItemsAccessed').find((one) => String(one['MailboxOwnerUPN']) === mailbox)!
    expect(read).toMatchObject({ LogonType: 2, UserId: delegate })
  })

  it('the rights are there and can be taken away', async () => {
    const [Identity, who] = [String(truth['mailbox']), String(truth['delegate'])]
    const state = async () => [
      usersOf(await run('Get-MailboxPermission', { Identity }), 'User').includes(who),
      usersOf(await run('Get-RecipientPermission', { Identity }), 'Trustee').includes(who),
    ]
    expect(await state()).toEqual([true, true])
    await run('Remove-MailboxPermission', { Identity, User: who, AccessRights: ['FullAccess'] })
    await run('Remove-RecipientPermission', { Identity, Trustee: who, AccessRights: ['SendAs'] })
    expect(await state()).toEqual([false, false])
  })

  it('another seed, size and tenant tell other stories', async () => {
    const truths = [truth, ...(await truthsElsewhere('mailbox-delegation'))]
    expect(new Set(truths.map((each) => String(each['mailboxId']))).size).toBe(3)
  })
})
