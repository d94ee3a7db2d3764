import { inspect } from 'node:util'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'

import { AppError } from '#domain/errors.ts'

import type { BatchPart, MicrosoftRequest } from './microsoft.ts'
import { FAKE_SECRET, FAKE_TENANT, grant, startFakeCloud, type FakeCloud } from './testing/fake-cloud.ts'

const USERS: MicrosoftRequest = {
  api: 'graph',
  path: '/v1.0/users',
  what: 'Could not list users.',
  permission: 'User.Read.All',
}
const FEED = `/api/v1.0/${FAKE_TENANT}/activity/feed`
const CONTENT: MicrosoftRequest = {
  api: 'management-activity',
  path: `${FEED}/subscriptions/content?contentType=Audit.Exchange`,
  what: 'Could not list content.',
  permission: 'ActivityFeed.Read',
}
const TOKEN = `/${FAKE_TENANT}/oauth2/v2.0/token`
const EMPTY = { json: { value: [] } }
const throttled = (headers = {}) => ({
  status: 429,
  headers,
  json: { error: { code: 'TooManyRequests', message: 'Please retry again later.' } },
})

let fake: FakeCloud
beforeEach(async () => {
  fake = await startFakeCloud()
})
afterEach(() => fake.stop())

/** The AppError that `work` ends with; checked to hold no secret and no token however it is printed. */
async function faultOf(work: Promise<unknown>): Promise<AppError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof AppError)) throw new Error(`Expected an AppError, got ${inspect(error)}`)
  const printed = inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error)
  expect(printed).not.toContain(FAKE_SECRET)
  expect(printed).not.toContain(encodeURIComponent(FAKE_SECRET))
  expect(printed).not.toMatch(/eyJ[\w-]{8,}/)
  for (const text of [error.what, error.why, error.fix]) expect(text.length).toBeGreaterThan(15)
  return error
}

async function collect<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const page of pages) all.push(page)
  return all
}

