import { describe, expect, it } from 'vitest'

import { plantedToStay } from '#testing/planted.ts'
import { stageOf, truthsElsewhere } from '#testing/story.ts'
import type { Json } from '#testing/client.ts'

const stage = await stageOf('phish-campaign', ['Directory.Read.All', 'Mail.Read', 'ThreatHunting.Read.All'])
const { client, story, truth, on, ask, hunt } = stage

const text = (...path: string[]) => String(path.reduce((json, name) => json[name]!, truth))
const list = (...path: string[]) => [...path.reduce((json, name) => json[name]!, truth)].map(String)

const copiesOf = async (user: string, internetMessageId: string): Promise<Json[]> => {
  const filter = encodeURIComponent(`internetMessageId eq '${internetMessageId}'`)
  return [...(await ask(`/v1.0/users/${user}/messages?$filter=${filter}`)).json['value']!]
}

const folderOf = async (user: string, mail: Json) =>
  String((await ask(`/v1.0/users/${user}/mailFolders/${String(mail['parentFolderId'])}`)).json['displayName'])

describe('Phish campaign', () => {
  it('reaches 23 mailboxes and no more', async () => {
    expect(list('recipients')).toHaveLength(23)
    const rows = await hunt(`EmailEvents | where NetworkMessageId == '${text('networkMessageId')}'`)
    expect(rows.map((row) => String(row['RecipientEmailAddress'])).sort()).toEqual(list('recipients').sort())
  })

  it('forwards lie in Sent Items and with the colleagues, and name the first message', async () => {
    for (const forward of truth['forwards']!) {
      const [from, id] = [String(forward['from']), String(forward['internetMessageId'])]
      const [kept] = await copiesOf(from, id)
      expect(await folderOf(from, kept!)).toBe('Sent Items')
      const mime = (await ask(`/v1.0/users/${from}/messages/${String(kept!['id'])}/$value`)).body.toString()
      expect(mime.replaceAll(/\s+/g, ' ')).toContain(`In-Reply-To: ${text('internetMessageId')}`)
      const rows = await hunt(`EmailEvents | where NetworkMessageId == '${String(forward['networkMessageId'])}'`)
      const to = [...forward['to']!].map(String)
      expect(rows.map((row) => String(row['RecipientEmailAddress'])).sort()).toEqual(to.toSorted())
      for (const colleague of to) expect(await copiesOf(colleague, id)).toHaveLength(1)
      const sent = on('Audit.Exchange').find((each) => String(each['Item']!['InternetMessageId']) === id)!
      expect(sent).toMatchObject({ Operation: 'Send', UserId: from })
    }
  })

  it('the reply left the company', async () => {
    const rows = await hunt(`EmailEvents | where NetworkMessageId == '${text('reply', 'networkMessageId')}'`)
    expect(rows).toMatchObject([
      { RecipientEmailAddress: text('sender'), EmailDirection: 'Outbound', SenderFromAddress: text('reply', 'from') },
    ])
  })

  it('three clicked, of whom Safe Links stopped the last', () => {
    const clicks = on('security.urlClick')
    expect(clicks.map((row) => String(row['AccountUpn']))).toEqual(list('clicked'))
    expect(clicks.map((row) => String(row['ActionType']))).toEqual(['ClickAllowed', 'ClickAllowed', 'ClickBlocked'])
    for (const row of clicks)
      expect(row).toMatchObject({ Url: text('link'), NetworkMessageId: text('networkMessageId') })
  })

  it('the password that was entered was tried from elsewhere, and did not suffice', () => {
    const [sign] = on('signIn')
    expect(sign).toMatchObject({ userPrincipalName: text('enteredPassword'), ipAddress: text('thiefIp') })
    expect(Number(sign!['status']!['errorCode'])).toBe(50_074)
    expect(on('riskDetection')).toMatchObject([{ requestId: sign!['id'], correlationId: sign!['correlationId'] }])
  })

  it('the second message was held back, put into Junk Email, or removed later, under one id everywhere', async () => {
    const id = text('secondMessage', 'networkMessageId')
    const rows = await hunt(`EmailEvents | where NetworkMessageId == '${id}'`)
    const where = (first: string, last: string) =>
      rows
        .filter(
          (row) => row['DeliveryLocation'] === (first as never) && row['LatestDeliveryLocation'] === (last as never),
        )
        .map((row) => String(row['RecipientEmailAddress']))
        .sort()
    expect(where('Quarantine', 'Quarantine')).toEqual(list('secondMessage', 'quarantined').sort())
    expect(where('Junk folder', 'Junk folder')).toEqual(list('secondMessage', 'junked').sort())
    expect(where('Inbox/folder', 'Junk folder')).toEqual(list('secondMessage', 'removed').sort())
    for (const row of on('security.postDelivery'))
      expect(row).toMatchObject({ NetworkMessageId: id, ActionType: 'Phish ZAP' })
    const caught = on('Audit.General').filter((each) => String(each['Operation']) === 'TIMailData')
    expect(caught.map((each) => String(each['NetworkMessageId']))).toEqual([id, id, id])
    const [person] = list('secondMessage', 'removed')
    const [copy] = await copiesOf(person!, text('secondMessage', 'internetMessageId'))
    expect(await folderOf(person!, copy!)).toBe('Junk Email')
    const mime = (await ask(`/v1.0/users/${person}/messages/${String(copy!['id'])}/$value`)).body.toString()
    expect(mime.replaceAll(/\s+/g, ' ')).toContain(`X-MS-Exchange-Organization-Network-Message-Id: ${id}`)
  })

  it('the alerts are one incident and name the messages', () => {
    const alerts = on('security.alert')
    expect(alerts.map((each) => String(each['title'])).sort()).toEqual([
      'A potentially malicious URL click was detected',
      'Email messages containing malicious URL removed after delivery',
      'Email reported by user as malware or phish',
      'Unfamiliar sign-in properties',
    ])
    expect(new Set(alerts.map((each) => String(each['incidentId']))).size).toBe(1)
    const named = alerts.flatMap((each) => [...each['evidence']!].map((piece) => String(piece['networkMessageId'])))
    expect(named).toEqual(expect.arrayContaining([text('networkMessageId'), text('secondMessage', 'networkMessageId')]))
    const ids = alerts.map((each) => String(each['providerAlertId']))
    const told = on('Audit.General').filter((each) => String(each['Operation']) === 'AlertEntityGenerated')
    expect(told).toHaveLength(3)
    for (const each of told) expect(ids).toContain(String(each['AlertId']))
  })

  it('everything that was planted can be seen and taken away by a client', async () => {
    expect(await plantedToStay(client, story)).toEqual([])
  })

  it('another seed, size and tenant tell other stories', async () => {
    const truths = [truth, ...(await truthsElsewhere('phish-campaign'))]
    expect(new Set(truths.map((each) => String(each['networkMessageId']))).size).toBe(3)
  })
})
