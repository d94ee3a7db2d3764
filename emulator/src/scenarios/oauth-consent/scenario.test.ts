import { describe, expect, it } from 'vitest'

import { plantedToStay } from '#testing/planted.ts'
import { stageOf, truthsElsewhere } from '#testing/story.ts'
import type { Json } from '#testing/client.ts'

const stage = await stageOf('oauth-consent', ['Directory.Read.All', 'Mail.Read', 'ThreatHunting.Read.All'])
const { client, story, truth, on, ask, hunt } = stage

const appId = () => String(truth['application']!['appId'])
const principal = () => String(truth['application']!['servicePrincipalId'])

describe('Consent phishing', () => {
  it('the directory tells of the consent in both logs, under the same ids', () => {
    const feed = on('Audit.AzureActiveDirectory').filter((each) => Number(each['RecordType']) === 8)
    const graph = on('directoryAudit')
    expect(graph).toHaveLength(feed.length)
    for (const each of graph) {
      const twin = feed.find((record) => String(record['InterSystemsId']) === String(each['correlationId']))!
      expect(String(each['id'])).toContain(String(twin['IntraSystemsId']))
      expect(String(twin['Operation'])).toBe(`${String(each['activityDisplayName'])}.`)
    }
  })

  it('the permission is there, for the user alone, and the service principal of another tenant', async () => {
    const grant = (await ask(`/v1.0/oauth2PermissionGrants/${String(truth['grant'])}`)).json
    expect(grant).toMatchObject({
      clientId: principal(),
      consentType: 'Principal',
      principalId: truth['userId'],
      scope: truth['scope'],
    })
    const app = (await ask(`/v1.0/servicePrincipals/${principal()}`)).json
    expect(String(app['appId'])).toBe(appId())
    expect(String(app['appOwnerOrganizationId'])).not.toBe(client.tenant.id)
  })

  it('the application works without the user, from one address, and reads mail that is there', async () => {
    const renewed = on('signIn.nonInteractiveUser')
    expect(renewed.length).toBeGreaterThan(3)
    for (const each of renewed) expect(each).toMatchObject({ appId: appId(), ipAddress: truth['ip'] })
    expect(on('signIn.servicePrincipal')).toMatchObject([{ appId: appId(), servicePrincipalId: principal() }])
    const read = on('Audit.Exchange').filter((each) => String(each['Operation']) === 'MailItemsAccessed')
    const items = read.flatMap((each) => [...each['Folders']!].flatMap((folder) => [...folder['FolderItems']!]))
    expect(items.map((each) => String(each['InternetMessageId']))).toEqual([...truth['read']!].map(String))
    for (const each of read) expect(each).toMatchObject({ ClientAppId: appId(), UserId: truth['userPrincipalName'] })
    const filter = encodeURIComponent(`internetMessageId eq '${String(items[0]!['InternetMessageId'])}'`)
    const path = `/v1.0/users/${String(truth['userId'])}/messages?$filter=${filter}`
    expect((await ask(path)).json['value']).toHaveLength(1)
  })

  it('one network message id names the mail in hunting, clicks, quarantine, feed and alert', async () => {
    const id = String(truth['lure']!['networkMessageId'])
    const rows = await hunt(`EmailEvents | where NetworkMessageId == '${id}'`)
    const at = (location: string) =>
      rows
        .filter((row) => String(row['DeliveryLocation']) === location)
        .map((row) => String(row['RecipientEmailAddress']))
        .sort()
    expect(at('Quarantine')).toEqual([...truth['quarantined']!].map(String).sort())
    expect(at('Inbox/folder')).toEqual([...truth['delivered']!].map(String).sort())
    const clicks = on('security.urlClick')
    expect(clicks.map((row) => String(row['AccountUpn']))).toEqual([...truth['clicked']!].map(String))
    for (const row of clicks) expect(String(row['NetworkMessageId'])).toBe(id)
    const caught = on('Audit.General').filter((each) => String(each['Operation']) === 'TIMailData')
    expect(caught.map((each) => String(each['NetworkMessageId']))).toEqual([id, id])
    const evidence = on('security.alert').flatMap((each) => [...each['evidence']!])
    expect(evidence.map((each) => each['networkMessageId'])).toContain(id)
  })

  it('everything that was planted can be seen and taken away by a client', async () => {
    expect(await plantedToStay(client, story)).toEqual([])
  })

  it('an administrator’s consent, a refusal and a removal that failed look alike', () => {
    const consents = on('directoryAudit').filter((each) => String(each['activityDisplayName']).startsWith('Consent'))
    const isAdmin = (each: Json) => JSON.stringify(each['targetResources']).includes(String.raw`\"True\"`)
    expect(consents.map(isAdmin).sort()).toEqual([false, true])
    const declined = on('signIn').find((each) => Number(each['status']!['errorCode']) === 65_004)!
    expect(String(declined['userPrincipalName'])).toBe(String(truth['declined']))
    expect(on('directoryAudit').filter((each) => String(each['result']) === 'failure')).toMatchObject([
      { activityDisplayName: 'Remove delegated permission grant' },
    ])
  })

  it('another seed, size and tenant tell other stories', async () => {
    const truths = [truth, ...(await truthsElsewhere('oauth-consent'))]
    expect(new Set(truths.map((each) => String(each['userId']))).size).toBe(3)
    expect(new Set(truths.map((each) => String(each['application']!['appId']))).size).toBe(3)
  })
})
