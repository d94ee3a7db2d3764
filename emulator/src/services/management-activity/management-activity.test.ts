import { randomUUID } from 'node:crypto'

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { CONTENT_TYPES } from '#world/audit/content-types.ts'
import { behavior } from '#testing/behavior.ts'
import { clientOf } from '#testing/client.ts'
import { startEmulator } from '#index.ts'
import type { Client, Json } from '#testing/client.ts'
import type { Emulator } from '#index.ts'

let emulator: Emulator
let client: Client

beforeAll(async () => {
  emulator = await startEmulator({ throttle: 'off' })
  client = clientOf(emulator)
})
beforeEach(() => client.send('/_emu/reset', { method: 'POST' }))
afterAll(async () => {
  client.close()
  await emulator.stop()
})

const ask = (path: string, method = 'GET') => client.activity(`${client.feed}${path}`, { method })
const start = (contentType: string) =>
  ask(`/subscriptions/start?contentType=${contentType}&PublisherIdentifier=${client.tenant.id}`, 'POST')
const stop = (contentType: string) => ask(`/subscriptions/stop?contentType=${contentType}`, 'POST')
const codeOf = async (path: string, method = 'GET') => {
  const answer = await ask(path, method)
  return [answer.status, answer.json['error']?.['code']]
}

async function list(contentType: string, window = ''): Promise<{ blobs: Json[]; pages: number }> {
  const blobs: Json[] = []
  let pages = 0
  for (
    let next: string | undefined = `${client.feed}/subscriptions/content?contentType=${contentType}${window}`;
    next;
    pages++
  ) {
    const answer = await client.activity(next)
    expect(answer.status).toBe(200)
    blobs.push(...answer.json)
    next = answer.headers['nextpageuri']
  }
  return { blobs, pages }
}

describe('subscriptions', () => {
  behavior('captured', 'start, are listed, refuse a second start, and stop', async () => {
    expect((await start('Audit.Exchange')).json).toEqual({
      contentType: 'Audit.Exchange',
      status: 'enabled',
      webhook: null,
    })
    const again = await start('audit.exchange')
    expect([again.status, again.json['error']]).toEqual([
      400,
      { code: 'AF20024', message: 'The subscription is already enabled. No property change.' },
    ])
    expect((await ask('/subscriptions/list')).json).toHaveLength(1)
    expect((await stop('Audit.Exchange')).status).toBe(200)
    expect((await ask('/subscriptions/list')).json[0]).toMatchObject({ status: 'disabled' })
    expect(await codeOf('/subscriptions/stop?contentType=Audit.Exchange', 'POST')).toEqual([400, 'AF20022'])
  })

  behavior('inferred', 'refuse a webhook, which nothing here would call', async () => {
    const body = { webhook: { address: 'https://hook.example/feed' } }
    const path = `${client.feed}/subscriptions/start?contentType=Audit.General`
    const answer = await client.activity(path, { method: 'POST', body })
    expect([answer.status, answer.json['error']!['code']]).toEqual([400, 'AF20021'])
    expect((await ask('/subscriptions/list')).json).toEqual([])
  })

  it.each([
    ['/subscriptions/start', 'POST', 400, 'AF20001'],
    ['/subscriptions/start?contentType=Audit.Nothing', 'POST', 400, 'AF20020'],
    ['/subscriptions/content?contentType=Audit.General', 'GET', 400, 'AF20022'],
    ['/subscriptions/notifications?contentType=Audit.General', 'GET', 400, 'AF20022'],
    ['/subscriptions/list?PublisherIdentifier=harbor', 'GET', 400, 'AF20002'],
    ['/audit/nonsense', 'GET', 400, 'AF20052'],
    ['/audit/..%2F..%2Fsubscriptions', 'GET', 400, 'AF20052'],
    [
      '/audit/20200101000000000000001$20200101000000000000001$audit_exchange$Audit_Exchange$emea0027',
      'GET',
      404,
      'AF20051',
    ],
  ])('%s %s is answered with %d %s', async (path, method, status, code) => {
    expect(await codeOf(path, method)).toEqual([status, code])
  })
})

