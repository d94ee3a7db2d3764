import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'

import { POISON, type Receiver, startHttpReceiver } from '#forward/testing/receiver.ts'
import { parseTenantId } from '#domain/ids.ts'
import { type Cordon, startCordon } from '#http/testing/start-cordon.ts'

const TENANT = parseTenantId('11111111-1111-4111-8111-111111111111')!
const OTHER = parseTenantId('22222222-2222-4222-8222-222222222222')!
const LIST = `/tenants/${TENANT}/destinations`
const SECRET = 'VGhlIGtleTpvZiBhIHRlc3Q='
const PATIENCE = { timeout: 200_000, interval: 50 }
vi.setConfig({ testTimeout: 400_000 })

interface Shown {
  id: string
  delivered: number
  deadLetters: number
  isPaused: boolean
  fault?: { code: string; why: string }
  backlog?: { count: number; lagMs: number }
}

let folder: string
let cordon: Cordon
let receiver: Receiver
let intakeKey: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cordon-forward-'))
  await start()
  receiver = await elasticsearchLike()
})
afterAll(async () => {
  await cordon.stop()
  await receiver.close()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  receiver.heal()
  receiver.taken.length = 0
  for (const { id } of await listed()) await cordon.call('DELETE', `${LIST}/${id}`)
})

async function start(): Promise<void> {
  cordon = await startCordon({ folder })
  await cordon.app.tenants.ensure(TENANT, 'Sent on from')
  await cordon.app.tenants.ensure(OTHER, 'Another')
  const made = await cordon.call('POST', `/tenants/${TENANT}/intake-keys`, {
    body: { name: 'test', dataset: 'o365.audit' },
  })
  intakeKey = String(made.body['key'])
}

/** A bulk API that has each id once, and refuses what is marked until it is told otherwise. */
let takesPoison = false
async function elasticsearchLike(): Promise<Receiver> {
  return startHttpReceiver({
    options: (url) => ({ url }),
    secret: SECRET,
    handle({ request, body, taken }) {
      if (request.headers.authorization !== `ApiKey ${SECRET}`) return { status: 401, body: 'unknown key' }
      const lines = body.split('\n').slice(0, -1)
      const items = lines.flatMap((line, n) => {
        if (n % 2 === 0) return []
        const document = JSON.parse(line) as { event: { id: string } }
        if (!takesPoison && line.includes(POISON)) {
          return { create: { status: 400, error: { type: 'mapper_parsing_exception', reason: 'unfit labels' } } }
        }
        taken(document)
        return { create: { status: 201 } }
      })
      return { status: 200, body: { items } }
    },
  })
}

async function listed(): Promise<Shown[]> {
  return (await cordon.call('GET', LIST)).body['destinations'] as Shown[]
}

async function add(changes: Record<string, unknown> = {}): Promise<string> {
  const body = { name: 'SIEM', kind: 'elasticsearch', options: receiver.options, secret: SECRET, ...changes }
  const answer = await cordon.call('POST', LIST, { body })
  expect(answer).toMatchObject({ status: 201 })
  return String(answer.body['id'])
}

const shown = async (id: string) => (await cordon.call('GET', `${LIST}/${id}`)).body as unknown as Shown

let made = 0
/** Pushes records, each like no other; their ids. */
async function push(count: number, more: Record<string, unknown> = {}): Promise<string[]> {
  const records = Array.from({ length: count }, () => ({
    Id: `00000000-0000-4000-8000-${String(++made).padStart(12, '0')}`,
    CreationTime: '2026-11-20T11:00:00',
    RecordType: 8,
    Operation: 'Add user.',
    Workload: 'AzureActiveDirectory',
    UserId: 'ana@contoso.example',
    ...more,
  }))
  const answer = await cordon.call('POST', '/intake', {
    token: intakeKey,
    headers: { 'content-type': 'application/x-ndjson' },
    body: records.map((record) => JSON.stringify(record)).join('\n'),
  })
  expect(answer.body).toMatchObject({ kept: count })
  return records.map(({ Id }) => Id)
}

/** Until the receiver has these events, whatever else. */
async function arrived(ids: readonly string[]): Promise<void> {
  await expect.poll(() => ids.filter((id) => !receiver.documents.has(id)), PATIENCE).toEqual([])
}

