import { createServer } from 'node:net'
import { once } from 'node:events'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { parseTenantId } from '#domain/ids.ts'
import { ROLES, type Role } from '#domain/user.ts'

import type { Route } from './route.ts'
import { ROUTES } from './routes/index.ts'
import { createHttpApp, listen } from './server.ts'
import { ADMINISTRATOR, type Cordon, startCordon } from './testing/start-cordon.ts'

const HERE = parseTenantId('11111111-1111-4111-8111-111111111111')!
const ELSEWHERE = parseTenantId('22222222-2222-4222-8222-222222222222')!

let cordon: Cordon
let eventId: string
let alertId: string
const tokens = {} as Record<Role, string>

beforeAll(async () => {
  cordon = await startCordon()
  for (const role of ROLES) tokens[role] = await cordon.token(role)
  await cordon.app.tenants.ensure(HERE, 'Here')
  await cordon.app.tenants.ensure(ELSEWHERE, 'Elsewhere')
  await report(HERE)
  const { events } = await cordon.app.search.page(HERE, { ...lastHour(), limit: 10 })
  eventId = events[0]!.event.id
  alertId = (await cordon.app.alerts.list(HERE, { limit: 10 }))[0]!.id
})
afterAll(() => cordon.stop())

/** Brings a reported mail in, the way a feed does. */
async function report(tenantId: typeof HERE) {
  const record = {
    Id: crypto.randomUUID(),
    RecordType: 29,
    CreationTime: new Date().toISOString().slice(0, 19),
    Operation: 'UserSubmission',
    Workload: 'SecurityComplianceCenter',
    OrganizationId: tenantId,
    UserId: 'ana@contoso.example',
    Subject: 'Your parcel',
    P2Sender: 'post@parcel.example',
    InternetMessageId: '<1@parcel.example>',
    SubmissionType: 'Phish',
  }
  const source = { tenantId, dataset: 'o365.audit', origin: 'test' }
  return cordon.app.pipeline.commit([cordon.app.pipeline.prepare(source, [JSON.stringify(record)])])
}

const lastHour = () => ({
  from: new Date(Date.now() - 3_600_000).toISOString(),
  to: new Date(Date.now() + 60_000).toISOString(),
})

async function signedIn(): Promise<string> {
  const answer = await cordon.call('POST', '/session', { token: null, body: ADMINISTRATOR })
  return String(answer.headers['set-cookie']).split(';')[0]!
}

const name = ({ method, path }: Route) => `${method.toUpperCase()} ${path}`

