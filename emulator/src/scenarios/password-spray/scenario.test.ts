import { describe, expect, it } from 'vitest'

import { plantedToStay } from '#testing/planted.ts'
import { signInsInOneLog, stageOf, truthsElsewhere } from '#testing/story.ts'

const stage = await stageOf('password-spray')
const { client, story, truth, record, on } = stage

const errors = (person: string) =>
  on('signIn')
    .filter((each) => String(each['userPrincipalName']) === person)
    .map((each) => Number(each['status']!['errorCode']))

describe('Password spray', () => {
  it('every sign-in is in both logs, under the same ids', () => {
    expect(signInsInOneLog(stage)).toEqual([])
  })

  it('few addresses try many accounts, low and slow, and one try is right', () => {
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
    expect(detection).toMatchObject({ riskEventType: 'passwordSpray', userId: truth['userId'] })
    expect(record(String(detection!['requestId']))!).toMatchObject({
      correlationId: detection!['correlationId'],
      ipAddress: truth['succeededFrom'],
    })
  })

  it('then a tool for administrators gets tokens for Graph', () => {
    const tokens = on('signIn.nonInteractiveUser')
    expect(tokens.length).toBeGreaterThan(2)
    for (const each of tokens)
      expect(each).toMatchObject({
        resourceDisplayName: 'Microsoft Graph',
        appDisplayName: 'Microsoft Graph Command Line Tools',
        sessionId: truth['sessionId'],
      })
  })

  it('one who mistypes and an old telephone look alike, and come from the office', () => {
    const [forgetful, telephone] = [...truth['harmless']!].map(String)
    expect(errors(forgetful!).toSorted((a, b) => a - b)).toEqual([0, 50126, 50126, 50126])
    expect(new Set(errors(telephone!))).toEqual(new Set([50126]))
    const ips = [...truth['ips']!].map(String)
    const theirs = on('signIn').filter((each) => [forgetful, telephone].includes(String(each['userPrincipalName'])))
    for (const each of theirs) expect(ips).not.toContain(String(each['ipAddress']))
  })

  it('everything that was planted can be seen and taken away by a client', async () => {
    expect(await plantedToStay(client, story)).toEqual([])
  })

  it('another seed, size and tenant tell other stories', async () => {
    const truths = [truth, ...(await truthsElsewhere('password-spray'))]
    expect(new Set(truths.map((each) => String(each['userId']))).size).toBe(3)
  })
})
