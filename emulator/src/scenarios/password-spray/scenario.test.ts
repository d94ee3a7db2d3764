import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { clientOf } from '#testing/client.ts'
import { plantedOf } from '#testing/planted.ts'
import { startEmulator } from '#index.ts'
import { storyOf, truthsElsewhere } from '#testing/story.ts'
import type { Client } from '#testing/client.ts'
import type { Emulator } from '#index.ts'
import type { Story, StoryRecord } from '#testing/story.ts'

let emulator: Emulator
let client: Client
let story: Story
let records: Map<string, StoryRecord>

beforeAll(async () => {
  emulator = await startEmulator({
    scenarios: ['password-spray'],
    frozen: true,
    live: 'off',
    throttle: 'off',
    consistency: 'strong',
  })
  client = clientOf(emulator)
  story = await storyOf(client, 'password-spray')
  records = await story.records()
})
afterAll(async () => {
  client.close()
  await emulator.stop()
})

const on = (surface: string) => [...records.values()].filter((each) => each.surface === surface).map(({ json }) => json)

const errors = (person: string) =>
  on('signIn')
    .filter((each) => String(each['userPrincipalName']) === person)
    .map((each) => Number(each['status']!['errorCode']))

describe('Password spray', () => {
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

  it('few addresses try many accounts, low and slow, and one try is right', () => {
    const { truth } = story
    const ips = new Set([...truth['ips']!].map(String))
    const tool = on('signIn').filter(
      (each) => ips.has(String(each['ipAddress'])) && String(each['userAgent']).startsWith('python'),
    )
    const codes = Map.groupBy(tool, (each) => Number(each['status']!['errorCode']))
    expect(Object.fromEntries([...codes].map(([code, found]) => [code, found.length]))).toEqual({
      50126: truth['attempts']!['wrong'],
      50053: truth['attempts']!['locked'],
      0: 1,
    })
    expect(new Set(tool.map((each) => String(each['userPrincipalName'])))).toEqual(
      new Set([...truth['accounts']!].map(String)),
    )
    const times = tool.map((each) => Date.parse(String(each['createdDateTime']))).toSorted((a, b) => a - b)
    for (const [i, time] of times.slice(1).entries()) expect(time - times[i]!).toBeGreaterThanOrEqual(360_000)
    expect(codes.get(0)![0]).toMatchObject({
      userPrincipalName: truth['userPrincipalName'],
      authenticationRequirement: 'singleFactorAuthentication',
    })
  })

  it('the detection points at the try that was right', () => {
    const [detection] = on('riskDetection')
    expect(detection).toMatchObject({ riskEventType: 'passwordSpray', userId: story.truth['userId'] })
    expect(records.get(String(detection!['requestId']))!.json).toMatchObject({
      correlationId: detection!['correlationId'],
      ipAddress: story.truth['succeededFrom'],
    })
  })

  it('then a tool for administrators gets tokens for Graph', () => {
    const tokens = on('signIn.nonInteractiveUser')
    expect(tokens.length).toBeGreaterThan(2)
    for (const each of tokens)
      expect(each).toMatchObject({
        resourceDisplayName: 'Microsoft Graph',
        appDisplayName: 'Microsoft Graph Command Line Tools',
        sessionId: story.truth['sessionId'],
      })
  })

  it('one who mistypes and an old telephone look alike, and come from the office', () => {
    const [forgetful, telephone] = [...story.truth['harmless']!].map(String)
    expect(errors(forgetful!).toSorted((a, b) => a - b)).toEqual([0, 50126, 50126, 50126])
    expect(new Set(errors(telephone!))).toEqual(new Set([50126]))
    const ips = [...story.truth['ips']!].map(String)
    const theirs = on('signIn').filter((each) => [forgetful, telephone].includes(String(each['userPrincipalName'])))
    for (const each of theirs) expect(ips).not.toContain(String(each['ipAddress']))
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
    const truths = [story.truth, ...(await truthsElsewhere('password-spray'))]
    expect(new Set(truths.map((truth) => String(truth['userId']))).size).toBe(3)
  })
})
