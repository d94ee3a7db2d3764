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
  emulator = await startEmulator({
    scenarios: ['account-takeover'],
    frozen: true,
    live: 'off',
    throttle: 'off',
    consistency: 'strong',
  })
  client = clientOf(emulator)
  story = await storyOf(client, 'account-takeover')
  records = await story.records()
  ask = await client.withRoles(['Directory.Read.All', 'Mail.Read', 'ThreatHunting.Read.All'])
})
afterAll(async () => {
  client.close()
  await emulator.stop()
})

const on = (surface: string) => [...records.values()].filter((each) => each.surface === surface).map(({ json }) => json)

const hunt = async (Query: string): Promise<Json[]> => [
  ...(await ask('/v1.0/security/runHuntingQuery', { method: 'POST', body: { Query } })).json['results']!,
]

describe('Stolen account', () => {
  it('is told of by the same records as ever, in their order', () => {
    const told = [...story.truth['records']!].map((each) => String(each['operation']))
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
    for (const { id } of story.truth['records']!) expect(records.has(String(id))).toBe(true)
  })

  it('every sign-in is in both logs, under the same ids', () => {
    const feed = on('Audit.AzureActiveDirectory').filter((each) => Number(each['RecordType']) === 15)
    const graph = [...on('signIn'), ...on('signIn.nonInteractiveUser')]
    expect(graph).toHaveLength(feed.length)
    for (const each of graph) {
      const twin = feed.find((record) => String(record['IntraSystemsId']) === String(each['id']))!
      expect(twin).toMatchObject({
        InterSystemsId: each['correlationId'],
        ActorIpAddress: each['ipAddress'],
        UserId: each['userPrincipalName'],
        ErrorNumber: String(each['status']!['errorCode']),
      })
    }
  })

  it('consent and role are in the directory’s log under the feed’s ids', () => {
    for (const activity of ['Consent to application', 'Add member to role']) {
      const mine = on('directoryAudit').find((each) => String(each['activityDisplayName']) === activity)!
      const twin = on('Audit.AzureActiveDirectory').find((each) => String(each['Operation']) === `${activity}.`)!
      expect(twin).toMatchObject({ InterSystemsId: mine['correlationId'], UserId: story.truth['userPrincipalName'] })
      expect(String(mine['id'])).toContain(String(twin['IntraSystemsId']))
      expect(mine['initiatedBy']!['user']).toMatchObject({ ipAddress: story.truth['ip'] })
    }
  })

  it('the mail that the records name is there, and what was forwarded left the company', async () => {
    const [read, sent] = ['MailItemsAccessed', 'Send'].map((operation) =>
      on('Audit.Exchange').find((each) => String(each['Operation']) === operation)!,
    )
    const items = [...read!['Folders']!].flatMap((folder) => [...folder['FolderItems']!])
    for (const { InternetMessageId } of [...items, sent!['Item']!]) {
      const filter = encodeURIComponent(`internetMessageId eq '${String(InternetMessageId)}'`)
      const path = `/v1.0/users/${String(story.truth['userId'])}/messages?$filter=${filter}`
      expect((await ask(path)).json['value']).toHaveLength(1)
    }
    for (const row of on('mail.outgoing'))
      expect(String(row['RecipientEmailAddress'])).toBe(String(story.truth['forwardsTo']))
    const hidden = String(story.truth['hidden'])
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
    for (const { kind, see, remove } of await plantedOf(client, story)) {
      expect([kind, await see()]).not.toEqual([kind, undefined])
      expect([200, 204]).toContain(await remove!())
      expect([kind, await see()]).toEqual([kind, undefined])
    }
    await client.send('/_emu/reset', { method: 'POST' })
  })

  it('another seed, size and tenant tell other stories', async () => {
    const truths = [story.truth, ...(await truthsElsewhere('account-takeover'))]
    expect(new Set(truths.map((truth) => String(truth['userId']))).size).toBe(3)
  })
})
