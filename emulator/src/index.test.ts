import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'node:https'
import { connect } from 'node:tls'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { clientOf } from '#testing/client.ts'

import { startEmulator } from './index.ts'
import type { Emulator, EmulatorOptions } from './index.ts'

let folder: string
const running = new Set<{ stop: () => Promise<void> }>()

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'm365-emulator-test-'))
})
afterEach(async () => {
  await Promise.all([...running].map((one) => one.stop()))
  running.clear()
  rmSync(folder, { recursive: true, force: true })
})

async function start(options: EmulatorOptions = {}) {
  const emulator = await startEmulator({ data: folder, ...options })
  const client = clientOf(emulator)
  const stop = async () => {
    if (!running.delete(one)) return
    client.close()
    await emulator.stop()
  }
  const one = { emulator, client, stop }
  running.add(one)
  return one
}

describe('a data folder', () => {
  it('makes a restart go on exactly where it stopped: applications, mail, subscriptions, clock', async () => {
    const first = await start()
    const phish = (await first.client.send('/_emu/ground-truth/phish')).json['recipients']![3]!
    const path = `/v1.0/users/${phish['userId']}/messages/${phish['messageId']}`
    const moved = await first.client.graph(`${path}/move`, { method: 'POST', body: { destinationId: 'deleteditems' } })
    await first.client.activity(`${first.client.feed}/subscriptions/start?contentType=DLP.All`, { method: 'POST' })
    await first.client.send('/_emu/clock', { method: 'POST', body: { advanceMs: 7_200_000 } })
    const users = (await first.client.graph('/v1.0/users')).body.toString().replaceAll(first.emulator.url, '')
    await first.stop()

    const second = await start()
    expect(second.emulator.tenants).toEqual(first.emulator.tenants)
    expect((await second.client.graph('/v1.0/users')).body.toString().replaceAll(second.emulator.url, '')).toBe(users)
    expect((await second.client.graph(path)).status).toBe(404)
    const kept = await second.client.graph(`/v1.0/users/${phish['userId']}/messages/${moved.json['id']}`)
    expect(kept.json['internetMessageId']).toBe(moved.json['internetMessageId'])
    expect((await second.client.activity(`${second.client.feed}/subscriptions/list`)).json).toHaveLength(1)
    const { now } = (await second.client.send('/_emu/health')).json as unknown as { now: string }
    expect(Date.parse(now)).toBeGreaterThan(Date.now() + 7_000_000)
  })

  it('forgets a change that was cut short by a crash, and keeps those before it', async () => {
    const first = await start()
    await first.client.activity(`${first.client.feed}/subscriptions/start?contentType=DLP.All`, { method: 'POST' })
    await first.stop()
    appendFileSync(join(folder, 'changes.jsonl'), '{"type":"subscription.sta')
    const second = await start()
    const { client } = second
    await client.activity(`${client.feed}/subscriptions/start?contentType=Audit.General`, { method: 'POST' })
    await second.stop()
    const third = await start()
    expect((await third.client.activity(`${client.feed}/subscriptions/list`)).json).toHaveLength(2)
  })

  it('keeps secrets from other users of the machine', async () => {
    await start()
    const open = readdirSync(folder).filter((name) => (statSync(join(folder, name)).mode & 0o077) !== 0)
    expect(open.sort()).toEqual(['ca.crt', 'cordon.crt', 'server.crt'])
  })

  it('refuses to be another world than it was', async () => {
    await (await start({ seed: 7 })).stop()
    await expect(start({ seed: 8 })).rejects.toThrow(/made with seed 7, and 8 is asked for now/)
  })
})

describe('two emulators', () => {
  it('with the same seed and epoch give the same users, messages and content, byte for byte', async () => {
    const epoch = Date.now() - 60_000
    const views = await Promise.all(
      [1, 2].map(async () => {
        const emulator = await startEmulator({ seed: 5, epoch, live: 'off' })
        const client = clientOf(emulator)
        running.add({ stop: () => emulator.stop().finally(client.close) })
        return view(emulator, client)
      }),
    )
    expect(views[0]).toEqual(views[1])
    expect(views[0]!.some((text) => text.includes('@odata.nextLink'))).toBe(true)
  })
})

