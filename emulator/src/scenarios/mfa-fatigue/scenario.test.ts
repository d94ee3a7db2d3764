import { describe, expect, it } from 'vitest'

import { plantedToStay } from '#testing/planted.ts'
import { signInsInOneLog, stageOf, truthsElsewhere } from '#testing/story.ts'

const stage = await stageOf('mfa-fatigue', ['Directory.Read.All', 'Mail.Read', 'ThreatHunting.Read.All'])
const { client, story, truth, on, ask } = stage

describe('MFA fatigue', () => {
  it('every sign-in is in both logs, under the same ids', () => {
    expect(signInsInOneLog(stage)).toEqual([])
  })

  it('prompts are denied one after the other until one is approved', () => {
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
    const mine = registered.find((each) => each['targetResources']![0]!['id'] === truth['userId'])!
    expect(mine).toMatchObject({ loggedByService: 'Authentication Methods', result: 'success' })
    const twin = on('Audit.AzureActiveDirectory').find(
      (record) => String(record['InterSystemsId']) === String(mine['correlationId']),
    )!
    expect(twin).toMatchObject({ Operation: 'User registered security info.', ActorIpAddress: truth['ips']![0] })
  })

  it('the user is at risk, and the alerts are one incident', () => {
    const [detection] = on('riskDetection')
    expect(detection).toMatchObject({ userId: truth['userId'], riskLevel: 'high' })
    expect(new Set(on('security.alert').map((each) => String(each['incidentId']))).size).toBe(1)
  })

  it('mail that is read from the new session lies in the mailbox', async () => {
    const [read] = on('Audit.Exchange')
    expect(read).toMatchObject({ SessionId: truth['sessionIds']![1], ClientIPAddress: truth['ips']![1] })
    for (const id of truth['read']!) {
      const filter = encodeURIComponent(`internetMessageId eq '${String(id)}'`)
      const path = `/v1.0/users/${String(truth['userId'])}/messages?$filter=${filter}`
      expect((await ask(path)).json['value']).toHaveLength(1)
    }
  })

  it('a prompt denied by mistake and an honest new phone look alike', () => {
    const [clumsy, renewer] = [...truth['harmless']!].map(String)
    const codes = on('signIn')
      .filter((each) => String(each['userPrincipalName']) === clumsy)
      .map((each) => Number(each['status']!['errorCode']))
    expect(codes.toSorted((a, b) => a - b)).toEqual([0, 500_121])
    const phones = story.objects.filter(({ kind }) => kind === 'authenticationMethod').map(({ id }) => id.split('/')[0])
    expect(phones).toContain(String(truth['userId']))
    expect(on('signIn').some((each) => String(each['userPrincipalName']) === renewer)).toBe(true)
  })

  it('everything that was planted can be seen and taken away by a client', async () => {
    expect(await plantedToStay(client, story)).toEqual([])
  })

  it('another seed, size and tenant tell other stories', async () => {
    const truths = [truth, ...(await truthsElsewhere('mfa-fatigue'))]
    expect(new Set(truths.map((each) => String(each['userId']))).size).toBe(3)
  })
})
