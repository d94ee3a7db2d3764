import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { TokenKeys } from '#token-keys.ts'
import { amqpClient } from '#testing/amqp-client.ts'
import { behavior } from '#testing/behavior.ts'
import { createWorld } from '#world/world.ts'
import { openCloud } from '#cloud.ts'
import { serverCertificates } from '#http/certificates.ts'
import type { Cloud } from '#cloud.ts'

import { openEventHubs } from './event-hubs.ts'
import type { EventHubs } from './event-hubs.ts'

let hubs: EventHubs
let cloud: Cloud
const folder = mkdtempSync(join(tmpdir(), 'm365-emulator-'))
const PATIENCE = 400

beforeAll(async () => {
  const epoch = Date.parse('2026-11-20T12:00:00Z')
  const birth = { seed: 42, organization: 'small', epoch, tenants: 1, frozen: true, scenarios: [] } as const
  const world = createWorld(42, epoch, 'small')
  cloud = openCloud(folder, birth, [{ world, applications: [], live: 'off' }])
  const { cert, key } = await serverCertificates(folder, ['localhost'])
  const keys = await TokenKeys.open(folder)
  hubs = await openEventHubs({ cloud, keys, cert, key, amqpPort: 0, amqpsPort: 0, patience: PATIENCE })
})

afterAll(async () => {
  await hubs.close()
  cloud.close()
  rmSync(folder, { recursive: true, force: true })
})

const open = () => amqpClient({ way: 'plain', port: hubs.amqpPort, hostname: hubs.namespaces[0]!.namespace })

describe('Event Hubs: connections', () => {
  behavior('captured', 'a connection on which nothing is open for long is closed by force', async () => {
    const { connection } = await open()
    await new Promise((resolve) => connection.once('connection_error', resolve))
    const { condition, description } = connection.error as { condition: string; description: string }
    expect(condition).toBe('amqp:connection:forced')
    expect(description).toContain(`inactive for more than the allowed ${PATIENCE} milliseconds`)
  })

  it('whatever bytes come, only their own connection suffers', async () => {
    const amqp = Buffer.from('AMQP\x00\x01\x00\x00', 'latin1')
    const frames = [
      Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
      Buffer.from([0, 0, 0, 0]),
      Buffer.concat([amqp, Buffer.from([0, 0, 0, 0, 0, 0, 0, 0])]),
      Buffer.concat([amqp, Buffer.from([0, 0, 0, 8, 1, 0, 0, 0])]),
      Buffer.concat([amqp, Buffer.from([0, 0, 0, 12, 2, 0, 0, 0, 0x00, 0x53, 0x99, 0x45])]),
      Buffer.concat([amqp, Buffer.from([0, 0, 0, 12, 2, 0, 0, 0, 0x00, 0x53, 0x12, 0x45])]),
    ]
    for (const bytes of frames) {
      const socket = connect(hubs.amqpPort, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.end(bytes)
      socket.resume()
      await once(socket, 'close')
    }
    const { connection } = await open()
    expect(connection.is_open()).toBe(true)
    connection.close()
  })

  it('a frame that is announced larger than allowed is not waited for', async () => {
    const socket = connect(hubs.amqpPort, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(Buffer.from('AMQP\x00\x01\x00\x00', 'latin1'))
    const name = Buffer.from('big')
    const body = Buffer.concat([Buffer.from([0x00, 0x53, 0x10, 0xc0, name.length + 3, 1, 0xa1, name.length]), name])
    const head = Buffer.from([0, 0, 0, body.length + 8, 2, 0, 0, 0])
    socket.write(Buffer.concat([head, body, Buffer.from([0x7f, 0xff, 0xff, 0xff, 2, 0, 0, 0])]))
    socket.resume()
    await once(socket, 'close')
    expect(socket.destroyed).toBe(true)
  })
})
