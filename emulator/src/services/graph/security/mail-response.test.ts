import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { clientOf } from '#testing/client.ts'
import { startEmulator } from '#index.ts'
import type { Client, Json } from '#testing/client.ts'
import type { Emulator } from '#index.ts'

let emulator: Emulator
let client: Client
let ask: Awaited<ReturnType<Client['withRoles']>>
let phish: { networkMessageId: string; internetMessageId: string; recipients: string[]; link: string }

const EMAILS = '/v1.0/security/collaboration/analyzedEmails'
const SUBMISSIONS = '/beta/security/threatSubmission'

beforeAll(async () => {
  emulator = await startEmulator({ throttle: 'off', frozen: true })
  client = clientOf(emulator)
  ask = await client.withRoles(
    ['SecurityAnalyzedMessage.ReadWrite.All', 'ThreatSubmission.ReadWrite.All', 'ThreatHunting.Read.All'].concat([
      'Mail.ReadWrite',
      'SecurityAlert.Read.All',
    ]),
  )
  const { json } = await client.send('/_emu/ground-truth/phish')
  phish = {
    networkMessageId: String(json['networkMessageId']),
    internetMessageId: String(json['internetMessageId']),
    link: String(json['link']),
    recipients: [...json['recipients']!].map(({ userPrincipalName }) => String(userPrincipalName)),
  }
})

afterAll(async () => {
  client.close()
  await emulator.stop()
})

const advance = (advanceMs: number) => client.send('/_emu/clock', { method: 'POST', body: { advanceMs } })

const span = 'startTime=2020-01-01&endTime=2099-01-01'
const find = async (filter: string): Promise<Json[]> => {
  const { status, json } = await ask(`${EMAILS}?${span}&$filter=${encodeURIComponent(filter)}`)
  expect([status, json['error']]).toEqual([200, undefined])
  return [...json['value']!]
}

const remediate = (action: string, analyzedEmails: object[], more: object = {}) =>
  ask(`${EMAILS}/remediate`, {
    method: 'POST',
    body: { displayName: 'SOC 4127', description: 'Clean up', severity: 'medium', action, analyzedEmails, ...more },
  })

const folderOf = async (address: string): Promise<string | undefined> => {
  const filter = encodeURIComponent(`internetMessageId eq '${phish.internetMessageId}'`)
  const { json } = await ask(`/v1.0/users/${address}/messages?$filter=${filter}&$select=parentFolderId`)
  const [message] = [...json['value']!]
  if (!message) return undefined
  const folder = await ask(`/v1.0/users/${address}/mailFolders/${String(message['parentFolderId'])}`)
  return String(folder.json['displayName'])
}