async function view(emulator: Emulator, client: ReturnType<typeof clientOf>): Promise<string[]> {
  const user = (await client.graph('/v1.0/users?$top=1&$select=id')).json['value']![0]!['id']
  await client.activity(`${client.feed}/subscriptions/start?contentType=Audit.General`, { method: 'POST' })
  const listed = await client.activity(`${client.feed}/subscriptions/content?contentType=Audit.General`)
  const bodies = [
    await client.graph('/v1.0/users?$top=200'),
    await client.graph(`/v1.0/users/${user}/messages?$top=50`),
    listed,
    ...(await Promise.all([...listed.json].slice(0, 20).map((blob) => client.activity(String(blob['contentUri']))))),
  ]
  return bodies.map(({ body }) => body.toString().replaceAll(emulator.url, ''))
}

describe('the door', () => {
  it('lets the Host header pick the service and builds every link from it', async () => {
    const { client } = await start({ live: 'off' })
    const graph = await client.graph('/v1.0/users?$top=1', { headers: { host: 'graph.microsoft.com' } })
    expect(graph.json['@odata.nextLink']).toMatch(/^https:\/\/graph\.microsoft\.com\/v1\.0\/users\?/)
    const login = await client.send('/common/discovery/instance', { headers: { host: 'login.microsoftonline.com' } })
    expect(login.json['tenant_discovery_endpoint']).toMatch(/^https:\/\/login\.microsoftonline\.com\//)
    const wrong = await client.activity(`${client.feed}/subscriptions/list`, {
      headers: { host: 'graph.microsoft.com' },
    })
    expect(wrong.json['error']).toHaveProperty('innerError')
  })

  it('holds a certificate for the hosts it serves, signed by its own authority', async () => {
    const { emulator } = await start({ live: 'off' })
    const socket = connect({
      port: Number(new URL(emulator.url).port),
      host: '127.0.0.1',
      servername: 'graph.microsoft.com',
      ca: readFileSync(emulator.caFile),
    })
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
    expect(socket.authorized).toBe(true)
    expect(socket.getPeerCertificate().subjectaltname).toContain('DNS:manage.office.com')
    socket.destroy()
  })

  it('survives bodies too large, broken JSON, broken encoding and broken HTTP, each answered as its service would', async () => {
    const { client, emulator } = await start({ live: 'off' })
    const large = await upload(emulator, '/v1.0/$batch', 100 * 1024 * 1024)
    expect([large.status, JSON.parse(large.body).error.code]).toEqual([413, 'RequestEntityTooLarge'])
    const broken = await client.graph('/v1.0/$batch', { method: 'POST', body: '{"requests":[' })
    expect([broken.status, broken.json['error']!['code']]).toEqual([400, 'BadRequest'])
    expect((await client.activity(`${client.feed}/audit/%E0%A4%A`)).json['error']).toMatchObject({ code: 'AF20002' })
    expect((await client.send('/%ff/oauth2/v2.0/token', { method: 'POST' })).json).toHaveProperty('error_codes')
    expect((await client.send('/nothing/here', { mayBeMissing: true })).status).toBe(501)
    expect(await raw(emulator, 'GET /users with spaces HTTP/9\r\n\r\n')).toMatch(/^HTTP\/1\.1 400/)
    expect(await raw(emulator, 'GET /v1.0/users HTTP/1.1\r\nHost: no host/\r\n\r\n')).toMatch(/^HTTP\/1\.1 401/)
    expect((await client.send('/_emu/health')).status).toBe(200)
  })
})

/** The beginning of the reply to bytes sent as they are. */
function raw(emulator: Emulator, text: string): Promise<string> {
  const port = Number(new URL(emulator.url).port)
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => socket.write(text))
    socket.once('error', reject).once('data', (data: Buffer) => {
      resolve(data.toString())
      socket.destroy()
    })
  })
}

function upload(emulator: Emulator, path: string, size: number): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${emulator.url}${path}`,
      { method: 'POST', ca: readFileSync(emulator.caFile) },
      (incoming) => {
        let body = ''
        incoming.on('data', (chunk: Buffer) => (body += chunk.toString()))
        incoming.on('end', () => resolve({ status: incoming.statusCode!, body }))
      },
    )
    outgoing.on('error', reject)
    const chunk = Buffer.alloc(1024 * 1024, 'a')
    let left = size
    const pump = () => {
      while (left > 0) {
        left -= chunk.length
        if (!outgoing.write(chunk)) {
          outgoing.once('drain', pump)
          return
        }
      }
      outgoing.end()
    }
    pump()
  })
}
