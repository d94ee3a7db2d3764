import { describe, expect, it } from 'vitest'

import { stageOf, truthsElsewhere } from '#testing/story.ts'

const stage = await stageOf('mass-download')
const { client, truth, records, operations } = stage

describe('mass download', () => {
  it('the leaver downloads each file of the library once, within half an hour and in one session', () => {
    const mine = operations('FileDownloaded').filter((one) => one['UserId'] === truth['userPrincipalName'])
    expect(mine.map((one) => String(one['SourceFileName'])).sort()).toEqual([...truth['files']!].map(String).sort())
    const times = mine.map((one) => Date.parse(`${String(one['CreationTime'])}Z`))
    expect(Math.max(...times) - Math.min(...times)).toBeLessThan(30 * 60_000)
    expect(new Set(mine.map((one) => one['AppAccessContext']!['AADSessionId']))).toEqual(new Set([truth['sessionId']]))
    expect(mine.reduce((sum, one) => sum + Number(one['FileSizeBytes']), 0)).toBe(truth['bytes'])
  })

  it('the session is that of a sign-in, which both logs tell of', () => {
    const inFeed = operations('UserLoggedIn').find((one) => one['UserId'] === truth['userPrincipalName'])!
    const inGraph = records.find(
      ({ surface, json }) => surface === 'signIn' && json['userId'] === truth['userId'],
    )!.json
    expect(inGraph).toMatchObject({
      id: inFeed['IntraSystemsId'],
      correlationId: inFeed['InterSystemsId'],
      sessionId: truth['sessionId'],
      ipAddress: truth['ip'],
    })
  })

  it('Defender for Cloud Apps and Defender XDR tell of it', () => {
    const alerts = records.filter(({ surface }) => ['cloudApps.alert', 'security.alert'].includes(surface))
    expect(alerts.map(({ json }) => String(json['title']))).toEqual(Array(2).fill('Mass download by a single user'))
    expect(JSON.stringify(alerts.map(({ json }) => json))).toContain(String(truth['userPrincipalName']))
  })

  it('the synchronization of a colleague and the backup look alike by number alone', async () => {
    const synced = operations('FileSyncDownloadedFull')
    expect(synced.length).toBeGreaterThan(100)
    expect(
      new Set(synced.map((one) => `${String(one['Workload'])} ${String(one['UserAgent']).split(' ')[1]!}`)),
    ).toEqual(new Set(['OneDrive SkyDriveSync']))
    const backup = operations('FileDownloaded').filter((one) => one['UserId'] !== truth['userPrincipalName'])
    const signIn = records.find(({ surface }) => surface === 'signIn.servicePrincipal')!.json
    expect(backup.length).toBeGreaterThan(100)
    for (const one of backup)
      expect(one).toMatchObject({
        UserType: 5,
        ApplicationId: signIn['appId'],
        AppAccessContext: { UniqueTokenId: signIn['uniqueTokenIdentifier'] },
      })
  })

  it('the mail to the own address left the company', async () => {
    const ask = await client.withRoles(['ThreatHunting.Read.All', 'Mail.Read'])
    const Query = `EmailEvents | where InternetMessageId == "${String(truth['internetMessageId'])}"`
    const found = await ask('/v1.0/security/runHuntingQuery', { method: 'POST', body: { Query } })
    expect([...found.json['results']!]).toMatchObject([
      { RecipientEmailAddress: truth['sentTo'], EmailDirection: 'Outbound', AttachmentCount: 1 },
    ])
  })

  it('another seed, size and tenant tell other stories', async () => {
    const truths = [truth, ...(await truthsElsewhere('mass-download'))]
    expect(new Set(truths.map((each) => String(each['userId']))).size).toBe(3)
  })
})