describe('Analyzed e-mails', () => {
  behavior('documentation', 'Both ends of the time are required.', async () => {
    expect((await ask(EMAILS)).status).toBe(400)
    expect((await ask(`${EMAILS}?startTime=2026-01-01`)).status).toBe(400)
    expect((await ask(`${EMAILS}?startTime=2026-02-01&endTime=2026-01-01`)).status).toBe(400)
  })

  behavior(
    'documentation',
    'A message is found by its id, once for each recipient, and in one mailbox by recipient as well.',
    async () => {
      const all = await find(`networkMessageId eq '${phish.networkMessageId}'`)
      expect(all.map((each) => String(each['recipientEmailAddress'])).toSorted()).toEqual(phish.recipients.toSorted())
      const one = await find(
        `networkMessageId eq '${phish.networkMessageId}' and recipientEmailAddress eq '${phish.recipients[0]}'`,
      )
      expect(one.map(({ id }) => id)).toEqual([
        all.find((each) => each['recipientEmailAddress'] === phish.recipients[0])!['id'],
      ])
    },
  )

  behavior('documentation', 'Its id is the report id that hunting gives.', async () => {
    const [email] = await find(
      `networkMessageId eq '${phish.networkMessageId}' and recipientEmailAddress eq '${phish.recipients[1]}'`,
    )
    const Query = `EmailEvents | where NetworkMessageId == '${phish.networkMessageId}' and RecipientEmailAddress == '${phish.recipients[1]}' | project ReportId`
    const { json } = await ask('/v1.0/security/runHuntingQuery', { method: 'POST', body: { Query } })
    expect(json['results']![0]!['ReportId']).toBe(email!['id'])
    const { json: again } = await ask(`${EMAILS}/${String(email!['id'])}`)
    expect(again).toMatchObject({
      id: email!['id'],
      networkMessageId: phish.networkMessageId,
      urls: [{ url: phish.link }],
    })
  })

  it('gives everything once, page by page', async () => {
    const { json } = await ask(`${EMAILS}?${span}&$top=1000&$count=true`)
    const first = [...json['value']!].map(({ id }) => id)
    expect(first.length).toBe(1000)
    const next = (await ask(String(json['@odata.nextLink']))).json
    expect([...next['value']!].some(({ id }) => first.includes(id))).toBe(false)
    expect(next['@odata.count']).toBe(json['@odata.count'])
  })

  behavior(
    'documentation',
    'Remediation is accepted with the address of the Action center, and moves the messages.',
    async () => {
      const [first, second] = phish.recipients as [string, string]
      const [email] = await find(
        `networkMessageId eq '${phish.networkMessageId}' and recipientEmailAddress eq '${first}'`,
      )
      const answer = await remediate('moveToDeletedItems', [
        { id: email!['id'] },
        { networkMessageId: phish.networkMessageId, recipientEmailAddress: second },
      ])
      expect([answer.status, answer.body.length]).toEqual([202, 0])
      expect(answer.headers['location']).toMatch(
        /^https:\/\/security\.microsoft\.com\/action-center\/history\?filters=/,
      )
      expect([await folderOf(first), await folderOf(second)]).toEqual(['Deleted Items', 'Deleted Items'])
      const [after] = await find(
        `networkMessageId eq '${phish.networkMessageId}' and recipientEmailAddress eq '${first}'`,
      )
      expect(after!['latestDelivery']).toMatchObject({ location: 'deletedFolder' })
      expect(after!['originalDelivery']).toMatchObject({ location: 'inbox_folder' })
    },
  )

  behavior('inferred', 'What remediation did can be hunted for some minutes later.', async () => {
    const third = phish.recipients[2]!
    expect(
      (await remediate('softDelete', [{ networkMessageId: phish.networkMessageId, recipientEmailAddress: third }]))
        .status,
    ).toBe(202)
    expect(await folderOf(third)).toBeUndefined()
    await advance(600_000)
    const Query = `EmailPostDeliveryEvents | where RecipientEmailAddress =~ '${third}' | project Action, ActionType`
    const { json } = await ask('/v1.0/security/runHuntingQuery', { method: 'POST', body: { Query } })
    expect(json['results']).toEqual([{ Action: 'Soft delete', ActionType: 'Manual remediation' }])
  })

  behavior('inferred', 'A message that is not there is accepted, and nothing happens.', async () => {
    const answer = await remediate('hardDelete', [
      { networkMessageId: '00000000-0000-4000-8000-000000000000', recipientEmailAddress: phish.recipients[3] },
    ])
    expect(answer.status).toBe(202)
    expect(await folderOf(phish.recipients[3]!)).toBeDefined()
  })

  it('takes the copy of a sender of the company as well', async () => {
    const mail = await find("directionality eq 'intraOrg'")
    const { networkMessageId, recipientEmailAddress, senderDetail } = mail[0]! as Record<string, Json>
    const sender = String(senderDetail!['fromAddress'])
    const target = { networkMessageId: String(networkMessageId), recipientEmailAddress: String(recipientEmailAddress) }
    await remediate('hardDelete', [target], { remediateSendersCopy: true })
    const filter = encodeURIComponent(`internetMessageId eq '${String(mail[0]!['internetMessageId'])}'`)
    for (const address of [sender, target.recipientEmailAddress]) {
      const { json } = await ask(`/v1.0/users/${address}/messages?$filter=${filter}`)
      expect([...json['value']!]).toEqual([])
    }
  })

  behavior('inferred', 'A tenant without Defender for Office 365 Plan 2 is refused.', async () => {
    const { json: snapshot } = await client.send('/_emu/snapshot')
    const change = { type: 'object.put', kind: 'security.defenderPlan', id: 'plan', value: { id: 'plan', plan: 'P1' } }
    const recorded = { ...change, tenant: client.tenant.id, at: Date.now(), number: 0 }
    const changes = [...snapshot['changes']!]
    const body = {
      ...snapshot,
      changes: [...changes, typeof changes[0] === 'string' ? JSON.stringify(recorded) : recorded],
    }
    expect((await client.send('/_emu/snapshot', { method: 'PUT', body })).status).toBeLessThan(300)
    expect((await ask(`${EMAILS}?${span}`)).status).toBe(403)
    const hunt = await ask('/v1.0/security/runHuntingQuery', { method: 'POST', body: { Query: 'EmailEvents | count' } })
    expect(hunt.status).toBe(400)
    await client.send('/_emu/snapshot', { method: 'PUT', body: snapshot })
  })

  it('refuses what it does not understand', async () => {
    const target = { networkMessageId: phish.networkMessageId, recipientEmailAddress: phish.recipients[5] }
    expect((await remediate('burn', [target])).status).toBe(400)
    expect((await remediate('softDelete', [])).status).toBe(400)
    expect((await remediate('softDelete', [{ id: '../users' }])).status).toBe(400)
    expect((await remediate('softDelete', [{}])).status).toBe(400)
    expect((await remediate('softDelete', [target], { severity: 'extreme' })).status).toBe(400)
    expect((await ask(`${EMAILS}/nothing`)).status).toBe(404)
    expect((await ask(`${EMAILS}?${span}&$filter=sizeInBytes%20eq%201`)).status).toBe(400)
    expect((await ask(`${EMAILS}?${span}&$skiptoken=made-up`)).status).toBe(400)
    const reader = await client.withRoles(['SecurityAnalyzedMessage.Read.All'])
    expect((await reader(`${EMAILS}/remediate`, { method: 'POST', body: {} })).status).toBe(403)
  })
})