describe('content', () => {
  behavior(
    'documentation',
    'of every type, read page by page and blob by blob, is exactly what the ground truth names',
    async () => {
      await Promise.all(CONTENT_TYPES.map(start))
      const truth = async (contentType: string) =>
        [...(await client.send('/_emu/ground-truth/audit')).json[contentType]!['records']!].map(String)
      for (const contentType of CONTENT_TYPES) {
        const before = await truth(contentType)
        const { blobs, pages } = await list(contentType)
        const after = new Set(await truth(contentType))
        expect(pages).toBe(Math.max(1, Math.ceil(blobs.length / 100)))
        const bodies = await Promise.all(blobs.map((blob) => client.activity(String(blob['contentUri']))))
        const ids = new Set(bodies.flatMap(({ json }) => [...json].map((record) => String(record['Id']))))
        // Live content may arrive between the three questions: the answer lies between the two truths.
        expect(before.filter((id) => !ids.has(id))).toEqual([])
        expect([...ids].filter((id) => !after.has(id))).toEqual([])
      }
    },
    60_000,
  )

  behavior('documentation', 'of a window is what was created in it, start included and end not', async () => {
    await start('Audit.SharePoint')
    const { blobs } = await list('Audit.SharePoint')
    const created = blobs.map((blob) => String(blob['contentCreated']))
    const [from, to] = [created[10]!, created[40]!].map((time) => `${time.slice(0, 19)}`)
    const inside = (await list('Audit.SharePoint', `&startTime=${from}&endTime=${to}`)).blobs
    expect(inside.map((blob) => blob['contentCreated'])).toEqual(created.filter((time) => time >= from! && time < to!))
    expect(Date.parse(String(blobs[0]!['contentExpiration']))).toBeGreaterThan(Date.parse(created[0]!))
  })

  it.each([
    ['one time only', '&startTime=2026-11-20T00:00:00', 'AF20030'],
    ['a time that is none', '&startTime=yesterday&endTime=today', 'AF20030'],
    ['a start nine days back', `&startTime=${day(-9)}&endTime=${day(-8.5)}`, 'AF20055'],
    ['more than a day', `&startTime=${day(-3)}&endTime=${day(-1)}`, 'AF20055'],
    ['an end before the start', `&startTime=${day(-1)}&endTime=${day(-2)}`, 'AF20055'],
    ['a made-up page', '&nextPage=abc', 'AF20031'],
  ])('is refused for %s', async (_, window, code) => {
    await start('Audit.General')
    expect(await codeOf(`/subscriptions/content?contentType=Audit.General${window}`)).toEqual([400, code])
  })

  behavior('documentation', 'keeps coming as the clock goes on, and what came while stopped is lost', async () => {
    await start('Audit.Exchange')
    const before = (await list('Audit.Exchange')).blobs.length
    await advance(600_000)
    const between = (await list('Audit.Exchange')).blobs.length
    expect(between).toBeGreaterThan(before)
    await stop('Audit.Exchange')
    await advance(600_000)
    await start('Audit.Exchange')
    expect((await list('Audit.Exchange')).blobs.length).toBeLessThan(between + 3)
  })

  behavior('documentation', 'tells what a DLP rule matched only to those who may know', async () => {
    await start('DLP.All')
    const { blobs } = await list('DLP.All')
    const uri = String(blobs[0]!['contentUri'])
    expect((await client.activity(uri)).body.toString()).toContain('DetectedValues')
    const made = await client.send('/_emu/applications', { method: 'POST', body: { roles: ['ActivityFeed.Read'] } })
    const token = await client.tokenFor(
      String(made.json['clientId']),
      String(made.json['secret']),
      'https://manage.office.com',
    )
    const answer = await client.send(uri, { headers: { authorization: `Bearer ${token}` } })
    expect(answer.json[0]).toMatchObject({ SensitiveInfoDetectionIsIncluded: false })
    expect(answer.body.toString()).not.toContain('DetectedValues')
  })
})

describe('content of a size that was ordered', () => {
  it('is one blob with that many records of that length', async () => {
    const ordered = { contentType: 'Audit.SharePoint', records: 3000, recordBytes: 4000 }
    expect((await client.send('/_emu/audit-content', { method: 'POST', body: ordered })).status).toBe(204)
    await start('Audit.SharePoint')
    const { blobs } = await list('Audit.SharePoint')
    const answer = await client.activity(String(blobs.at(-1)!['contentUri']))
    expect(answer.body.length).toBeGreaterThan(11_000_000)
    expect(new Set([...answer.json].map((record) => String(record['Id']))).size).toBe(3000)
    const truth = (await client.send('/_emu/ground-truth/audit')).json['Audit.SharePoint']!['records']!
    expect([...truth].map(String)).toContain(String(answer.json[0]!['Id']))
  })

  it('is the same whether it was made ahead or not, and a fault strikes it as well', async () => {
    await start('Audit.Exchange')
    const { blobs } = await list('Audit.Exchange')
    const uri = String(blobs.at(-1)!['contentUri'])
    const before = await client.activity(uri)
    const made = await client.send('/_emu/audit-bodies', { method: 'POST', body: {} })
    expect(Number(made.json['contents'])).toBeGreaterThanOrEqual(blobs.length)
    const after = await client.activity(uri)
    expect(after.body.equals(before.body)).toBe(true)
    expect(after.headers['content-type']).toBe(before.headers['content-type'])
    const rules = [{ match: { path: '/activity/feed/audit/', nth: 1 }, do: { duplicate: true } }]
    await client.send('/_emu/faults', { method: 'POST', body: { rules } })
    expect([...(await client.activity(uri)).json]).toHaveLength([...after.json].length + 1)
    await client.send('/_emu/faults', { method: 'DELETE' })
  })

  it.each([
    { contentType: 'Audit.Nothing', records: 1 },
    { contentType: 'Audit.General', records: 0 },
    { contentType: 'Audit.General', records: 1.5 },
    { contentType: 'Audit.General', records: 1_000_000, recordBytes: 16_000_000 },
  ])('is refused as %o', async (body) => {
    expect((await client.send('/_emu/audit-content', { method: 'POST', body })).status).toBe(400)
  })
})

