import { describe, expect, it } from 'vitest'

import { plantedOf } from '#testing/planted.ts'
import { stageOf, truthsElsewhere } from '#testing/story.ts'
import type { Json } from '#testing/client.ts'

const stage = await stageOf('business-email-compromise', [
  'Mail.Read',
  'MailboxSettings.Read',
  'ThreatHunting.Read.All',
])
const { client, story, truth, on, ask, hunt } = stage

const text = (name: string) => String(truth[name])
const property = (record: Json, name: string) =>
  String([...record['DeviceProperties']!].find((each) => String(each['Name']) === name)?.['Value'])

const mailWith = async (user: string, { internetMessageId }: Json) => {
  const filter = encodeURIComponent(`internetMessageId eq '${String(internetMessageId)}'`)
  return (await ask(`/v1.0/users/${user}/messages?$filter=${filter}`)).json['value']![0]
}

describe('Business e-mail compromise', () => {
  it('the stolen session comes from two networks, in both logs, and the second asks for no factor', () => {
    const mine = on('signIn').filter((each) => each['sessionId'] === truth['sessionId'])
    const by = (ip: string) => mine.find((each) => String(each['ipAddress']) === ip && !each['status']!['errorCode'])!
    const [relayed, replayed] = [by(text('signInProxyIp')), by(text('replayIp'))]
    expect(String(relayed['status']!['additionalDetails'])).toBe('MFA completed in Azure AD')
    expect(String(replayed['status']!['additionalDetails'])).toBe('MFA requirement satisfied by claim in the token')
    expect(replayed['autonomousSystemNumber']).not.toBe(relayed['autonomousSystemNumber'])
    expect(String(replayed['location']!['city'])).not.toBe(String(relayed['location']!['city']))
    const feed = on('Audit.AzureActiveDirectory')
    for (const each of [relayed, replayed]) {
      const twin = feed.find((record) => String(record['IntraSystemsId']) === String(each['id']))!
      expect(twin).toMatchObject({ InterSystemsId: each['correlationId'], ActorIpAddress: each['ipAddress'] })
      expect(property(twin, 'SessionId')).toBe(text('sessionId'))
    }
  })

  it('detections point at the sign-ins, and the user is at risk', () => {
    const detections = on('riskDetection')
    expect(detections.map((each) => String(each['riskEventType'])).sort()).toEqual([
      'anomalousToken',
      'attackerinTheMiddle',
    ])
    for (const each of detections) {
      const sign = stage.record(String(each['requestId']))!
      expect(sign).toMatchObject({ correlationId: each['correlationId'], ipAddress: each['ipAddress'] })
      expect([...sign['riskEventTypes_v2']!]).toEqual([each['riskEventType']])
    }
  })

  it('everything that was planted can be seen and undone by a client', async () => {
    const planted = await plantedOf(client, story)
    expect(planted.map(({ kind }) => kind).sort()).toEqual([
      'mail.folder',
      'mail.inboxRule',
      'mail.inboxRule',
      'mail.mailboxState',
      'riskyUser',
    ])
    for (const { kind, see, remove } of planted) {
      expect([kind, await see()]).not.toEqual([kind, undefined])
      if (!remove) continue
      expect([200, 204]).toContain(await remove())
      expect([kind, await see()]).toEqual([kind, undefined])
    }
    await client.send('/_emu/reset', { method: 'POST' })
  })

  it('the rule is told of by Exchange and holds what it hides, read and out of sight', async () => {
    const made = on('Audit.Exchange').filter((each) => String(each['Operation']) === 'New-InboxRule')
    expect(made).toHaveLength(2)
    const user = text('userId')
    const folders = (await ask(`/v1.0/users/${user}/mailFolders?$top=100`)).json['value']!
    const feeds = [...folders].find((each) => String(each['displayName']) === 'RSS Feeds')!
    for (const hidden of truth['hidden']!)
      expect(await mailWith(user, hidden)).toMatchObject({ parentFolderId: feeds['id'], isRead: true })
  })

  it('the fraud lies in the approver’s mailbox under the ids that hunting knows, in the thread of the invoice', async () => {
    for (const each of truth['fraud']!) {
      const mail = await mailWith(text('approver'), each)
      const row = (await hunt(`EmailEvents | where NetworkMessageId == '${String(each['networkMessageId'])}'`)).find(
        (found) => String(found['RecipientEmailAddress']) === text('approver'),
      )
      expect(row).toMatchObject({ InternetMessageId: mail!['internetMessageId'], Subject: mail!['subject'] })
      expect(String(mail!['subject'])).toBe(`RE: Invoice ${text('invoice')}`)
    }
    const [changed] = [...truth['fraud']!]
    const mail = await mailWith(text('approver'), changed!)
    expect(String(mail!['from']!['emailAddress']!['address'])).toBe(text('lookAlike'))
    expect(text('lookAlike')).not.toBe(text('partner'))
  })

  it('what was forwarded left the company as well', () => {
    const left = on('mail.outgoing')
    expect(left).toHaveLength(3)
    for (const row of left) expect(String(row['RecipientEmailAddress'])).toBe(text('forwardsTo'))
  })

  it('its alerts are one incident, and one is in the feed as well', () => {
    const alerts = on('security.alert')
    expect(alerts).toHaveLength(3)
    expect(new Set(alerts.map((each) => String(each['incidentId']))).size).toBe(1)
    const [entity] = on('Audit.General')
    expect(alerts.map((each) => String(each['providerAlertId']))).toContain(String(entity!['AlertId']))
  })

  it('a colleague’s rule and a traveler look alike', () => {
    const honest = story.steps.filter(({ attack }) => attack === undefined)
    expect(honest.flatMap((step) => step.records).filter(({ surface }) => surface === 'signIn')).toHaveLength(2)
    const rules = on('Audit.Exchange').filter((each) => String(each['Operation']) === 'New-InboxRule')
    expect(new Set(rules.map((each) => String(each['UserId']))).size).toBe(2)
  })

  it('another seed, size and tenant tell other stories', async () => {
    const truths = [truth, ...(await truthsElsewhere('business-email-compromise'))]
    expect(new Set(truths.map((each) => String(each['userId']))).size).toBe(3)
    expect(new Set(truths.map((each) => String(each['sessionId']))).size).toBe(3)
  })
})
