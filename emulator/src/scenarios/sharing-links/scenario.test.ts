import { describe, expect, it } from 'vitest'

import { stageOf, truthsElsewhere } from '#testing/story.ts'
import type { Json } from '#testing/client.ts'

const stage = await stageOf('sharing-links')
const { client, truth, records, operations } = stage

const ofInsider = (name: string) => operations(name).filter((one) => one['UserId'] === truth['userPrincipalName'])
const files = (list: readonly Json[]) => list.map((one) => String(one['SourceFileName'])).sort()
const names = (key: string) => [...truth[key]!].map(String).sort()

describe('sharing links', () => {
  it('each open link is made in the session of the sign-in and used from outside, joined by its id', () => {
    const made = ofInsider('AnonymousLinkCreated')
    expect(files(made)).toEqual(names('sharedWithEverybody'))
    for (const one of made) {
      expect([one['AppAccessContext']!['AADSessionId'], one['Workload']]).toEqual([truth['sessionId'], 'OneDrive'])
      const used = operations('AnonymousLinkUsed').find((each) => each['UniqueSharingId'] === one['UniqueSharingId'])
      expect(used).toMatchObject({ ClientIP: truth['openedFrom'], ObjectId: one['ObjectId'], RecordType: 14 })
    }
    const signIn = records.find(({ surface }) => surface === 'signIn')!.json
    const twin = operations('UserLoggedIn')[0]!
    expect(signIn).toMatchObject({
      id: twin['IntraSystemsId'],
      correlationId: twin['InterSystemsId'],
      sessionId: truth['sessionId'],
    })
  })

  it('files shared with the own address are opened and downloaded by it', () => {
    expect(files(ofInsider('AddedToSecureLink'))).toEqual(names('sharedWithAddress'))
    for (const one of ofInsider('SharingInvitationCreated'))
      expect(one).toMatchObject({ TargetUserOrGroupName: truth['address'], TargetUserOrGroupType: 'Guest' })
    const guest = `urn:spo:guest#${String(truth['address'])}`
    for (const name of ['SecureLinkUsed', 'FileDownloaded'])
      expect(files(operations(name).filter((one) => String(one['UserId']) === guest))).toEqual(
        names('sharedWithAddress'),
      )
  })

  it('the guest is in the directory, was invited in both logs, and can be removed', async () => {
    const inGraph = records.find(({ surface }) => surface === 'directoryAudit')!.json
    const [inFeed] = operations('Invite external user.') as [Json]
    expect(inGraph['correlationId']).toBe(inFeed['InterSystemsId'])
    const ask = await client.withRoles(['User.ReadWrite.All'])
    const path = `/v1.0/users/${String(truth['guestId'])}`
    const shown = await ask(`${path}?$select=id,mail,userType,creationType`)
    expect(shown.json).toMatchObject({ mail: truth['address'], userType: 'Guest', creationType: 'Invitation' })
    expect((await ask(path, { method: 'DELETE' })).status).toBe(204)
    await client.send('/_emu/clock', { method: 'POST', body: { advanceMs: 5000 } })
    expect((await ask(path)).status).toBe(404)
  })

  it('the links went out by mail, and Defender and data loss prevention tell of it', async () => {
    const ask = await client.withRoles(['ThreatHunting.Read.All'])
    const Query = `EmailEvents | where InternetMessageId == "${String(truth['internetMessageId'])}"`
    const found = await ask('/v1.0/security/runHuntingQuery', { method: 'POST', body: { Query } })
    expect([...found.json['results']!]).toMatchObject([
      {
        RecipientEmailAddress: truth['address'],
        EmailDirection: 'Outbound',
        UrlCount: names('sharedWithEverybody').length,
      },
    ])
    const titles = records.filter(({ surface }) => surface.endsWith('lert')).map(({ json }) => String(json['title']))
    expect(titles).toEqual(Array(2).fill('File shared with personal email addresses'))
    expect(operations('DlpRuleMatch')).toHaveLength(1)
  })

  it('a partner and a public leaflet look alike', () => {
    const [partner, leaflet] = [truth['lookAlikes']![0]!, truth['lookAlikes']![1]!]
    const added = operations('AddedToSecureLink').filter((one) => one['UserId'] === partner['userPrincipalName'])
    expect(added).toMatchObject([{ TargetUserOrGroupName: partner['address'], Workload: 'SharePoint' }])
    const made = operations('AnonymousLinkCreated').filter((one) => one['UserId'] === leaflet['userPrincipalName'])
    expect(made).toHaveLength(1)
  })

  it('another seed, size and tenant tell other stories', async () => {
    const truths = [truth, ...(await truthsElsewhere('sharing-links'))]
    expect(new Set(truths.map((each) => String(each['userId']))).size).toBe(3)
  })
})
