import { gzipSync } from 'node:zlib'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { parseTenantId } from '#domain/ids.ts'
import { type Answer, type Cordon, startCordon } from '#http/testing/start-cordon.ts'

const TENANT = parseTenantId('11111111-1111-4111-8111-111111111111')!
const PATH = `/tenants/${TENANT}/intake-keys`

let cordon: Cordon
let key: string
let now = Date.parse('2026-11-20T12:00:00Z')

beforeAll(async () => {
  cordon = await startCordon({ clock: { now: () => now } })
  await cordon.app.tenants.ensure(TENANT, 'Pushed to')
  key = await makeKey()
})
afterAll(() => cordon.stop())

async function makeKey(more: object = {}): Promise<string> {
  const { body } = await cordon.call('POST', PATH, { body: { name: 'proxy', dataset: 'o365.audit', ...more } })
  return String(body['key'])
}

let made = 0
/** A record that is like no other. */
function record(): Record<string, unknown> {
  const CreationTime = '2026-11-20T11:00:00'
  const Id = `00000000-0000-4000-8000-${String(++made).padStart(12, '0')}`
  return {
    Id,
    CreationTime,
    RecordType: 8,
    Operation: 'Add user.',
    Workload: 'AzureActiveDirectory',
    UserId: 'a@contoso.example',
  }
}
const several = (count: number) => Array.from({ length: count }, record)
const lines = (records: object[]) => records.map((each) => JSON.stringify(each)).join('\n')
const all = (kept: number) => ({ read: kept, kept, duplicates: 0, dropped: {}, quarantined: {} })

