import { describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { cloudOf } from '#testing/cloud-of.ts'
import type { Json } from '#testing/client.ts'

const EPOCH = Date.parse('2026-11-20T14:00:00Z')
const DAY = 86_400_000

const { emulator, client } = await cloudOf({ epoch: EPOCH, frozen: true, throttle: 'off' })
const ask = await client.withRoles(['ExchangeMessageTrace.Read.All', 'Application.ReadWrite.All'])

const PATH = '/v1.0/admin/exchange/tracing/messageTraces'
const days = (from: number, to: number) =>
  `receivedDateTime ge ${new Date(EPOCH - from * DAY).toISOString()} and receivedDateTime le ${new Date(EPOCH - to * DAY).toISOString()}`
const list = (filter = '', more = '') => ask(`${PATH}?${filter ? `$filter=${encodeURIComponent(filter)}` : ''}${more}`)

async function all(filter: string, more = ''): Promise<Json[]> {
  const found: Json[] = []
  let answer = await list(filter, more)
  for (;;) {
    expect(answer.status).toBe(200)
    found.push(...answer.json['value']!)
    const next = answer.json['@odata.nextLink']
    if (!next) return found
    answer = await ask(String(next))
  }
}

describe('message trace', () => {
  behavior('documentation', 'nobody traces before the service principal of the trace application exists', async () => {
    const answer = await list()
    expect(answer.status).toBe(401)
    expect(String(answer.json['error']!['message'])).toContain(
      'the service principal for App ID 8bd644d1-64a1-4d4b-ae52-2e0cbf64e373 was not found',
    )
    const made = await ask('/v1.0/servicePrincipals', {
      method: 'POST',
      body: { appId: '8bd644d1-64a1-4d4b-ae52-2e0cbf64e373' },
    })
    expect(made.status).toBe(201)
    expect((await list()).status).toBe(200)
  })

  behavior('documentation', 'a trace of two days comes unless asked otherwise, newest first', async () => {
    const [...found] = (await list()).json['value']!
    const times = found.map((row) => String(row['receivedDateTime']))
    expect(times.length).toBeGreaterThan(20)
    expect(times).toEqual(times.toSorted().toReversed())
    expect(Date.parse(times.at(-1)!)).toBeGreaterThanOrEqual(EPOCH - 2 * DAY)
  })

  behavior('documentation', 'pages of any size hold the same rows', async () => {
    const large = await all(days(9, 5), '&$top=5000')
    const small = await all(days(9, 5), '&$top=250')
    const key = (row: Json) => `${String(row['id'])} ${String(row['recipientAddress'])}`
    expect(large.length).toBeGreaterThan(500)
    expect(small.map(key)).toEqual(large.map(key))
    expect(new Set(large.map(key)).size).toBe(large.length)
  })

  behavior(
    'documentation',
    'the trace filters by sender, recipient, message, address, status and words of the subject',
    async () => {
      const rows = await all(days(9.9, 0))
      const some = rows.find((row) => String(row['status']) === 'quarantined')!
      for (const [name, filter] of [
        ['senderAddress', `senderAddress eq '${String(some['senderAddress'])}'`],
        ['recipientAddress', `recipientAddress eq '${String(some['recipientAddress'])}'`],
        ['messageId', `messageId eq '${String(some['messageId'])}'`],
        ['id', `id eq '${String(some['id'])}'`],
        ['fromIP', `fromIP eq '${String(some['fromIP'])}'`],
        ['status', "status eq 'quarantined'"],
      ] as const) {
        const found = await all(`${days(9.9, 0)} and ${filter}`)
        expect(found).toEqual(rows.filter((row) => row[name] === some[name]))
        expect(found.length).toBeGreaterThan(0)
      }
      const invoices = await all(`${days(9.9, 0)} and contains(subject,'invoice')`)
      expect(invoices).toEqual(rows.filter((row) => String(row['subject']).toLowerCase().includes('invoice')))
    },
  )

  behavior('inferred', 'the trace, the mailbox and the phish tell of the same message', async () => {
    const truth = (await client.send('/_emu/ground-truth/phish')).json
    const rows = await all(`${days(1, 0)} and messageId eq '${String(truth['internetMessageId'])}'`)
    expect(rows.map((row) => String(row['recipientAddress'])).toSorted()).toEqual(
      [...truth['recipients']!].map((each) => String(each['userPrincipalName'])).toSorted(),
    )
    expect(rows[0]).toMatchObject({ senderAddress: truth['sender'], subject: truth['subject'], status: 'delivered' })
    const { json } = await ask(
      `${PATH}/${String(rows[0]!['id'])}/getDetailsByRecipient(recipientAddress='${String(rows[0]!['recipientAddress'])}')`,
    )
    const events = [...json['value']!].map((event) => String(event['event']))
    expect(events).toEqual(['Receive', 'Deliver'])
    expect((await ask(`${PATH}/${String(rows[0]!['id'])}`)).json).toMatchObject({ id: rows[0]!['id'] })
  })

  behavior(
    'documentation',
    'mail that a client sends is in the trace some minutes later, for each recipient',
    async () => {
      const sender = emulator.tenants[0]!.domain
      const people = await client.graph('/v1.0/users?$top=2&$select=id,userPrincipalName')
      const [from, colleague] = [...people.json['value']!]
      const to = [String(colleague!['userPrincipalName']), 'office@quayside.example', `nobody.at.all@${sender}`]
      const writer = await client.withRoles(['Mail.Send'])
      const sent = await writer(`/v1.0/users/${String(from!['id'])}/sendMail`, {
        method: 'POST',
        body: {
          message: {
            subject: 'Traced from end to end',
            body: { contentType: 'text', content: 'Hello' },
            toRecipients: to.map((address) => ({ emailAddress: { address } })),
          },
        },
      })
      expect(sent.status).toBe(202)
      const mine = async () =>
        [...(await list()).json['value']!].filter((row) => String(row['subject']) === 'Traced from end to end')
      expect(await mine()).toEqual([])
      await client.send('/_emu/clock', { method: 'POST', body: { advanceMs: 15 * 60_000 } })
      const rows = await mine()
      expect(new Set(rows.map(({ id }) => String(id))).size).toBe(1)
      expect(Object.fromEntries(rows.map((row) => [String(row['recipientAddress']), String(row['status'])]))).toEqual({
        [to[0]!]: 'delivered',
        [to[1]!]: 'delivered',
        [to[2]!]: 'failed',
      })
    },
  )

  it.each([
    'receivedDateTime ge 2026-11-19T00:00:00Z',
    days(11, 0.5),
    days(95, 94),
    days(1, 2),
    "status eq 'vanished'",
    "senderAddress ne 'a@b.example'",
    "contains(senderAddress,'a')",
    "senderAddress eq 'a@b.example' or senderAddress eq 'c@d.example'",
    "senderAddress eq 'a@b.example' and senderAddress eq 'c@d.example'",
    "nothing eq 'x'",
    "subject eq 'x",
  ])('refuses the filter %s with 400', async (filter) => {
    expect((await list(filter)).status).toBe(400)
  })

  it('refuses pages above 5000, made-up tokens, and ids that name nothing', async () => {
    expect((await list('', '$top=5001')).status).toBe(400)
    expect((await list('', '$skiptoken=abc')).status).toBe(400)
    expect((await list('', '$orderby=subject')).status).toBe(400)
    expect((await ask(`${PATH}/nothing`)).status).toBe(404)
    expect((await ask(`${PATH}/nothing/getDetailsByRecipient(recipientAddress='x')`)).status).toBe(404)
    const other = await client.withRoles(['Mail.Read'])
    expect((await other(PATH)).status).toBe(403)
  })
})
