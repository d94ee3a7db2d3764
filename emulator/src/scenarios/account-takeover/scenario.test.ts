import { describe, expect, it } from 'vitest'

import { plantedToStay } from '#testing/planted.ts'
import { signInsInOneLog, stageOf, truthsElsewhere } from '#testing/story.ts'

const stage = await stageOf('account-takeover', ['Directory.Read.All', 'Mail.Read', 'ThreatHunting.Read.All'])
const { client, story, truth, record, on, ask, hunt } = stage

describe('Stolen account', () => {
  it('is told of by the same records as ever, in their order', () => {
    const told = [...truth['records']!].map((each) => String(each['operation']))
    expect(told.slice(0, 14)).toEqual([
      ...Array(7).fill('UserLoginFailed'),
      'UserLoggedIn',
      'New-InboxRule',
      'Set-Mailbox',
      'MailItemsAccessed',
      'Send',
      'Consent to application.',
      'Add member to role.',
    ])
    expect(new Set(told.slice(14))).toEqual(new Set(['FileDownloaded']))
    for (const { id } of truth['records']!) expect(record(String(id))).toBeDefined()
  })

  it('every sign-in is in both logs, under the same ids', () => {
    expect(signInsInOneLog(stage)).toEqual([])
  })

  it('consent and role are in the directory’s log under the feed’s ids', () => {
    for (const activity of ['Consent to application', 'Add member to role']) {
      const mine = on('directoryAudit').find((each) => String(each['activityDisplayName']) === activity)!
      const twin = on('Audit.AzureActiveDirectory').find((each) => String(each['Operation']) === `${activity}.`)!
      expect(twin).toMatchObject({ InterSystemsId: mine['correlationId'], UserId: truth['userPrincipalName'] })
      expect(String(mine['id'])).toContain(String(twin['IntraSystemsId']))
      expect(mine['initiatedBy']!['user']).toMatchObject({ ipAddress: truth['ip'] })
    }
  })

  it('the mail that the records name is there, and what was forwarded left the company', async () => {
    const [read, sent] = ['MailItemsAccessed', 'Send'].map((operation) =>
      on('Audit.Exchange').find((each) => String(each['Operation']) === operation)!,
    )
    const items = [...read!['Folders']!].flatMap((folder) => [...folder['FolderItems']!])
    for (const { InternetMessageId } of [...items, sent!['Item']!]) {
      const filter = encodeURIComponent(`internetMessageId eq '${String(InternetMessageId)}'`)
      const path = `/v1.0/users/${String(truth['userId'])}/messages?$filter=${filter}`
      expect((await ask(path)).json['value']).toHaveLength(1)
    }
    for (const row of on('mail.outgoing'))
      expect(String(row['RecipientEmailAddress'])).toBe(String(truth['forwardsTo']))
    const hidden = String(truth['hidden'])
    const rows = await hunt(`EmailEvents | where InternetMessageId == '${hidden}'`)
    expect(rows.map((row) => String(row['EmailDirection'])).sort()).toEqual(['Inbound', 'Outbound'])
  })

  it('alerts of four products are one incident', () => {
    const alerts = on('security.alert')
    expect(new Set(alerts.map((each) => String(each['productName']))).size).toBe(4)
    expect(new Set(alerts.map((each) => String(each['incidentId']))).size).toBe(1)
    expect(on('cloudApps.alert')).toHaveLength(2)
  })

  it('everything that was planted can be seen and taken away by a client', async () => {
    expect(await plantedToStay(client, story)).toEqual([])
  })

  it('another seed, size and tenant tell other stories', async () => {
    const truths = [truth, ...(await truthsElsewhere('account-takeover'))]
    expect(new Set(truths.map((each) => String(each['userId']))).size).toBe(3)
  })
})
