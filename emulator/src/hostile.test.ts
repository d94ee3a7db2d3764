import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { tmpdir } from 'node:os'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as fc from 'fast-check'

import { TokenKeys } from '#token-keys.ts'
import { clientOf } from '#testing/client.ts'
import { startEmulator } from '#index.ts'
import type { Client } from '#testing/client.ts'
import type { Emulator } from '#index.ts'

/** What every service must survive: no token, a token that is none, one for another API, an old one, huge bodies, odd paths. */
let emulator: Emulator
let client: Client
let keys: TokenKeys
let tenant: string
const folder = mkdtempSync(join(tmpdir(), 'hostile-'))

beforeAll(async () => {
  emulator = await startEmulator({ live: 'off', throttle: 'off', data: folder })
  client = clientOf(emulator, { judged: false })
  keys = await TokenKeys.open(folder)
  tenant = client.tenant.id
})
afterAll(async () => {
  client.close()
  await emulator.stop()
  rmSync(folder, { recursive: true })
})

interface Target {
  audience: string
  method: 'GET' | 'POST'
  path: () => string
}

const TARGETS: Record<string, Target> = {
  graph: { audience: 'https://graph.microsoft.com', method: 'GET', path: () => '/v1.0/users' },
  'management-activity': {
    audience: 'https://manage.office.com',
    method: 'GET',
    path: () => `/api/v1.0/${tenant}/activity/feed/subscriptions/list`,
  },
  'exchange-admin': {
    audience: 'https://outlook.office365.com',
    method: 'POST',
    path: () => `/adminapi/beta/${tenant}/InvokeCommand`,
  },
  defender: { audience: 'https://api.securitycenter.microsoft.com', method: 'GET', path: () => '/api/machines' },
  'cloud-apps': { audience: '05a65629-4c1b-48c1-a78b-804c4abdd4af', method: 'GET', path: () => '/api/v1/alerts/' },
  azure: {
    audience: 'https://management.azure.com',
    method: 'GET',
    path: () => '/subscriptions?api-version=2022-12-01',
  },
}

const NAMES = Object.keys(TARGETS)

/** A token of ours with these claims. */
const token = (audience: string, exp = Math.floor(Date.now() / 1000) + 600) => {
  const { clientId } = client.tenant.applications[0]!
  return keys.sign({
    aud: audience,
    tid: tenant,
    appid: clientId,
    roles: ['User.Read.All', 'Exchange.ManageAsApp'],
    wids: [],
    exp,
  })
}

const ask = (name: string, authorization: string | undefined, path = TARGETS[name]!.path()) =>
  client.send(path, {
    method: TARGETS[name]!.method,
    ...(authorization === undefined ? {} : { headers: { authorization } }),
    ...(TARGETS[name]!.method === 'POST' ? { body: {} } : {}),
  })

describe.each(NAMES)('%s', (name) => {
  it('answers 401 without a token, to garbage, to a token for another API, and to one that has expired', async () => {
    const { audience } = TARGETS[name]!
    const other = Object.values(TARGETS).find((target) => target.audience !== audience)!.audience
    const [good, wrong, old] = await Promise.all([
      token(audience),
      token(other),
      token(audience, Math.floor(Date.now() / 1000) - 10),
    ])
    const forged = `${good.slice(0, good.lastIndexOf('.'))}.${'A'.repeat(342)}`
    const headers = [
      undefined,
      'Bearer',
      'Bearer x',
      'Basic eDp5',
      `Bearer ${wrong}`,
      `Bearer ${old}`,
      `Bearer ${forged}`,
    ]
    const statuses = await Promise.all(headers.map(async (header) => (await ask(name, header)).status))
    expect(statuses).toEqual(headers.map(() => 401))
    expect((await ask(name, `Bearer ${good}`)).status).not.toBe(401)
  })

  it('refuses a body of a hundred megabytes in its own words, and goes on', async () => {
    const { audience, path } = TARGETS[name]!
    const answer = await upload(path(), await token(audience), 100)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(answer.body.length).toBeLessThan(2000)
    expect((await client.send('/_emu/health')).status).toBe(200)
  })

  it('has no answer of 500 to any path below its own', async () => {
    const bearer = `Bearer ${await token(TARGETS[name]!.audience)}`
    const root = TARGETS[name]!.path().split('?')[0]!
    const segment = fc.oneof(
      fc.constantFrom(
        '..',
        '%2e%2e%2f',
        "('x')",
        '%00',
        '$batch',
        '$count',
        '__proto__',
        'constructor',
        '..%5c',
        '%F0%9F%92%A9',
      ),
      fc.string({ maxLength: 12 }).map((text) => encodeURIComponent(text.toWellFormed())),
    )
    const query = fc.option(
      fc.string({ maxLength: 30 }).map((text) => `$filter=${encodeURIComponent(text.toWellFormed())}`),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { maxLength: 4 }), query, async (segments, filter) => {
        const path = `${[root.replace(/\/$/, ''), ...segments].join('/')}${filter === null ? '' : `?${filter}`}`
        const { status } = await ask(name, bearer, path)
        expect([path, status]).not.toEqual([path, 500])
      }),
      { numRuns: 60 },
    )
  })
})

/** Sends so many megabytes in chunks, without saying how many beforehand. */
function upload(path: string, bearer: string, megabytes: number): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' }
    const sending = request(
      `${emulator.url}${path}`,
      { method: 'POST', headers, rejectUnauthorized: false },
      (answer) => {
        let body = ''
        answer.on('data', (chunk: Buffer) => (body += chunk.toString()))
        answer.on('end', () => resolve({ status: answer.statusCode!, body }))
      },
    )
    sending.on('error', reject)
    const chunk = Buffer.alloc(1024 * 1024, 0x20)
    let left = megabytes
    const next = () => {
      while (left-- > 0) if (!sending.write(chunk)) return void sending.once('drain', next)
      sending.end()
    }
    next()
  })
}
