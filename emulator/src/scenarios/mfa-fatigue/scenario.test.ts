import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { clientOf } from '#testing/client.ts'
import { plantedOf } from '#testing/planted.ts'
import { startEmulator } from '#index.ts'
import { storyOf, truthsElsewhere } from '#testing/story.ts'
import type { Answer, Ask, Client } from '#testing/client.ts'
import type { Emulator } from '#index.ts'
import type { Story, StoryRecord } from '#testing/story.ts'

let emulator: Emulator
let client: Client
let story: Story
let records: Map<string, StoryRecord>
let ask: (path: string, ask?: Ask) => Promise<Answer>

beforeAll(async () => {
  emulator = await startEmulator({
    scenarios: ['mfa-fatigue'],
    frozen: true,
    live: 'off',
    throttle: 'off',
    consistency: 'strong',
  })
  client = clientOf(emulator)
  story = await storyOf(client, 'mfa-fatigue')
  records = await story.records()
  ask = await client.withRoles(['Directory.Read.All', 'Mail.Read', 'ThreatHunting.Read.All'])
})
afterAll(async () => {
  client.close()
  await emulator.stop()
})

const on = (surface: string) => [...records.values()].filter((each) => each.surface === surface).map(({ json }) => json)

describe('MFA fatigue', () => {
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

  it('prompts are denied one after the other until one is approved', () => {
    const { truth } = story
    const mine = on('signIn')
      .filter(
        (each) => each['sessionId'] === truth['sessionIds']![0] && each['appDisplayName'] !== ('My Signins' as never),
      )
      .toSorted((a, b) => Date.parse(String(a['createdDateTime'])) - Date.parse(String(b['createdDateTime'])))
    const codes = mine.map((each) => Number(each['status']!['errorCode']))
    expect(codes).toEqual([...Array(Number(truth['prompts']!['denied'])).fill(500_121), 0])
    expect(mine[0]!['status']).toMatchObject({ additionalDetails: 'MFA denied; user declined the authentication' })
    expect(mine.at(-1)!['status']).toMatchObject({ additionalDetails: 'MFA completed in Azure AD' })
  })

  it('the second phone is a method of the user, and the directory tells of it', async () => {
    const registered = on('directoryAudit').filter(
      (each) => String(each['activityDisplayName']) === 'User registered security info',
    )
    expect(registered).toHaveLength(2)
    const mine = registered.find((each) => each['targetResources']![0]!['id'] === story.truth['userId'])!
    expect(mine).toMatchObject({ loggedByService: 'Authentication Methods', result: 'success' })
    const twin = on('Audit.AzureActiveDirectory').find(
      (record) => String(record['InterSystemsId']) === String(mine['correlationId']),
    )!
    expect(twin).toMatchObject({ Operation: 'User registered security info.', ActorIpAddress: story.truth['ips']![0] })
  })

  it('the user is at risk, and the alerts are one incident', () => {
    const [detection] = on('riskDetection')
    expect(detection).toMatchObject({ userId: story.truth['userId'], riskLevel: 'high' })
    expect(new Set(on('security.alert').map((each) => String(each['incidentId']))).size).toBe(1)
  })

  it('mail that is read from the new session lies in the mailbox', async () => {
    const [read] = on('Audit.Exchange')
    expect(read).toMatchObject({ SessionId: story.truth['sessionIds']![1], ClientIPAddress: story.truth['ips']![1] })
    for (const id of story.truth['read']!) {
      const filter = encodeURIComponent(`internetMessageId eq '${String(id)}'`)
      const path = `/v1.0/users/${String(story.truth['userId'])}/messages?$filter=${filter}`
      expect((await ask(path)).json['value']).toHaveLength(1)
    }
  })

  it('a prompt denied by mistake and an honest new phone look alike', () => {
    const [clumsy, renewer] = [...story.truth['harmless']!].map(String)
    const codes = on('signIn')
      .filter((each) => String(each['userPrincipalName']) === clumsy)
      .map((each) => Number(each['status']!['errorCode']))
    expect(codes.toSorted((a, b) => a - b)).toEqual([0, 500_121])
    const phones = story.objects.filter(({ kind }) => kind === 'authenticationMethod').map(({ id }) => id.split('/')[0])
    expect(phones).toContain(String(story.truth['userId']))
    expect(on('signIn').some((each) => String(each['userPrincipalName']) === renewer)).toBe(true)
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
    const truths = [story.truth, ...(await truthsElsewhere('mfa-fatigue'))]
    expect(new Set(truths.map((truth) => String(truth['userId']))).size).toBe(3)
  })
})