test('what is stored already is sent on where it is asked for, and otherwise only what comes', async () => {
  const before = await push(3)
  const all = await add({ from: 'beginning' })
  await arrived(before)
  await cordon.call('DELETE', `${LIST}/${all}`)
  receiver.documents.clear()
  const id = await add()
  const after = await push(5)
  await arrived(after)
  expect(before.filter((each) => receiver.documents.has(each))).toEqual([])
  expect(receiver.documents.get(after[0]!)).toMatchObject({ event: { dataset: 'o365.audit', kind: 'event' } })
  await expect.poll(async () => (await shown(id)).delivered, PATIENCE).toBe(5)
  expect(await shown(id)).toMatchObject({ backlog: { count: 0, lagMs: 0 }, deadLetters: 0 })
  const { text } = await cordon.call('GET', '/metrics')
  expect(text).toContain(`cordon_forward_delivered{tenant="${TENANT}",destination="${id}",name="SIEM"} 5\n`)
})

test('while a destination is down everything waits and is seen to, and then arrives', async () => {
  receiver.strike('down')
  const id = await add()
  const ids = await push(40)
  await expect.poll(async () => (await shown(id)).fault?.code, PATIENCE).toBe('FORWARD_BUSY')
  expect((await shown(id)).fault?.why).toContain('HTTP 503: starting')
  await expect.poll(async () => (await shown(id)).backlog, PATIENCE).toMatchObject({ count: 40 })
  expect((await shown(id)).backlog!.lagMs).toBeGreaterThan(0)
  receiver.heal()
  await arrived(ids)
  await expect.poll(async () => (await shown(id)).fault, PATIENCE).toBeUndefined()
})

test('what is refused is kept with the reason, holds up nothing, and can be sent again', async () => {
  takesPoison = false
  const id = await add()
  const good = await push(4)
  const [bad] = await push(1, { ObjectId: POISON })
  const more = await push(2)
  await arrived([...good, ...more])
  await expect.poll(async () => (await shown(id)).deadLetters, PATIENCE).toBe(1)
  const letters = () => cordon.call('GET', `${LIST}/${id}/dead-letters`)
  expect((await letters()).body['letters']).toMatchObject([
    { id: bad, kind: 'event', dataset: 'o365.audit', reason: expect.stringContaining('unfit labels') },
  ])
  takesPoison = true
  expect((await cordon.call('POST', `${LIST}/${id}/dead-letters/retry`)).body).toEqual({ count: 1 })
  await arrived([bad!])
  await expect.poll(async () => (await shown(id)).deadLetters, PATIENCE).toBe(0)
  expect((await cordon.call('DELETE', `${LIST}/${id}/dead-letters`)).body).toEqual({ count: 0 })
})

test('a filter sends on what fits, and nothing else', async () => {
  await add({ filter: { query: 'user.name : ben*', datasets: ['o365.audit'] } })
  await add({ filter: { datasets: ['azure.auditlogs'] } })
  const others = await push(3)
  const fitting = await push(2, { UserId: 'ben@contoso.example' })
  await arrived(fitting)
  expect(others.filter((each) => receiver.documents.has(each))).toEqual([])
})

test('paused it sends nothing; resumed, or after a restart, it goes on where it was', async () => {
  const id = await add()
  await arrived(await push(2))
  await cordon.call('PATCH', `${LIST}/${id}`, { body: { isPaused: true } })
  const ids = await push(3)
  await cordon.stop()
  await start()
  expect(ids.filter((each) => receiver.documents.has(each))).toEqual([])
  expect(await shown(id)).toMatchObject({ isPaused: true, backlog: { count: 3 } })
  const { body: log } = await cordon.call('GET', `/tenants/${TENANT}/audit?action=destination.change`)
  expect(log['entries']).toMatchObject([{ detail: { id, isPaused: true, before: { isPaused: false } } }])
  await cordon.call('PATCH', `${LIST}/${id}`, { body: { isPaused: false } })
  await arrived([...ids, ...(await push(1))])
  expect(new Set(receiver.taken).size).toBe(receiver.taken.length)
})

