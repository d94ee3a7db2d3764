import { describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { cloudOf } from '#testing/cloud-of.ts'
import type { Answer, Json } from '#testing/client.ts'

const { client } = await cloudOf({ throttle: 'off', frozen: true })
const hunter = await client.withRoles(['ThreatHunting.Read.All', 'Mail.ReadWrite', 'User.Read.All'])
const truth = (await client.send('/_emu/ground-truth/phish')).json

const hunt = (Query: string, Timespan?: string): Promise<Answer> =>
  hunter('/v1.0/security/runHuntingQuery', { method: 'POST', body: { Query, ...(Timespan ? { Timespan } : {}) } })

const rows = async (query: string, timespan?: string) => {
  const answer = await hunt(query, timespan)
  expect([answer.status, answer.json['error']]).toEqual([200, undefined])
  return answer.json['results'] as unknown as Record<string, unknown>[]
}

const count = async (query: string, timespan?: string) =>
  Number((await rows(`${query} | count`, timespan))[0]!['Count'])

const refusalOf = (answer: Answer) => {
  const error = answer.json['error']!
  return { status: answer.status, code: error['code'], message: error['message'] }
}

const addresses = () => [...truth['recipients']!].map(({ userPrincipalName }) => String(userPrincipalName))
const ofThePhish = () => `where NetworkMessageId == '${String(truth['networkMessageId'])}'`

describe('Advanced hunting', () => {
  behavior('documentation', 'A hunt for a message id finds one row for each recipient.', async () => {
    const found = await rows(`EmailEvents | ${ofThePhish()} | project RecipientEmailAddress, Subject, SenderIPv4`)
    expect(found.map((row) => row['RecipientEmailAddress']).sort()).toEqual(addresses().sort())
    expect(new Set(found.map((row) => row['Subject']))).toEqual(new Set([truth['subject']]))
  })

  behavior('documentation', 'The answer names each column with its .NET type and gives rows as objects.', async () => {
    const { json } = await hunt(
      'EmailEvents | take 1 | project Timestamp, NetworkMessageId, AttachmentCount, EmailClusterId',
    )
    expect(json['schema']).toEqual([
      { name: 'Timestamp', type: 'DateTime' },
      { name: 'NetworkMessageId', type: 'String' },
      { name: 'AttachmentCount', type: 'Int32' },
      { name: 'EmailClusterId', type: 'Int64' },
    ])
    expect(String(json['@odata.context'])).toContain('#microsoft.graph.security.huntingQueryResults')
    expect((json['results'] as unknown as Json[])[0]!['Timestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
  })

  behavior('documentation', 'Names of the parameters are read in any case.', async () => {
    const body = { query: 'EmailEvents | take 2', TIMESPAN: 'P30D' }
    const answer = await hunter('/v1.0/security/runHuntingQuery', { method: 'POST', body })
    expect((answer.json['results'] as unknown as unknown[]).length).toBe(2)
  })

  behavior(
    'documentation',
    'Timespan narrows what is looked through; the narrower of it and the query wins.',
    async () => {
      const all = await count('EmailEvents')
      const week = await count('EmailEvents', 'P7D')
      expect(week).toBeLessThan(all)
      expect(await count('EmailEvents | where Timestamp > ago(7d)', 'P30D')).toBe(week)
      expect(await count('EmailEvents | where Timestamp > ago(30d)', 'P7D')).toBe(week)
      const now = new Date((await client.send('/_emu/health')).json['now'] as unknown as string)
      const start = new Date(now.getTime() - 7 * 86_400_000).toISOString()
      expect(Math.abs((await count('EmailEvents', `${start}/${now.toISOString()}`)) - week)).toBeLessThan(20)
      expect(Math.abs((await count('EmailEvents', `${start}/P7D`)) - week)).toBeLessThan(20)
      expect(Math.abs((await count('EmailEvents', `P7D/${now.toISOString()}`)) - week)).toBeLessThan(20)
    },
  )

  behavior('documentation', 'Nothing older than 30 days is found, whatever is asked for.', async () => {
    expect(await count('EmailEvents | where Timestamp < ago(30d)', 'P90D')).toBe(0)
  })

  behavior('captured', 'An unknown table is refused in the words of Kusto, with what to do after it.', async () => {
    expect(refusalOf(await hunt('DeviceProcessEvents | where FileName == "a"'))).toEqual({
      status: 400,
      code: 'BadRequest',
      message:
        "'where' operator: Failed to resolve table or column expression named 'DeviceProcessEvents'. Fix semantic errors in your query.",
    })
  })

  behavior('captured', 'An unknown column is refused, and the operator is named.', async () => {
    const { status, message } = refusalOf(await hunt('EmailEvents | project Nothing'))
    expect(status).toBe(400)
    expect(message).toMatch(
      /^'project' operator: Failed to resolve .*scalar expression named 'Nothing'\. Fix semantic errors in your query\.$/,
    )
  })

  behavior('captured', 'A query that cannot be read is refused.', async () => {
    expect(refusalOf(await hunt('EmailEvents | nonsense')).message).toBe(
      'Query operator expected.. Fix syntax errors in your query.',
    )
    expect(refusalOf(await hunt('EmailEvents |')).message).toBe(
      'The incomplete fragment is unexpected. Fix syntax errors in your query.',
    )
    expect(refusalOf(await hunt('EmailEvents\n| where == 1')).message).toBe(
      "Query could not be parsed at '==' on line [2,8]. Fix syntax errors in your query.",
    )
  })

  behavior('documentation', 'It needs ThreatHunting.Read.All.', async () => {
    const other = await client.withRoles(['SecurityAlert.ReadWrite.All'])
    const answer = await other('/v1.0/security/runHuntingQuery', { method: 'POST', body: { Query: 'EmailEvents' } })
    expect(answer.status).toBe(403)
  })

  behavior('inferred', 'A delivery of the last minute is not yet in the tables.', async () => {
    const latest = await rows('EmailEvents | summarize max(Timestamp)')
    const now = new Date((await client.send('/_emu/health')).json['now'] as unknown as string).getTime()
    expect(Date.parse(String(latest[0]!['max_Timestamp']))).toBeLessThan(now - 60_000)
  })

  it('joins the links of a message to it', async () => {
    const found = await rows(
      `EmailEvents | ${ofThePhish()} | join kind=inner EmailUrlInfo on NetworkMessageId | summarize dcount(RecipientEmailAddress) by Url`,
    )
    expect(found).toEqual([{ Url: truth['link'], dcount_RecipientEmailAddress: 23 }])
  })

  it('gives attachments with the hash of what the mailbox holds', async () => {
    const [first] = await rows(
      'EmailAttachmentInfo | take 1 | project NetworkMessageId, RecipientEmailAddress, FileName, SHA256, FileSize',
    )
    expect(first!['SHA256']).toMatch(/^[0-9a-f]{64}$/)
    const address = String(first!['RecipientEmailAddress'])
    const query = `EmailEvents | where NetworkMessageId == '${String(first!['NetworkMessageId'])}' and RecipientEmailAddress =~ '${address.toUpperCase()}' | project InternetMessageId, AttachmentCount`
    const [mail] = await rows(query)
    expect(mail!['AttachmentCount']).toBeGreaterThan(0)
  })

  it('finds the same by one mailbox, by the index and by everything', async () => {
    const [address] = addresses()
    const one = await count(`EmailEvents | where RecipientEmailAddress == '${address}'`)
    expect(await count(`EmailEvents | where tolower(RecipientEmailAddress) == '${address}'`)).toBe(one)
    expect(await count(`EmailEvents | ${ofThePhish()}`)).toBe(
      await count(`EmailEvents | where strcat(NetworkMessageId, '') == '${String(truth['networkMessageId'])}'`),
    )
    const week = 'EmailEvents | where Timestamp > ago(1d)'
    expect(await count(week)).toBe(await count('EmailEvents | extend t = Timestamp | where t > ago(1d)'))
  })

  behavior(
    'inferred',
    'What an application does to delivered mail shows up some minutes later, and says where the mail is now.',
    async () => {
      const [address] = addresses()
      const messages = await hunter(
        `/v1.0/users/${address}/messages?$filter=${encodeURIComponent(`internetMessageId eq '${String(truth['internetMessageId'])}'`)}&$select=id`,
      )
      const [message] = messages.json['value']!
      await hunter(`/v1.0/users/${address}/messages/${String(message!['id'])}/permanentDelete`, { method: 'POST' })
      const query = `EmailPostDeliveryEvents | ${ofThePhish()} | project Action, ActionType, ActionTrigger, ActionResult, RecipientEmailAddress`
      expect(await rows(query)).toEqual([])
      await client.send('/_emu/clock', { method: 'POST', body: { advanceMs: 600_000 } })
      expect(await rows(query)).toEqual([
        {
          Action: 'Hard delete',
          ActionType: 'Manual remediation',
          ActionTrigger: 'AdminAction',
          ActionResult: 'Success',
          RecipientEmailAddress: address,
        },
      ])
      const where = await rows(
        `EmailEvents | ${ofThePhish()} | where RecipientEmailAddress == '${address}' | project DeliveryLocation, LatestDeliveryLocation`,
      )
      expect(where).toEqual([{ DeliveryLocation: 'Inbox/folder', LatestDeliveryLocation: 'Deleted items' }])
    },
  )

  it('tells of clicks by people who were sent the link', async () => {
    const clicks = await rows(
      'UrlClickEvents | project Timestamp, Url, AccountUpn, NetworkMessageId, IsClickedThrough | take 5',
    )
    expect(clicks.length).toBe(5)
    for (const { NetworkMessageId, AccountUpn, Url } of clicks) {
      const query = `EmailUrlInfo | where NetworkMessageId == '${String(NetworkMessageId)}' and Url == '${String(Url)}' | join kind=inner (EmailEvents | where RecipientEmailAddress == '${String(AccountUpn)}') on NetworkMessageId`
      expect(await count(query)).toBe(1)
    }
  })

  it('keeps on answering whatever it is sent', async () => {
    const path = '/v1.0/security/runHuntingQuery'
    for (const body of [
      {},
      { Query: 5 },
      { Query: null },
      { Query: 'EmailEvents', Timespan: 7 },
      { Query: 'EmailEvents', Timespan: 'a week' },
      Buffer.from('{'),
      { Query: '('.repeat(100_000) },
      { Query: `print ${'1+'.repeat(200_000)}1` },
      { Query: 'EmailEvents | where Subject matches regex "("' },
    ]) {
      const answer = await hunter(path, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
      expect(answer.status).toBe(400)
    }
    expect(
      (
        await hunter(path, {
          method: 'POST',
          body: { Query: 'EmailEvents | evaluate bag_unpack(Subject)' },
          mayBeMissing: true,
        })
      ).status,
    ).toBe(501)
  })
})
