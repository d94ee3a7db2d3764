import { connect as connectTls } from 'node:tls'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Socket } from 'node:net'

import { describe, expect, it } from 'vitest'

import { cloudOf } from '#testing/cloud-of.ts'

const { emulator, client } = await cloudOf({ live: 'off' })

/** Asks the proxy for a way to a host: its answer, and the socket where there is one. */
function tunnel(target: string): Promise<{ status: number; socket: Socket }> {
  return new Promise((resolve, reject) => {
    const asking = request(emulator.proxyUrl!, { method: 'CONNECT', path: target })
    asking.on('connect', ({ statusCode }, socket) => resolve({ status: statusCode!, socket }))
    asking.on('error', reject)
    asking.end()
  })
}

describe('the proxy', () => {
  it("leads Microsoft's names to the emulator, under a certificate for them", async () => {
    for (const host of ['login.microsoftonline.com', 'graph.microsoft.com', 'manage.office.com']) {
      const { status, socket } = await tunnel(`${host}:443`)
      expect(status).toBe(200)
      const secure = connectTls({ socket, servername: host, ca: readFileSync(emulator.caFile) })
      secure.end(`GET /common/discovery/instance HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
      expect(await text(secure)).toMatch(/^HTTP\/1.1 (200|401|501)/)
    }
  })

  it('refuses every other host and every other port, and journals that somebody asked', async () => {
    const targets = [
      'example.com:443',
      'graph.microsoft.com:80',
      'evil-graph.microsoft.com:443',
      '127.0.0.1:22',
      ':443',
      '',
    ]
    for (const target of targets) {
      const { status, socket } = await tunnel(target === '' ? 'x' : target)
      socket.destroy()
      expect([target, status]).toEqual([target, 403])
    }
    const entries = [...(await client.send('/_emu/journal')).json['entries']!]
    expect(entries.find((entry) => String(entry['url']) === 'example.com:443')).toMatchObject({
      service: 'proxy',
      status: 403,
      note: 'refused: not emulated',
    })
  })

  it('is no ordinary proxy', async () => {
    const status = await new Promise((resolve, reject) => {
      const asking = request(emulator.proxyUrl!, { path: 'http://example.com/' }, ({ statusCode }) =>
        resolve(statusCode),
      )
      asking.on('error', reject)
      asking.end()
    })
    expect(status).toBe(405)
  })
})