describe('audit feed', () => {
  behavior('documentation', 'notifications are listed per content type; without a webhook there are none', async () => {
    await start('Audit.General')
    const answer = await ask('/subscriptions/notifications?contentType=Audit.General')
    expect([answer.status, answer.json]).toEqual([200, []])
  })

  behavior('documentation', 'sensitive information types are named in one language', async () => {
    const speak = (language: string) =>
      client.activity(`${client.feed}/resources/dlpSensitiveTypes`, { headers: { 'accept-language': language } })
    const answer = await speak('en-US')
    expect([...answer.json].map((type) => String(type['name']))).toContain('Credit Card Number')
    expect((await speak('nl')).json['error']).toMatchObject({ code: 'AF20053' })
    expect((await speak('en, nl;q=0.5')).json['error']).toMatchObject({ code: 'AF20054' })
  })

  behavior('documentation', 'a webhook that has expired or has no address is refused for that', async () => {
    const path = `${client.feed}/subscriptions/start?contentType=Audit.General`
    const code = async (body: object | string) =>
      String((await client.activity(path, { method: 'POST', body })).json['error']!['code'])
    const address = 'https://hook.example/feed'
    expect(await code({ webhook: { address, expiration: '2020-01-01T00:00:00Z' } })).toBe('AF20003')
    expect(await code({ webhook: { address, expiration: 'soon' } })).toBe('AF20002')
    expect(await code({ webhook: {} })).toBe('AF20001')
    expect(await code('{"webhook"')).toBe('AF20002')
    expect(await code({ webhook: { address, expiration: '' } })).toBe('AF20021')
    expect((await ask('/subscriptions/list')).json).toEqual([])
  })

  behavior(
    'captured',
    'content is listed in the order it became available, not in the order it was created',
    async () => {
      await start('Audit.Exchange')
      await advance(4 * 3_600_000)
      const created = (await list('Audit.Exchange')).blobs.map((blob) => String(blob['contentCreated']))
      expect(created).not.toEqual(created.toSorted())
    },
  )

  behavior(
    'documentation',
    'general content tells of many products, and mail in quarantine under its own id',
    async () => {
      await start('Audit.General')
      const { blobs } = await list('Audit.General')
      const bodies = await Promise.all(blobs.map((blob) => client.activity(String(blob['contentUri']))))
      const records = bodies.flatMap(({ json }) => [...json])
      const types = new Set(records.map((record) => Number(record['RecordType'])))
      for (const type of [25, 28, 30, 40, 45, 64, 65, 66, 83, 261]) expect(types).toContain(type)
      const caught = records.find((record) => Number(record['RecordType']) === 28)!
      expect(caught).toMatchObject({ DetectionType: 'Inline', LatestDeliveryLocation: 'Quarantine', PolicyAction: 5 })
      const investigated = records.find((record) => Number(record['RecordType']) === 64)!
      expect(JSON.parse(String(investigated['Data']))).toMatchObject({
        InvestigationId: investigated['InvestigationId'],
      })
    },
  )
})

describe('permission', () => {
  behavior('inferred', 'is refused without a token, for another tenant, and without ActivityFeed.Read', async () => {
    const nobody = await client.send(`${client.feed}/subscriptions/list`)
    expect([nobody.status, nobody.json]).toEqual([401, { Message: 'Authorization has been denied for this request.' }])
    const other = await client.activity(`/api/v1.0/${randomUUID()}/activity/feed/subscriptions/list`)
    expect(other.json['error']).toMatchObject({ code: 'AF20010' })
    expect((await client.activity('/api/v1.0/harbor/activity/feed/subscriptions/list')).json['error']).toMatchObject({
      code: 'AF20013',
    })
    const auditor = client.tenant.applications[1]!
    const token = await client.tokenFor(auditor.clientId, auditor.secret, 'https://manage.office.com')
    const refused = await client.send(`${client.feed}/subscriptions/list`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect([refused.status, refused.json['error']!['code']]).toEqual([403, 'AF10001'])
  })
})

const advance = (advanceMs: number) => client.send('/_emu/clock', { method: 'POST', body: { advanceMs } })

function day(offset: number): string {
  return new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 19)
}

describe('throttling', () => {
  behavior('third-party code', 'says AF429 within a 403, and not how long to wait', async () => {
    const strict = await startEmulator({ live: 'off', throttle: 2 / 2000 })
    const other = clientOf(strict)
    const answers = [1, 2, 3].map(() => other.activity(`${other.feed}/subscriptions/list`))
    const refused = (await Promise.all(answers)).find(({ status }) => status !== 200)!
    other.close()
    await strict.stop()
    expect([refused.status, refused.json['error']!['code']]).toEqual([403, 'AF429'])
    expect(refused.headers['retry-after']).toBeUndefined()
  })
})