describe('sign-in', () => {
  const signIn = (body: object, headers: Record<string, string> = {}) =>
    cordon.call('POST', '/session', { token: null, body, headers })

  test('gives a cookie that scripts cannot read and other sites do not send', async () => {
    const answer = await signIn(ADMINISTRATOR)
    expect(answer.status).toBe(200)
    expect(answer.body['user']).toMatchObject({ name: 'admin', role: 'administrator' })
    expect(String(answer.headers['set-cookie'])).toMatch(/^cordon_session=[\w-]{43}; .*HttpOnly; SameSite=Strict$/)
    expect(answer.text).not.toMatch(/password|hash/i)
  })

  test('a change with the cookie must come from our own pages', async () => {
    const own = { cookie: await signedIn() }
    const remove = (headers: Record<string, string>) =>
      cordon.call('DELETE', '/tokens/none', { token: null, headers: { ...own, ...headers } })
    const host = new URL(cordon.url).host
    const codes = async (...tries: Record<string, string>[]) =>
      Promise.all(tries.map(async (headers) => (await remove(headers)).body['code']))
    expect(
      await codes(
        {},
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
        { 'sec-fetch-site': 'cross-site', origin: `http://${host}` },
        { origin: 'http://evil.example' },
        { origin: 'null' },
      ),
    ).toEqual(Array.from({ length: 6 }, () => 'AUTH_ORIGIN_REFUSED'))
    expect(await codes({ 'sec-fetch-site': 'same-origin' }, { origin: `http://${host}` })).toEqual([
      'AUTH_TOKEN_NOT_FOUND',
      'AUTH_TOKEN_NOT_FOUND',
    ])
  })

  test('another site cannot sign a browser in', async () => {
    expect((await signIn(ADMINISTRATOR, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  })

  test('after signing out the cookie is worth nothing', async () => {
    const headers = { cookie: await signedIn(), 'sec-fetch-site': 'same-origin' }
    expect((await cordon.call('GET', '/session', { token: null, headers })).status).toBe(200)
    expect((await cordon.call('DELETE', '/session', { token: null, headers })).status).toBe(204)
    expect((await cordon.call('GET', '/session', { token: null, headers })).status).toBe(401)
  })

  test('guessing is stopped after five failures, even for the right password', async () => {
    const guess = { name: 'mallory', password: 'guess' }
    for (let count = 0; count < 5; count += 1) expect((await signIn(guess)).body['code']).toBe('AUTH_CREDENTIALS_WRONG')
    const stopped = await signIn(guess)
    expect([stopped.status, stopped.body['code']]).toEqual([429, 'AUTH_RATE_LIMITED'])
    expect(Number(stopped.headers['retry-after'])).toBeGreaterThan(800)
    expect((await signIn(ADMINISTRATOR)).status).toBe(200)
  })

  test('a token is shown once, does not exceed its owner, and ends when it is removed', async () => {
    const body = { name: 'robot', role: 'responder', days: 1 }
    const asAnalyst = await cordon.call('POST', '/tokens', { token: tokens.analyst, body })
    expect([asAnalyst.status, asAnalyst.body['code']]).toEqual([403, 'AUTH_RIGHT_MISSING'])
    const made = await cordon.call('POST', '/tokens', { body })
    const token = String(made.body['token'])
    expect((await cordon.call('GET', '/session', { token })).body['user']).toMatchObject({ role: 'responder' })
    expect((await cordon.call('GET', '/tokens')).text).not.toContain(token)
    await cordon.call('DELETE', `/tokens/${String(made.body['id'])}`)
    expect((await cordon.call('GET', '/session', { token })).status).toBe(401)
  })
})

describe('tenants', () => {
  test('what belongs to one tenant is not found through another', async () => {
    for (const path of [`events/${eventId}`, `alerts/${alertId}`]) {
      expect((await cordon.call('GET', `/tenants/${HERE}/${path}`)).status).toBe(200)
      expect((await cordon.call('GET', `/tenants/${ELSEWHERE}/${path}`)).status).toBe(404)
    }
    const closing = { status: 'closed', reason: 'not mine' }
    expect((await cordon.call('PATCH', `/tenants/${ELSEWHERE}/alerts/${alertId}`, { body: closing })).status).toBe(404)
    const range = new URLSearchParams(lastHour())
    expect((await cordon.call('GET', `/tenants/${ELSEWHERE}/events?${range}`)).body['total']).toBe(0)
    expect((await cordon.call('GET', `/tenants/${HERE}/events?${range}`)).body['total']).toBe(1)
  })

  test('a tenant that does not exist is not found, whoever asks', async () => {
    const answer = await cordon.call('GET', '/tenants/33333333-3333-4333-8333-333333333333/overview')
    expect([answer.status, answer.body['code']]).toEqual([404, 'TENANT_NOT_FOUND'])
  })
})

describe('requests', () => {
  test('all problems of a request are told at once, each with its path', async () => {
    const answer = await cordon.call('GET', `/tenants/${HERE}/events?from=yesterday&limit=0`)
    expect([answer.status, answer.body['code']]).toEqual([400, 'REQUEST_INVALID'])
    const problems = answer.body['problems'] as { path: string }[]
    expect(problems.map(({ path }) => path)).toEqual(['query.from', 'query.to', 'query.limit'])
    expect(answer.headers['content-type']).toBe('application/problem+json')
  })

  test('a query that cannot be parsed says where', async () => {
    const params = new URLSearchParams({ ...lastHour(), query: 'user.name : (ana' })
    const answer = await cordon.call('GET', `/tenants/${HERE}/events?${params}`)
    expect([answer.status, answer.body['code']]).toEqual([400, 'QUERY_SYNTAX_INVALID'])
    expect(answer.body['problems']).toEqual([expect.objectContaining({ position: expect.any(Number) })])
  })

  test('a body that is no JSON, or not called JSON, is refused', async () => {
    const broken = await cordon.call('POST', '/tokens', { body: '{"name":' })
    expect([broken.status, broken.body['code']]).toEqual([400, 'REQUEST_INVALID'])
    const form = await cordon.call('POST', '/tokens', { body: 'name=x', headers: { 'content-type': 'text/plain' } })
    expect([form.status, form.body['code']]).toEqual([400, 'REQUEST_INVALID'])
  })

  test('a body of more than 8 MB is refused', async () => {
    const answer = await cordon.call('POST', '/tokens', {
      body: { name: 'x'.repeat(9_000_000) },
      headers: { connection: 'close' },
    })
    expect([answer.status, answer.body['code']]).toEqual([413, 'REQUEST_TOO_LARGE'])
  })

  test('a route that does not exist answers in the same language', async () => {
    const answer = await cordon.call('GET', '/nothing')
    expect([answer.status, answer.body['code']]).toEqual([404, 'REQUEST_ROUTE_UNKNOWN'])
  })

  test('replies are not stored by anyone, and pages may load only what is ours', async () => {
    const { headers } = await cordon.call('GET', '/session')
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['content-security-policy']).toContain("default-src 'self'")
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['x-frame-options']).toBe('DENY')
  })

  test('a connection to a directory that is no GUID is refused before anything is asked of Microsoft', async () => {
    const body = {
      name: 'Contoso',
      cloud: 'worldwide',
      directoryId: 'contoso.example',
      clientId: crypto.randomUUID(),
      credential: { kind: 'secret', secret: 'hush-hush' },
    }
    const answer = await cordon.call('POST', '/connections', { body })
    expect([answer.status, answer.body['code']]).toEqual([422, 'CONNECT_TENANT_INVALID'])
    expect(answer.text).not.toContain('hush-hush')
    const unknownCloud = await cordon.call('POST', '/connections', {
      body: { ...body, directoryId: HERE, cloud: 'moon' },
    })
    expect([unknownCloud.status, unknownCloud.body['code']]).toEqual([422, 'CONNECT_CLOUD_UNKNOWN'])
  })
})

describe('replies', () => {
  test('an alert shows its evidence, its rule and what to hunt for', async () => {
    const { body } = await cordon.call('GET', `/tenants/${HERE}/alerts/${alertId}`)
    expect(body['suggestedFilter']).toEqual({
      where: { logic: 'and', conditions: [{ field: 'internet-message-id', value: '<1@parcel.example>' }] },
    })
    expect(body['events']).toHaveLength(1)
    expect(body['rule']).toMatchObject({ yaml: expect.stringContaining('detection:') })
    expect(body['alert']).not.toHaveProperty('tenantId')
  })

  test('the overview names the reported mail and its alert', async () => {
    const { body } = await cordon.call('GET', `/tenants/${HERE}/overview`)
    expect(body['reports']).toEqual([
      expect.objectContaining({
        reporter: 'ana@contoso.example',
        subject: 'Your parcel',
        sender: 'post@parcel.example',
        alertId,
      }),
    ])
    expect(body['eventsLast24h']).toBe(1)
  })

  test('the stream tells what happens in its tenant and in no other', async () => {
    const controller = new AbortController()
    const answer = await fetch(`${cordon.url}/api/tenants/${HERE}/stream`, {
      headers: { authorization: `Bearer ${tokens.viewer}` },
      signal: controller.signal,
    })
    const lines = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
    expect((await lines.read()).value).toContain(': connected')
    await report(ELSEWHERE)
    await report(HERE)
    let text = ''
    while (!text.includes('"kind":"alert"')) text += (await lines.read()).value
    expect(text.match(/"kind":"events"/g)).toHaveLength(1)
    expect(text).not.toContain('tenantId')
    controller.abort()
  })

  test('every route is in the OpenAPI document', async () => {
    const { body } = await cordon.call('GET', '/openapi.json')
    const paths = body['paths'] as Record<string, Record<string, unknown>>
    expect(ROUTES.filter(({ method, path }) => !paths[`/api${path}`]?.[method]).map(name)).toEqual([])
  })

  test('anything else is a page of the console', async () => {
    const answer = await fetch(`${cordon.url}/alerts/some-id`)
    expect(answer.headers.get('content-type')).toContain('text/html')
  })
})

test('a port that is taken says so and names another', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  await expect(listen(createHttpApp(cordon.app), { host: '127.0.0.1', port })).rejects.toMatchObject({
    code: 'APP_PORT_TAKEN',
    fix: expect.stringContaining(`CORDON_PORT=${port + 1}`),
  })
  other.close()
})