async function push(body: string | Buffer, headers: Record<string, string> = {}): Promise<Answer> {
  const answer = await fetch(`${cordon.url}/api/intake`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson', ...headers },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  })
  const text = await answer.text()
  return { status: answer.status, headers: {}, text, body: JSON.parse(text) as Record<string, unknown> }
}

test.each([
  ['a line each', () => lines(several(3)), 3],
  ['an array', () => JSON.stringify(several(3), undefined, 2), 3],
  ['one object', () => JSON.stringify(record()), 1],
  ['one object over several lines', () => JSON.stringify(record(), undefined, 2), 1],
  [
    'objects one after another',
    () =>
      several(2)
        .map((each) => JSON.stringify(each, undefined, 1))
        .join(''),
    2,
  ],
  ['an object with an array of its own, which is a record', () => JSON.stringify({ records: [1, 2], ...record() }), 1],
  ['packed', () => gzipSync(lines(several(3))), 3],
  ['nothing in an array', () => '[]', 0],
])('records are taken as %s', async (_, body, count) => {
  expect(await push(body())).toMatchObject({ status: 200, body: all(count) })
})

test('what is pushed again is a duplicate, whatever it comes in', async () => {
  const records = several(4)
  expect((await push(lines(records.slice(0, 3)))).body).toEqual(all(3))
  const again = await push(JSON.stringify(records), { 'x-intake-key': key, authorization: '' })
  expect(again.body).toEqual({ ...all(4), kept: 1, duplicates: 3 })
})

test('a record that cannot be read is quarantined by its step, and holds up no other', async () => {
  const answer = await push(['{"broken"', lines(several(2)), '"Id"', '[1]'].join('\n'))
  expect(answer).toMatchObject({ status: 200, body: { read: 5, kept: 2, duplicates: 0 } })
  const quarantined = answer.body['quarantined'] as Record<string, number>
  expect(Object.values(quarantined).reduce((sum, count) => sum + count)).toBe(3)
  expect(quarantined['parse']).toBe(1)
})

test('a record that says no time is placed where it arrived, and says so', async () => {
  expect((await push('{"Operation":"Without a time","RecordType":8}')).body).toEqual(all(1))
  const range = 'from=2026-11-20T00:00:00Z&to=2026-11-21T00:00:00Z'
  const { body } = await cordon.call('GET', `/tenants/${TENANT}/events?${range}&query=Without`)
  expect(JSON.stringify(body)).toContain('"cordon":{"time_source":"arrival"}')
})

test('lines of text are records where nobody has said what the records are', async () => {
  const text = await makeKey({ dataset: 'http_intake.log' })
  const push2 = (body: string) => push(body, { authorization: `Bearer ${text}` })
  expect((await push2('Nov 20 11:00:00 proxy up\n[2026-11-20 11:00:01] proxy down\n42\n')).body).toEqual(all(3))
  expect((await push2('{"broken"\nplain\n')).body).toMatchObject({ kept: 1, quarantined: { parse: 1 } })
  expect(await push2('\u0000PNG')).toMatchObject({ status: 400, body: { code: 'INTAKE_BODY_UNREADABLE' } })
})

test('a long body is taken as it arrives, and all of it', async () => {
  const answer = await push(lines(several(12_000)))
  expect(answer.body).toEqual(all(12_000))
})

test('a body that breaks off says what became of the records before, and sending it again loses and doubles nothing', async () => {
  const records = several(3)
  const whole = JSON.stringify(records)
  const broken = await push(whole.slice(0, -20))
  expect(broken).toMatchObject({ status: 400, body: { code: 'INTAKE_BODY_UNREADABLE' } })
  expect(broken.body['why']).toContain('2 records before were read: 2 are new')
  expect((await push(whole)).body).toEqual({ ...all(3), kept: 1, duplicates: 2 })
})

test.each([
  ['nothing', '', {}, 'It is empty.'],
  ['no JSON', 'Nov 20 11:00:00 proxy up', {}, 'starts neither with a JSON object'],
  ['damaged packing', Buffer.from([0x1f, 0x8b, 9, 9, 9, 9]), {}, 'gzip'],
  ['another packing', '{}', { 'content-encoding': 'br' }, 'Content-Encoding is br'],
])('a body of %s is refused with the reason', async (_, body, headers, why) => {
  const answer = await push(body, headers)
  expect(answer).toMatchObject({ status: 400, body: { code: 'INTAKE_BODY_UNREADABLE', fix: expect.any(String) } })
  expect(answer.body['why']).toContain(why)
})

test('a body that unpacks to more than is taken is refused, and does not fill the memory', async () => {
  const blanks = gzipSync(`${' '.repeat(2 ** 20 - 1)}\n`)
  const answer = await push(Buffer.concat([gzipSync('{}\n'), ...Array.from({ length: 300 }, () => blanks)]))
  expect(answer).toMatchObject({ status: 413, body: { code: 'REQUEST_TOO_LARGE' } })
})

test('who is still sending when a body is refused hears why', async () => {
  const answer = await push(`[${JSON.stringify(record())}] and more${' '.repeat(12 * 2 ** 20)}`)
  expect(answer).toMatchObject({ status: 400, body: { code: 'INTAKE_BODY_UNREADABLE' } })
  expect(answer.body['why']).toContain('1 records before were read')
})

test('a key is shown once, expires, and is worth nothing when it is removed', async () => {
  const { body } = await cordon.call('POST', PATH, { body: { name: 'short', dataset: 'o365.audit', days: 1 } })
  const short = String(body['key'])
  const listed = await cordon.call('GET', PATH)
  expect(listed.text).toContain('short')
  expect(listed.text).not.toContain(short)
  const use = () => push('[]', { authorization: `Bearer ${short}` })
  expect((await use()).status).toBe(200)
  now += 24 * 3_600_000
  const expired = await use()
  expect([expired.status, expired.body['why']]).toEqual([401, expect.stringContaining('expired on 2026-11-21')])
  now -= 24 * 3_600_000
  expect((await cordon.call('DELETE', `${PATH}/${String(body['id'])}`)).status).toBe(204)
  expect((await use()).status).toBe(401)
  expect((await cordon.call('DELETE', `${PATH}/${String(body['id'])}`)).body['code']).toBe('INTAKE_KEY_NOT_FOUND')
})

test('a dataset that nobody knows is refused when the key is made, with those there are', async () => {
  const answer = await cordon.call('POST', PATH, { body: { name: 'x', dataset: 'moon.dust' } })
  expect(answer).toMatchObject({ status: 422, body: { code: 'DATASET_NAME_UNKNOWN' } })
  expect(answer.body['fix']).toContain('o365.audit')
})
