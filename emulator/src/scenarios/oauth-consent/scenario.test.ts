import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { clientOf } from '#testing/client.ts'
import { plantedOf } from '#testing/planted.ts'
import { startEmulator } from '#index.ts'
import { storyOf, truthsElsewhere } from '#testing/story.ts'
import type { Answer, Ask, Client, Json } from '#testing/client.ts'
import type { Emulator } from '#index.ts'
import type { Story, StoryRecord } from '#testing/story.ts'

let emulator: Emulator
let client: Client
let story: Story
let records: Map<string, StoryRecord>
let ask: (path: string, ask?: Ask) => Promise<Answer>

beforeAll(async () => {
  emulator = await startEmulator({ scenarios: ['oauth-consent'], frozen: true, live: 'off', throttle: 'off' })
  client = clientOf(emulator)
  story = await storyOf(client, 'oauth-consent')
  records = await story.records()
  ask = await client.withRoles(['Directory.Read.All', 'Mail.Read', 'ThreatHunting.Read.All'])
})
afterAll(async () => {
  client.close()
  await emulator.stop()
})

const on = (surface: string) => [...records.values()].filter((each) => each.surface === surface).map(({ json }) => json)
const appId = () => String(story.truth['application']!['appId'])
const principal = () => String(story.truth['application']!['servicePrincipalId'])

const hunt = async (Query: string): Promise<Json[]> => [
  ...(await ask('/v1.0/security/runHuntingQuery', { method: 'POST', body: { Query } })).json['results']!,
]

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
    const grant = (await ask(`/v1.0/oauth2PermissionGrants/${String(story.truth['grant'])}`)).json
    expect(grant).toMatchObject({
      clientId: principal(),
      consentType: 'Principal',
      principalId: story.truth['userId'],
      scope: story.truth['scope'],
    })
    const app = (await ask(`/v1.0/servicePrincipals/${principal()}`)).json
    expect(String(app['appId'])).toBe(appId())
    expect(String(app['appOwnerOrganizationId'])).not.toBe(emulator.tenants[0]!.id)
  })

  it('the application works without the user, from one address, and reads mail that is there', async () => {
    const renewed = on('signIn.nonInteractiveUser')
    expect(renewed.length).toBeGreaterThan(3)
    for (const each of renewed) expect(each).toMatchObject({ appId: appId(), ipAddress: story.truth['ip'] })
    expect(on('signIn.servicePrincipal')).toMatchObject([{ appId: appId(), servicePrincipalId: principal() }])
    const read = on('Audit.Exchange').filter((each) => String(each['Operation']) === 'MailItemsAccessed')
    const items = read.flatMap((each) => [...each['Folders']!].flatMap((folder) => [...folder['FolderItems']!]))
    expect(items.map((each) => String(each['InternetMessageId']))).toEqual([...story.truth['read']!].map(String))
    for (const each of read)
      expect(each).toMatchObject({ ClientAppId: appId(), UserId: story.truth['userPrincipalName'] })
    const filter = encodeURIComponent(`internetMessageId eq '${String(items[0]!['InternetMessageId'])}'`)
    const path = `/v1.0/users/${String(story.truth['userId'])}/messages?$filter=${filter}`
    expect((await ask(path)).json['value']).toHaveLength(1)
  })

  it('one network message id names the mail in hunting, clicks, quarantine, feed and alert', async () => {
    const id = String(story.truth['lure']!['networkMessageId'])
    const rows = await hunt(`EmailEvents | where NetworkMessageId == '${id}'`)
    const at = (location: string) =>
      rows
        .filter((row) => String(row['DeliveryLocation']) === location)
        .map((row) => String(row['RecipientEmailAddress']))
        .sort()
    expect(at('Quarantine')).toEqual([...story.truth['quarantined']!].map(String).sort())
    expect(at('Inbox/folder')).toEqual([...story.truth['delivered']!].map(String).sort())
    const clicks = on('security.urlClick')
    expect(clicks.map((row) => String(row['AccountUpn']))).toEqual([...story.truth['clicked']!].map(String))
    for (const row of clicks) expect(String(row['NetworkMessageId'])).toBe(id)
    const caught = on('Audit.General').filter((each) => String(each['Operation']) === 'TIMailData')
    expect(caught.map((each) => String(each['NetworkMessageId']))).toEqual([id, id])
    const evidence = on('security.alert').flatMap((each) => [...each['evidence']!])
    expect(evidence.map((each) => each['networkMessageId'])).toContain(id)
  })

  it('everything that was planted can be seen and taken away by a client', async () => {
    for (const { kind, see, remove } of await plantedOf(client, story)) {
      expect([kind, await see()]).not.toEqual([kind, undefined])
      expect([200, 204]).toContain(await remove!())
      expect([kind, await see()]).toEqual([kind, undefined])
    }
    await client.send('/_emu/reset', { method: 'POST' })
  })

  it('an administrator’s consent, a refusal and a removal that failed look alike', () => {
    const consents = on('directoryAudit').filter((each) => String(each['activityDisplayName']).startsWith('Consent'))
    const isAdmin = (each: Json) => JSON.stringify(each['targetResources']).includes(String.raw`\"True\"`)
    expect(consents.map(isAdmin).sort()).toEqual([false, true])
    const declined = on('signIn').find((each) => Number(each['status']!['errorCode']) === 65_004)!
    expect(String(declined['userPrincipalName'])).toBe(String(story.truth['declined']))
    expect(on('directoryAudit').filter((each) => String(each['result']) === 'failure')).toMatchObject([
      { activityDisplayName: 'Remove delegated permission grant' },
    ])
  })

  it('another seed, size and tenant tell other stories', async () => {
    const truths = [story.truth, ...(await truthsElsewhere('oauth-consent'))]
    expect(new Set(truths.map((truth) => String(truth['userId']))).size).toBe(3)
    expect(new Set(truths.map((truth) => String(truth['application']!['appId']))).size).toBe(3)
  })
})