describe('Threat submissions', () => {
  behavior('documentation', 'A message is submitted by its address and examined step by step.', async () => {
    const address = phish.recipients[6]!
    const filter = encodeURIComponent(`internetMessageId eq '${phish.internetMessageId}'`)
    const { json: found } = await ask(`/v1.0/users/${address}/messages?$filter=${filter}&$select=id`)
    const messageUrl = `https://graph.microsoft.com/beta/users/${address}/messages/${String(found['value']![0]!['id'])}`
    const body = {
      '@odata.type': '#microsoft.graph.emailUrlThreatSubmission',
      category: 'phishing',
      recipientEmailAddress: address,
      messageUrl,
    }
    const made = await ask(`${SUBMISSIONS}/emailThreats`, { method: 'POST', body })
    expect(made.status).toBe(201)
    expect(made.json).toMatchObject({
      status: 'notStarted',
      source: 'administrator',
      contentType: 'email',
      internetMessageId: phish.internetMessageId,
    })
    const one = `${SUBMISSIONS}/emailThreats/${String(made.json['id'])}`
    await advance(60_000)
    expect((await ask(one)).json).toMatchObject({ status: 'running', result: { detail: 'underInvestigation' } })
    await advance(600_000)
    expect((await ask(one)).json).toMatchObject({
      status: 'succeeded',
      result: { category: 'phishing', detectedUrls: [phish.link] },
    })
  })

  behavior(
    'documentation',
    'A message is submitted with its content, a link by its address, a file with its content.',
    async () => {
      const fileContent = Buffer.from(
        'From: a@bad.example\r\nSubject: Hello\r\nMessage-ID: <1@bad.example>\r\n\r\nhttp://bad.example/x\r\n',
      ).toString('base64')
      const mail = await ask(`${SUBMISSIONS}/emailThreats`, {
        method: 'POST',
        body: { category: 'spam', recipientEmailAddress: phish.recipients[0], fileContent },
      })
      expect(mail.json).toMatchObject({
        subject: 'Hello',
        sender: 'a@bad.example',
        internetMessageId: '<1@bad.example>',
      })
      const url = await ask(`${SUBMISSIONS}/urlThreats`, {
        method: 'POST',
        body: { category: 'phishing', webUrl: 'http://bad.example' },
      })
      expect([url.status, url.json['webUrl'], url.json['contentType']]).toEqual([201, 'http://bad.example', 'url'])
      const file = await ask(`${SUBMISSIONS}/fileThreats`, {
        method: 'POST',
        body: { category: 'malware', fileName: 'a.html', fileContent },
      })
      expect([file.status, file.json['fileName']]).toEqual([201, 'a.html'])
      for (const [set, { id }] of [
        ['emailThreats', mail.json],
        ['urlThreats', url.json],
        ['fileThreats', file.json],
      ] as const)
        expect([...(await ask(`${SUBMISSIONS}/${set}`)).json['value']!].map((each) => each['id'])).toContain(id)
    },
  )

  behavior('inferred', 'What users reported is listed as theirs, and agrees with the alert about it.', async () => {
    const filter = encodeURIComponent("source eq 'user'")
    const { json } = await ask(`${SUBMISSIONS}/emailThreats?$filter=${filter}`)
    const [report] = [...json['value']!]
    expect(report).toMatchObject({ source: 'user', category: 'phishing', contentType: 'email' })
    const alerts = await ask(
      `/v1.0/security/alerts_v2?$filter=${encodeURIComponent("serviceSource eq 'microsoftDefenderForOffice365'")}`,
    )
    const ids = [...alerts.json['value']!].flatMap(({ evidence }) => [...evidence!].map((each) => each['submissionId']))
    expect(ids).toContain(report!['id'])
  })

  behavior('documentation', 'v1.0 has no submissions.', async () => {
    expect((await ask('/v1.0/security/threatSubmission/emailThreats')).status).toBe(400)
  })

  it('refuses what is no submission', async () => {
    const post = (set: string, body: object) => ask(`${SUBMISSIONS}/${set}`, { method: 'POST', body })
    expect((await post('urlThreats', { category: 'phishing' })).status).toBe(400)
    expect((await post('urlThreats', { category: 'bad', webUrl: 'http://a.example' })).status).toBe(400)
    expect((await post('emailThreats', { category: 'spam', recipientEmailAddress: 'a@b.example' })).status).toBe(400)
    expect(
      (await post('emailThreats', { category: 'spam', recipientEmailAddress: 'a@b.example', messageUrl: 'x' })).status,
    ).toBe(400)
    expect((await post('fileThreats', { category: 'spam', fileName: 'a', fileContent: '***' })).status).toBe(400)
    expect((await ask(`${SUBMISSIONS}/emailThreats/none`)).status).toBe(404)
    const gone = await post('emailThreats', {
      category: 'spam',
      recipientEmailAddress: 'a@b.example',
      messageUrl: 'https://graph.microsoft.com/beta/users/none/messages/none',
    })
    await advance(600_000)
    expect((await ask(`${SUBMISSIONS}/emailThreats/${String(gone.json['id'])}`)).json).toMatchObject({
      status: 'failed',
      result: { detail: 'messageNotFound' },
    })
  })
})