describe('tokens', () => {
  test('one token serves many requests until shortly before it expires', async () => {
    let now = Date.parse('2026-11-20T09:00:00Z')
    const client = fake.client({ clock: { now: () => now } })
    fake.answer('/v1.0/users', EMPTY)
    await Promise.all([client.send(USERS), client.send(USERS), client.send(USERS)])
    expect(fake.tokenRequests).toHaveLength(1)
    now += 54 * 60_000
    await client.send(USERS)
    expect(fake.tokenRequests).toHaveLength(1)
    now += 2 * 60_000
    await client.send(USERS)
    expect(fake.tokenRequests).toHaveLength(2)
  })

  test('each API gets a token of its own', async () => {
    fake.answer('/v1.0/users', EMPTY)
    fake.answer(`${FEED}/subscriptions/content`, { json: [] })
    const client = fake.client()
    await client.send(USERS)
    await client.send(CONTENT)
    const scopes = fake.tokenRequests.map(({ body }) => new URLSearchParams(body).get('scope'))
    expect(scopes).toEqual(['https://graph.microsoft.com/.default', 'https://manage.office.com/.default'])
  })

  test('a refused token is replaced once, and the request sent again', async () => {
    const expired = {
      status: 401,
      json: { error: { code: 'InvalidAuthenticationToken', message: 'The token is expired.' } },
    }
    fake.answer('/v1.0/users', expired, EMPTY)
    await fake.client().send(USERS)
    expect(fake.tokenRequests).toHaveLength(2)
    const [first, second] = fake.requests.map(({ headers }) => headers.authorization)
    expect(first).not.toBe(second)

    fake.answer('/v1.0/users', expired)
    expect(await faultOf(fake.client().send(USERS))).toMatchObject({
      code: 'CONNECT_TOKEN_REFUSED',
      microsoft: { code: 'InvalidAuthenticationToken', status: 401 },
    })
  })

  test('a permission that was consented after the token was issued is found without waiting for its end', async () => {
    let now = Date.parse('2026-11-20T09:00:00Z')
    const client = fake.client({ clock: { now: () => now } })
    fake.answer(TOKEN, grant(), grant(['User.Read.All']))
    const denied = {
      status: 403,
      json: { error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges.' } },
    }
    fake.answer('/v1.0/users', denied, denied, EMPTY)
    await faultOf(client.send(USERS))
    expect(fake.tokenRequests).toHaveLength(1)
    now += 6 * 60_000
    await client.send(USERS)
    expect(fake.tokenRequests).toHaveLength(2)
  })

  test.each([
    [401, 7000215, 'CONNECT_SECRET_WRONG'],
    [401, 7000222, 'CONNECT_SECRET_EXPIRED'],
    [401, 700027, 'CONNECT_CERTIFICATE_REFUSED'],
    [400, 700016, 'CONNECT_APPLICATION_UNKNOWN'],
    [400, 90002, 'CONNECT_TENANT_UNKNOWN'],
    [400, 900023, 'CONNECT_TENANT_UNKNOWN'],
    [400, 53003, 'CONNECT_TOKEN_REFUSED'],
  ])('status %i with AADSTS%i is %s, with the words of Microsoft', async (status, number, code) => {
    const text = `AADSTS${number}: Refused, and you sent ${FAKE_SECRET}. Trace ID: 1f3b`
    fake.answer(TOKEN, {
      status,
      json: { error: 'invalid_client', error_description: text, error_codes: [number], trace_id: '1f3b' },
    })
    const fault = await faultOf(fake.client().send(USERS))
    expect(fault).toMatchObject({
      code,
      microsoft: { service: 'entra', status, code: `AADSTS${number}`, requestId: '1f3b' },
    })
    expect(fault.why).toContain(`AADSTS${number}: Refused`)
  })

  test('something else than JSON from the token endpoint is told as such', async () => {
    fake.answer(TOKEN, { text: '<html>Sign in to the hotel</html>' })
    expect(await faultOf(fake.client().send(USERS))).toMatchObject({ code: 'CONNECT_REPLY_UNREADABLE' })
  })
})

describe('throttling', () => {
  test('waits as long as Retry-After says', async () => {
    fake.answer('/v1.0/users', throttled({ 'retry-after': '17' }), EMPTY)
    const client = fake.client()
    await client.send(USERS)
    expect(client.waits).toEqual([17_000])
  })

  test('without Retry-After the waits grow, and end with an error that may be retried', async () => {
    fake.answer('/v1.0/users', throttled())
    const client = fake.client()
    expect(await faultOf(client.send(USERS))).toMatchObject({ code: 'CONNECT_THROTTLED', retry: 'backoff' })
    expect(client.waits.length).toBeGreaterThan(6)
    client.waits.forEach((ms, index) => {
      const full = Math.min(60_000, 1000 * 2 ** index)
      expect(ms).toBeGreaterThanOrEqual(full / 2)
      expect(ms).toBeLessThanOrEqual(full)
    })
  })

  test('AF429 inside 403 is throttling, not a missing permission', async () => {
    const af429 = { status: 403, json: { error: { code: 'AF429', message: 'Too many requests. Method=GetBlob' } } }
    fake.answer(`${FEED}/subscriptions/content`, af429, af429, { json: [] })
    const client = fake.client()
    await client.send(CONTENT)
    expect(client.waits).toHaveLength(2)
  })

  test('a request that writes is sent again after throttling, as it was not carried out', async () => {
    fake.answer('/v1.0/users/a/messages/m/move', throttled({ 'retry-after': '1' }), { status: 201, json: {} })
    const reply = await fake
      .client()
      .send({ ...USERS, method: 'POST', path: '/v1.0/users/a/messages/m/move', body: {} })
    expect(reply.status).toBe(201)
  })

  test('an abort ends the waiting', async () => {
    fake.answer('/v1.0/users', throttled({ 'retry-after': '1' }))
    const stop = AbortSignal.abort(new Error('stopped'))
    await expect(fake.client().send({ ...USERS, signal: stop })).rejects.toThrow('stopped')
  })
})

describe('lost replies', () => {
  const cut = (_: unknown, response: import('node:http').ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
    response.write('{"value":[', () => response.destroy())
  }

  test('a reply cut short is asked for again', async () => {
    fake.answer('/v1.0/users', cut, EMPTY)
    const client = fake.client()
    expect((await client.send(USERS)).body.toString()).toBe('{"value":[]}')
    expect(client.waits).toHaveLength(1)
  })

  test('a write is not repeated when its reply was lost, unless it is marked repeatable', async () => {
    const path = '/v1.0/users/a/messages/m/move'
    fake.answer(path, cut)
    const client = fake.client()
    const move: MicrosoftRequest = { ...USERS, method: 'POST', path, body: { destinationId: 'deleteditems' } }
    expect(await faultOf(client.send(move))).toMatchObject({ code: 'CONNECT_UNREACHABLE' })
    expect(fake.requests).toHaveLength(1)

    fake.answer(path, cut, { status: 201, json: {} })
    await client.send({ ...move, repeatable: true })
    expect(fake.requests).toHaveLength(3)
  })

  test('a fault of Microsoft that passes is waited out; one that stays keeps its code and request ID', async () => {
    const fault = {
      status: 500,
      headers: { 'request-id': '0e3c' },
      json: { error: { code: 'AF50000', message: 'Internal.' } },
    }
    fake.answer(`${FEED}/subscriptions/content`, fault, { json: [] })
    await fake.client().send(CONTENT)
    fake.answer(`${FEED}/subscriptions/content`, fault)
    expect(await faultOf(fake.client().send(CONTENT))).toMatchObject({
      code: 'CONNECT_UNREACHABLE',
      microsoft: { code: 'AF50000', requestId: '0e3c', service: 'management-activity' },
    })
  })

  test('a service that cannot be reached is named', async () => {
    fake.cloud.login = 'http://127.0.0.1:1'
    const fault = await faultOf(fake.client().send(USERS))
    expect(fault).toMatchObject({ code: 'CONNECT_UNREACHABLE', retry: 'backoff' })
    expect(fault.why).toContain('127.0.0.1:1')
  })
})

describe('refusals', () => {
  test('403 names the permission that the request needs', async () => {
    fake.answer(`${FEED}/subscriptions/content`, {
      status: 403,
      json: {
        error: {
          code: 'AF10001',
          message:
            'The permission set () sent in the request did not include the expected permission ActivityFeed.Read.',
        },
      },
    })
    const fault = await faultOf(fake.client().send(CONTENT))
    expect(fault).toMatchObject({ code: 'CONNECT_PERMISSION_MISSING', microsoft: { code: 'AF10001', status: 403 } })
    expect(fault.fix).toContain('ActivityFeed.Read of Office 365 Management APIs')
    expect(fault.fix).toContain('Grant admin consent')
  })

  test('404 is "not found", another 400 is "refused", both with the words of Microsoft', async () => {
    const client = fake.client()
    fake.answer('/v1.0/users', {
      status: 404,
      json: { error: { code: 'MailboxNotEnabledForRESTAPI', message: 'No mailbox.' } },
    })
    expect(await faultOf(client.send(USERS))).toMatchObject({
      code: 'CONNECT_NOT_FOUND',
      microsoft: { code: 'MailboxNotEnabledForRESTAPI', message: 'No mailbox.' },
    })
    fake.answer('/v1.0/users', { status: 400, json: { error: { code: 'Request_BadRequest', message: 'Bad filter.' } } })
    expect(await faultOf(client.send(USERS))).toMatchObject({ code: 'CONNECT_REQUEST_REFUSED' })
  })

  test('HTML in place of JSON is unreadable, whatever its status', async () => {
    const client = fake.client()
    for (const status of [200, 403]) {
      fake.answer('/v1.0/users', { status, text: '<html>Blocked by the proxy</html>' })
      const fault = await faultOf(client.json(USERS, z.object({ value: z.array(z.unknown()) })))
      expect(fault).toMatchObject({ code: 'CONNECT_REPLY_UNREADABLE' })
    }
  })

  test('a service that quotes the token back does not get it into the error', async () => {
    fake.answer('/v1.0/users', (request, response) => {
      const message = `Bad token ${request.headers.authorization}`
      response.writeHead(400).end(JSON.stringify({ error: { code: 'BadRequest', message } }))
    })
    const fault = await faultOf(fake.client().send(USERS))
    expect(fault.microsoft?.message).toBe('Bad token Bearer [token]')
  })

  test('an API that the cloud lacks is told before anything is sent', async () => {
    delete fake.cloud.apis['management-activity']
    expect(await faultOf(fake.client().send(CONTENT))).toMatchObject({ code: 'CONNECT_REQUEST_REFUSED' })
    expect(fake.tokenRequests).toHaveLength(0)
  })
})

describe('addresses', () => {
  test.each(['https://attacker.example/v1.0/users', 'http://127.0.0.1:1/x', '//attacker.example/x', 'users'])(
    'the token does not leave for %s',
    async (path) => {
      const work = fake.client().send({ ...USERS, path })
      // A path that starts with two slashes stays a path of the cloud's own host, which does not know it.
      const code = path.startsWith('//') ? 'CONNECT_NOT_FOUND' : 'CONNECT_REPLY_UNREADABLE'
      expect(await faultOf(work)).toMatchObject({ code })
    },
  )

  test('every Management Activity call names its publisher, and page addresses are followed verbatim', async () => {
    const next = `${fake.cloud.login}${FEED}/subscriptions/content?contenttype=Audit.Exchange&nextpage=a%2Bb%20c%27`
    fake.answer(
      `${FEED}/subscriptions/content`,
      { json: [{ contentId: '1' }], headers: { NextPageUri: next } },
      { json: [], headers: { NextPageUri: `${next}&second=1` } },
      { json: [{ contentId: '2' }] },
    )
    const pages = await collect(fake.client().pages(CONTENT, z.object({ contentId: z.string() })))
    expect(pages).toEqual([[{ contentId: '1' }], [], [{ contentId: '2' }]])
    const publisher = `PublisherIdentifier=${FAKE_TENANT}`
    expect(fake.requests.map(({ url }) => url)).toEqual([
      `${CONTENT.path}&${publisher}`,
      `${FEED}/subscriptions/content?contenttype=Audit.Exchange&nextpage=a%2Bb%20c%27&${publisher}`,
      `${FEED}/subscriptions/content?contenttype=Audit.Exchange&nextpage=a%2Bb%20c%27&second=1&${publisher}`,
    ])
  })

  test('Graph pages follow @odata.nextLink, over empty pages, and never in a circle', async () => {
    const next = `${fake.cloud.login}/v1.0/users?$skiptoken=x`
    fake.answer('/v1.0/users', { json: { value: [], '@odata.nextLink': next } }, { json: { value: [{ id: 'a' }] } })
    const item = z.object({ id: z.string() })
    expect((await collect(fake.client().pages(USERS, item))).flat()).toEqual([{ id: 'a' }])

    fake.answer('/v1.0/users', { json: { value: [], '@odata.nextLink': next } })
    expect(await faultOf(collect(fake.client().pages(USERS, item)))).toMatchObject({
      code: 'CONNECT_REPLY_UNREADABLE',
    })
  })
})

describe('batches', () => {
  test('any number of parts is sent 20 at a time; a throttled part alone is sent again; order is kept', async () => {
    const tries = new Map<string, number>()
    fake.answer('/v1.0/$batch', (request, response) => {
      const { requests } = JSON.parse(request.body) as { requests: { id: string; url: string }[] }
      const responses = requests.toReversed().map(({ id, url }) => {
        tries.set(url, (tries.get(url) ?? 0) + 1)
        if (url === '/users/7' && tries.get(url) === 1) return { id, status: 429, headers: { 'Retry-After': '3' } }
        if (url === '/users/9') return { id, status: 404, body: { error: { code: 'Request_ResourceNotFound' } } }
        return { id, status: 200, body: { url } }
      })
      response.writeHead(200).end(JSON.stringify({ responses }))
    })
    const parts = Array.from({ length: 45 }, (_, index) => ({ method: 'GET' as const, url: `/users/${index}` }))
    const client = fake.client()
    const replies = await client.batch(parts)
    expect(replies).toHaveLength(45)
    expect(replies[9]).toMatchObject({ status: 404 })
    expect(replies.filter(({ status }) => status === 200).map(({ body }) => (body as { url: string }).url)).toEqual(
      parts.filter((_, index) => index !== 9).map(({ url }) => url),
    )
    expect(fake.requests).toHaveLength(4)
    expect(client.waits).toEqual([3000])
    expect([...tries.values()].reduce((sum, count) => sum + count)).toBe(46)
  })

  type Part = { id: string; url: string; method: string }

  /** Answers every part with 200, and keeps what each batch held. */
  function echo(): string[][] {
    const batches: string[][] = []
    fake.answer('/v1.0/$batch', (request, response) => {
      const { requests } = JSON.parse(request.body) as { requests: Part[] }
      batches.push(requests.map(({ method, url }) => `${method} ${url}`))
      response.end(JSON.stringify({ responses: requests.map(({ id, url }) => ({ id, status: 200, body: { url } })) }))
    })
    return batches
  }

  test('callers of the same moment share batches, and each gets its own replies', async () => {
    const batches = echo()
    const client = fake.client()
    const replies = await Promise.all(
      Array.from({ length: 40 }, (_, i) => client.batch([{ method: 'GET', url: `/users/${i}/messages/1` }])),
    )
    expect(replies.map(([reply]) => reply!.body)).toEqual(
      Array.from({ length: 40 }, (_, i) => ({ url: `/users/${i}/messages/1` })),
    )
    expect(batches.map((batch) => batch.length)).toEqual([20, 20])
  })

  test('what may not be sent twice never shares a batch with what may', async () => {
    const batches = echo()
    const client = fake.client()
    const send = (part: BatchPart) => client.batch([part])
    await Promise.all([
      send({ method: 'GET', url: '/users/1' }),
      send({ method: 'POST', url: '/users/2/messages/1/copy', body: {} }),
      send({ method: 'POST', url: '/users/3/messages/1/move', body: {}, repeatable: true }),
    ])
    expect(batches.map((batch) => batch.join(', ')).sort()).toEqual([
      'GET /users/1, POST /users/3/messages/1/move',
      'POST /users/2/messages/1/copy',
    ])
  })

  test('two callers never ask the same mailbox at the same time', async () => {
    let [running, most] = [0, 0]
    fake.answer('/v1.0/$batch', (request, response) => {
      const { requests } = JSON.parse(request.body) as { requests: Part[] }
      most = Math.max(most, ++running)
      setImmediate(() => {
        running--
        response.end(JSON.stringify({ responses: requests.map(({ id }) => ({ id, status: 200 })) }))
      })
    })
    const client = fake.client()
    const parts = Array.from({ length: 3 }, (_, i) => ({ method: 'GET' as const, url: `/users/Ana/messages/${i}` }))
    await Promise.all([client.batch(parts), client.batch(parts), client.batch(parts)])
    expect(most).toBe(1)
    expect(fake.requests).toHaveLength(3)
  })

  test('a caller that gives up before its turn is not sent', async () => {
    const batches = echo()
    const client = fake.client()
    const giveUp = new AbortController()
    const given = client.batch([{ method: 'GET', url: '/users/1' }], giveUp.signal)
    giveUp.abort(new Error('No longer wanted.'))
    await expect(given).rejects.toThrow('No longer wanted.')
    await client.batch([{ method: 'GET', url: '/users/2' }])
    expect(batches).toEqual([['GET /users/2']])
  })
})

test('granted roles come from a token made for the question', async () => {
  fake.answer(TOKEN, grant(['Mail.Read']), grant(['Mail.Read', 'User.Read.All']), grant())
  const client = fake.client()
  expect(await client.grantedRoles('graph')).toEqual(['Mail.Read'])
  expect(await client.grantedRoles('graph')).toEqual(['Mail.Read', 'User.Read.All'])
  expect(await client.grantedRoles('graph')).toEqual([])
})