test('alerts are sent on as they change', async () => {
  const id = await add({ filter: { events: false, alerts: true } })
  const Parameters = [{ Name: 'DeleteMessage', Value: 'True' }]
  await push(1, { RecordType: 1, Workload: 'Exchange', Operation: 'New-InboxRule', ResultStatus: 'True', Parameters })
  const states = () =>
    [...receiver.documents.values()].flatMap((document) => {
      const { cordon: own, event } = document as { cordon?: { alert: { status: string } }; event: { kind: string } }
      return own ? [`${event.kind} ${own.alert.status}`] : []
    })
  await expect.poll(states, PATIENCE).toEqual(['alert open'])
  const { alerts } = (await cordon.call('GET', `/tenants/${TENANT}/alerts`)).body as { alerts: { id: string }[] }
  await cordon.call('PATCH', `/tenants/${TENANT}/alerts/${alerts[0]!.id}`, {
    body: { status: 'closed', reason: 'a test' },
  })
  await expect.poll(states, PATIENCE).toEqual(['alert open', 'alert closed'])
  expect(await shown(id)).not.toHaveProperty('backlog')
})

test('a test sends one marked event and tells what was answered, good or bad', async () => {
  const id = await add()
  const { body } = await cordon.call('POST', `${LIST}/${id}/test`)
  expect(body).toMatchObject({ ok: true, answer: expect.stringContaining('201') })
  expect(receiver.documents.get(String(body['eventId']))).toMatchObject({ tags: ['cordon-test'] })
  await cordon.call('PATCH', `${LIST}/${id}`, { body: { secret: 'another-key' } })
  expect((await cordon.call('POST', `${LIST}/${id}/test`)).body).toMatchObject({
    ok: false,
    problem: {
      code: 'FORWARD_CREDENTIAL_REFUSED',
      why: expect.stringContaining('unknown key'),
      fix: expect.any(String),
    },
  })
})

test('nobody but an administrator changes where events go, and nobody sees a secret', async () => {
  const id = await add()
  for (const role of ['viewer', 'analyst', 'responder'] as const) {
    const token = await cordon.token(role)
    const seen = await cordon.call('GET', `${LIST}/${id}`, { token })
    expect(seen).toMatchObject({ status: 200, body: { hasSecret: true } })
    expect(seen.text).not.toContain(SECRET)
    for (const [method, path] of [
      ['POST', LIST],
      ['PATCH', `${LIST}/${id}`],
      ['DELETE', `${LIST}/${id}`],
      ['POST', `${LIST}/${id}/test`],
      ['DELETE', `${LIST}/${id}/dead-letters`],
    ] as const) {
      expect(await cordon.call(method, path, { token, body: {} })).toMatchObject({ status: 403 })
    }
  }
  for (const path of ['', '/dead-letters']) {
    const answer = await cordon.call('GET', `/tenants/${OTHER}/destinations/${id}${path}`)
    expect(answer).toMatchObject({ status: 404, body: { code: 'DESTINATION_NOT_FOUND' } })
  }
})

test('a secret does not follow to another address without being given again', async () => {
  const id = await add()
  const options = { url: 'https://elsewhere.example' }
  const refused = await cordon.call('PATCH', `${LIST}/${id}`, { body: { options } })
  expect(refused).toMatchObject({ status: 422, body: { problems: [{ path: 'secret' }] } })
  expect(await cordon.call('PATCH', `${LIST}/${id}`, { body: { options, secret: 'new' } })).toMatchObject({
    status: 200,
  })
})

test('with a new key of the installation the secrets open as before', async () => {
  const id = await add()
  await cordon.app.keys.rotate(cordon.administrator)
  expect((await cordon.call('POST', `${LIST}/${id}/test`)).body).toMatchObject({ ok: true })
})

test.each([
  ['an unknown kind', { kind: 'carrier-pigeon' }, ['kind']],
  ['an address over http', { options: { url: 'http://elastic.example' } }, ['options.url']],
  ['an address and an index', { options: { url: 'x', index: 'Ä' } }, ['options.url', 'options.index']],
  ['a missing secret', { secret: undefined }, ['secret']],
  ['nothing to send', { filter: { events: false } }, ['filter']],
  ['a query that cannot be read', { filter: { query: 'a : (' } }, ['filter.query']],
  ['a setting that there is not', { options: { url: 'https://a.example', colour: 'red' } }, ['options']],
])('refuses %s with every problem at its place', async (_, changes, paths) => {
  const body = { name: 'SIEM', kind: 'elasticsearch', options: receiver.options, secret: SECRET, ...changes }
  const answer = await cordon.call('POST', LIST, { body })
  expect(answer).toMatchObject({ status: 422, body: { code: 'DESTINATION_OPTIONS_INVALID' } })
  const problems = (answer.body['problems'] as { path: string }[]).map(({ path }) => path)
  expect(new Set(problems)).toEqual(new Set(paths))
})
