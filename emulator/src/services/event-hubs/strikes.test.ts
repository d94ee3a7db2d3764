import { createHmac } from 'node:crypto'
import { once } from 'node:events'

import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { AmqpError, EventContext, Receiver } from 'rhea'

import { amqpClient, take } from '#testing/amqp-client.ts'
import { behavior } from '#testing/behavior.ts'
import { cloudOf } from '#testing/cloud-of.ts'
import type { AmqpClient } from '#testing/amqp-client.ts'

const { emulator, client } = await cloudOf({ live: 'off', frozen: true, epoch: Date.parse('2026-11-20T12:00:00Z') })

const place = emulator.eventHubs[0]!
const PARTITION = 'insights-logs-signinlogs/ConsumerGroups/$Default/Partitions/0'
const FROM_START = "amqp.annotation.x-opt-offset > '-1'"

function sign(): string {
  const expiry = Math.floor(Date.now() / 1000) + 3600
  const resource = encodeURIComponent(`sb://${place.namespace}/`)
  const [, key = ''] = /SharedAccessKey=(.+)$/.exec(place.connectionString) ?? []
  const signature = createHmac('sha256', key).update(`${resource}\n${expiry}`).digest('base64')
  return `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}&se=${expiry}&skn=RootManageSharedAccessKey`
}

async function admitted(): Promise<AmqpClient> {
  const amqp = await amqpClient({ way: 'plain', port: place.amqpPort, hostname: place.namespace })
  onTestFinished(() => amqp.connection.close())
  await amqp.putToken(`amqps://${place.namespace}/`, sign())
  return amqp
}

async function reader(amqp: AmqpClient): Promise<Receiver> {
  const { link } = await amqp.reader(PARTITION, FROM_START)
  return link!
}

const rule = (path: string, fault: object, match: object = { times: 1 }) =>
  client.send('/_emu/faults', {
    method: 'POST',
    body: { match: { service: 'event-hubs', path, ...match }, do: fault },
  })

const sequenceOf = ({ message }: EventContext) =>
  (message!['message_annotations'] as { 'x-opt-sequence-number': number })['x-opt-sequence-number']

beforeEach(async () => {
  await client.send('/_emu/faults', { method: 'DELETE' })
})

describe('Event Hubs: faults on demand', () => {
  behavior(
    'captured',
    'a hub that is throttled refuses the link as busy, with its code and the time to wait',
    async () => {
      await rule('Partitions/0', { amqp: { condition: 'com.microsoft:server-busy' } })
      const amqp = await admitted()
      const { error } = await amqp.reader(PARTITION, FROM_START)
      expect(error).toMatchObject({
        condition: 'com.microsoft:server-busy',
        description: expect.stringContaining('Error code : 50002. Please wait 4 seconds and try again.'),
      })
      await take(await reader(amqp), 1)
    },
  )

  behavior('documentation', 'a link is detached by force between two events, and the connection stays', async () => {
    await rule('\\?sequence=2$', { amqp: { condition: 'amqp:link:detach-forced' } })
    const amqp = await admitted()
    const link = await reader(amqp)
    const closed = once(link, 'receiver_error')
    const taken: number[] = []
    link.on('message', (context: EventContext) => taken.push(sequenceOf(context)))
    link.add_credit(10)
    await closed
    expect((link.error as AmqpError).description).toContain('is force detached by the broker')
    expect(taken).toEqual([0, 1])
    expect((await take(await reader(amqp), 3)).map(sequenceOf)).toEqual([0, 1, 2])
  })

  behavior('documentation', 'a connection is closed by force, with all its links', async () => {
    await rule('\\?sequence=1$', { amqp: { condition: 'amqp:connection:forced', closes: 'connection' } })
    const amqp = await admitted()
    const link = await reader(amqp)
    const closed = once(amqp.connection, 'connection_error')
    link.add_credit(10)
    await closed
    expect((amqp.connection.error as AmqpError).condition).toBe('amqp:connection:forced')
  })

  behavior(
    'documentation',
    'a token that has expired is told as unauthorized, on the link and when it is put',
    async () => {
      await rule('Partitions/0', { amqp: { condition: 'amqp:unauthorized-access' } })
      const amqp = await admitted()
      const { error } = await amqp.reader(PARTITION, FROM_START)
      expect(error).toMatchObject({
        condition: 'amqp:unauthorized-access',
        description: expect.stringMatching(/^ExpiredToken: /),
      })
      await rule('^/\\$cbs', { amqp: { condition: 'amqp:unauthorized-access' } })
      expect((await amqp.putToken(`amqps://${place.namespace}/`, sign())).status).toBe(401)
    },
  )

  it.each([
    ['reset', { reset: true }],
    ['torn in the middle of a frame', { truncate: true }],
  ])('a connection is %s before an event', async (_, fault) => {
    await rule('\\?sequence=1$', fault)
    const amqp = await admitted()
    const link = await reader(amqp)
    const gone = once(amqp.connection, 'disconnected')
    link.add_credit(10)
    await gone
    expect((await take(await reader(await admitted()), 2)).map(sequenceOf)).toEqual([0, 1])
  })

  it('an event is delivered twice', async () => {
    await rule('\\?sequence=1$', { duplicate: true })
    expect((await take(await reader(await admitted()), 4)).map(sequenceOf)).toEqual([0, 1, 1, 2])
  })

  it('an event is held back, and none overtakes it', async () => {
    await rule('\\?sequence=1$', { delayMs: 50 })
    expect((await take(await reader(await admitted()), 3)).map(sequenceOf)).toEqual([0, 1, 2])
  })

  it('a request is refused with the status of the condition, or never answered', async () => {
    const amqp = await admitted()
    const asked = {
      operation: 'READ',
      type: 'com.microsoft:partition',
      name: 'insights-logs-signinlogs',
      partition: '1',
    }
    await rule('partition=1$', { amqp: { condition: 'com.microsoft:server-busy' } })
    expect(await amqp.request('$management', asked)).toMatchObject({
      status: 503,
      condition: 'com.microsoft:server-busy',
    })
    await rule('partition=1$', { dropAfterCommit: true })
    const gone = once(amqp.connection, 'disconnected')
    amqp.request('$management', asked).catch(() => undefined)
    await gone
  })

  it('a rule of another service strikes nothing, and one that cannot be is refused', async () => {
    await rule('Partitions/0', { reset: true }, { service: 'graph' })
    await take(await reader(await admitted()), 2)
    const { json } = await client.send('/_emu/faults')
    expect(json['rules']).toMatchObject([{ struck: 0 }])
    for (const amqp of [{ condition: 'busy' }, { condition: 'amqp:not-found', closes: 'shop' }, 'amqp:not-found'])
      expect((await rule('.', { amqp })).status).toBe(400)
  })
})
