import { createHmac } from 'node:crypto'

import rhea from 'rhea'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { EventContext, Receiver } from 'rhea'

import { startEmulator } from '#index.ts'
import { amqpClient, give, take } from '#testing/amqp-client.ts'
import { behavior } from '#testing/behavior.ts'
import { cloudOf } from '#testing/cloud-of.ts'
import type { AmqpClient, AmqpOptions } from '#testing/amqp-client.ts'
import type { Emulator } from '#index.ts'

const { emulator, client } = await cloudOf({
  live: 'off',
  tenants: 2,
  frozen: true,
  epoch: Date.parse('2026-11-20T12:00:00Z'),
})

const HUB = 'insights-logs-signinlogs'
const EMPTY = 'insights-logs-userriskevents'
const partition = (hub: string, id = '0', group = '$Default') => `${hub}/ConsumerGroups/${group}/Partitions/${id}`
const namespace = (number = 0) => emulator.eventHubs[number]!
const rootKey = (number = 0) => /SharedAccessKey=(.+)$/.exec(namespace(number).connectionString)![1]!

/** A shared access signature, as Microsoft's clients make it. */
function sign(uri: string, { key = rootKey(), name = 'RootManageSharedAccessKey', seconds = 3600 } = {}): string {
  const expiry = Math.floor(Date.now() / 1000) + seconds
  const resource = encodeURIComponent(uri)
  const signature = createHmac('sha256', key).update(`${resource}\n${expiry}`).digest('base64')
  return `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}&se=${expiry}&skn=${name}`
}

async function connect(more: Partial<AmqpOptions> = {}): Promise<AmqpClient> {
  const opened = await amqpClient({
    way: 'plain',
    port: namespace().amqpPort,
    hostname: namespace().namespace,
    caFile: emulator.caFile,
    ...more,
  })
  onTestFinished(() => opened.connection.close())
  return opened
}

/** A connection that may do everything with every hub. */
async function admitted(more: Partial<AmqpOptions> = {}): Promise<AmqpClient> {
  const amqp = await connect(more)
  const { status } = await amqp.putToken(audience(), sign(`sb://${namespace().namespace}/`))
  expect(status).toBe(202)
  return amqp
}

const audience = (path = '') => `amqps://${namespace().namespace}/${path}`

/** A registration with these Azure roles, and its token for Event Hubs. */
async function tokenWith(...azureRoles: string[]): Promise<string> {
  const { json } = await client.send('/_emu/applications', { method: 'POST', body: { name: 'Reader', azureRoles } })
  return client.tokenFor(String(json['clientId']), String(json['secret']), 'https://eventhubs.azure.net')
}

async function open(amqp: AmqpClient, address: string, filter?: string, more: object = {}): Promise<Receiver> {
  const { link, error } = await amqp.reader(address, filter, more)
  expect(error).toBeUndefined()
  return link!
}

const FROM_START = "amqp.annotation.x-opt-offset > '-1'"

const annotationsOf = ({ message }: EventContext) =>
  message!['message_annotations'] as {
    'x-opt-sequence-number': number
    'x-opt-offset': string
    'x-opt-enqueued-time': Date
    'x-opt-partition-key'?: string
  }

const sequenceOf = (context: EventContext) => annotationsOf(context)['x-opt-sequence-number']

const bodyOf = ({ message }: EventContext) =>
  JSON.parse(String((message!['body'] as { content: Buffer }).content)) as { records: Record<string, unknown>[] }

const event = (text: string, more: object = {}) => ({ body: rhea.message.data_section(Buffer.from(text)), ...more })

describe('Event Hubs: ways in', () => {
  behavior('documentation', 'AMQP over TLS and AMQP over WebSockets lead to the same hubs', async () => {
    const ways = [
      { way: 'tls', port: namespace().amqpsPort },
      { way: 'web', port: namespace().amqpsPort },
    ] as const
    for (const each of ways) {
      const amqp = await admitted(each)
      const [first] = await take(await open(amqp, partition(HUB), FROM_START), 1)
      expect(sequenceOf(first!)).toBe(0)
    }
  })

  it('plain AMQP has a port of its own, and the HTTPS door takes WebSockets', async () => {
    for (const each of [{ way: 'plain' as const }, { way: 'web' as const, port: Number(new URL(emulator.url).port) }]) {
      const amqp = await admitted(each)
      const [first] = await take(await open(amqp, partition(HUB), FROM_START), 1)
      expect(sequenceOf(first!)).toBe(0)
    }
  })

  it('a WebSocket at another path is refused', async () => {
    await expect(connect({ way: 'web', port: namespace().amqpsPort, path: '/elsewhere' })).rejects.toThrow(
      'disconnected',
    )
  })

  behavior(
    'third-party code',
    'a connection is opened with frames of 64 KB, 5,000 channels and four minutes of idleness',
    async () => {
      const { connection } = await connect()
      expect([connection.max_frame_size, connection.channel_max, connection.idle_time_out]).toEqual([
        65_536, 4999, 240_000,
      ])
    },
  )
})

describe('Event Hubs: tokens', () => {
  behavior('captured', 'a shared access signature with a wrong key is refused as an invalid signature', async () => {
    const amqp = await connect()
    const { status, description } = await amqp.putToken(audience(HUB), sign(audience(HUB), { key: 'bm9uZQ==' }))
    expect(status).toBe(401)
    expect(description).toMatch(/^InvalidSignature: The token has an invalid signature\. TrackingId:/)
  })

  behavior('documentation', 'an unknown policy, another expiry than signed, and garbage are refused', async () => {
    const amqp = await connect()
    const good = sign(audience(HUB))
    const tokens = [
      sign(audience(HUB), { name: 'nobody' }),
      good.replace(/se=\d+/, 'se=9999999999'),
      'SharedAccessSignature x',
      'a.b.c',
      '',
    ]
    for (const token of tokens) expect((await amqp.putToken(audience(HUB), token)).status).toBe(401)
  })

  behavior('documentation', 'a signature that has expired is refused', async () => {
    const amqp = await connect()
    const { status, description } = await amqp.putToken(audience(HUB), sign(audience(HUB), { seconds: -5 }))
    expect(status).toBe(401)
    expect(description).toContain('ExpiredToken: The token is expired. Expiration time:')
  })

  behavior('captured', 'a signature for another hub or namespace has the wrong audience', async () => {
    const amqp = await connect()
    for (const uri of [audience('advanced-hunting'), 'sb://elsewhere.servicebus.windows.net/']) {
      const { status, description } = await amqp.putToken(audience(HUB), sign(uri))
      expect([status, description.split(':')[0]]).toEqual([401, 'InvalidAudience'])
    }
  })

  behavior('documentation', 'a signature for the namespace or the hub is good for every partition below', async () => {
    for (const uri of [`sb://${namespace().namespace}`, `https://${namespace().namespace}/${HUB}`]) {
      const amqp = await connect()
      expect((await amqp.putToken(audience(partition(HUB)), sign(uri))).status).toBe(202)
      expect((await amqp.reader(partition(HUB), FROM_START)).error).toBeUndefined()
    }
  })

  behavior('captured', 'a token for a hub that there is not is answered 404', async () => {
    const amqp = await connect()
    const { status, description } = await amqp.putToken(audience('nothing'), sign(audience('nothing')))
    expect(status).toBe(404)
    expect(description).toContain(`The messaging entity 'sb://${namespace().namespace}/nothing' could not be found.`)
  })

  behavior('captured', 'a type of token that there is not is answered 400, naming the property', async () => {
    const amqp = await connect()
    const { status, description } = await amqp.putToken(audience(HUB), sign(audience(HUB)), 'saml')
    expect(status).toBe(400)
    expect(description).toContain("Property 'type' in the 'application-properties' section is either missing")
  })

  behavior(
    'captured',
    'reading without a token, or with one that may only send, is unauthorized and names the claim',
    async () => {
      const { body } = await listKeys('send')
      const amqp = await connect()
      for (const token of [undefined, sign(audience(), { name: 'send', key: String(body['primaryKey']) })]) {
        if (token) expect((await amqp.putToken(audience(), token)).status).toBe(202)
        const { error } = await amqp.reader(partition(HUB), FROM_START)
        expect(error?.condition).toBe('amqp:unauthorized-access')
        expect(error?.description).toContain(
          `Unauthorized access. 'Listen' claim(s) are required to perform this operation. Resource: 'sb://${namespace().namespace}/${partition(HUB).toLowerCase()}'.`,
        )
      }
    },
  )

  it('a policy that may only listen cannot send', async () => {
    const { body } = await listKeys('listen')
    const amqp = await connect()
    await amqp.putToken(audience(), sign(audience(), { name: 'listen', key: String(body['primaryKey']) }))
    expect((await amqp.reader(partition(HUB), FROM_START)).error).toBeUndefined()
    expect((await amqp.sender('custom-events')).error?.description).toContain("'Send' claim(s)")
  })

  behavior('documentation', 'a token of Entra ID lets in who holds Azure Event Hubs Data Receiver', async () => {
    const amqp = await connect()
    const token = await tokenWith('Azure Event Hubs Data Receiver')
    expect((await amqp.putToken(audience(), token, 'jwt')).status).toBe(202)
    expect((await amqp.reader(partition(HUB), FROM_START)).error).toBeUndefined()
    expect((await amqp.sender('custom-events')).error?.condition).toBe('amqp:unauthorized-access')
  })

  behavior('documentation', 'Reader is no role for events', async () => {
    const amqp = await connect()
    expect((await amqp.putToken(audience(), await tokenWith('Reader'), 'jwt')).status).toBe(202)
    expect((await amqp.reader(partition(HUB), FROM_START)).error?.condition).toBe('amqp:unauthorized-access')
  })

  it("a token for Graph, and another tenant's connection, are refused", async () => {
    const amqp = await connect()
    const { clientId, secret } = emulator.tenants[0]!.applications[0]!
    const graph = await client.tokenFor(clientId, secret, 'https://graph.microsoft.com')
    expect((await amqp.putToken(audience(), graph, 'jwt')).status).toBe(401)
    const other = await connect({ hostname: namespace(1).namespace })
    const own = await tokenWith('Azure Event Hubs Data Receiver')
    expect((await other.putToken(`sb://${namespace(1).namespace}/`, own, 'jwt')).status).toBe(401)
  })

  it('a connection to this machine finds its namespace by the key', async () => {
    const amqp = await connect({ hostname: 'localhost' })
    const uri = 'sb://localhost/'
    expect((await amqp.putToken(uri, sign(uri, { key: rootKey(1) }))).status).toBe(202)
    const { body } = await amqp.request('$management', {
      operation: 'READ',
      type: 'com.microsoft:eventhub',
      name: HUB,
      security_token: sign(`${uri}${HUB}`, { key: rootKey(1) }),
    })
    expect(body['name']).toBe(HUB)
    expect(namespace(1).namespace).not.toBe(namespace().namespace)
  })

  behavior('inferred', 'a link is closed when the token it was opened with has expired', async () => {
    const amqp = await connect()
    // Long enough to open the link with, on a busy machine too.
    await amqp.putToken(audience(), sign(audience(), { seconds: 4 }))
    const link = await open(amqp, partition(HUB), FROM_START)
    await new Promise((resolve) => link.once('receiver_error', resolve))
    expect((link.error as { condition: string }).condition).toBe('amqp:unauthorized-access')
  })
})

/** Keys of a policy, as Resource Manager gives them to an owner. */
async function listKeys(policy: string) {
  const { json } = await client.send('/_emu/applications', { method: 'POST', body: { azureRoles: ['Owner'] } })
  const token = await client.tokenFor(String(json['clientId']), String(json['secret']), 'https://management.azure.com')
  const headers = { authorization: `Bearer ${token}` }
  const { json: found } = await client.send('/subscriptions?api-version=2022-12-01', { headers })
  const path = `${String(found['value']![0]!['id'])}/resourceGroups/rg-logging/providers/Microsoft.EventHub/namespaces/harborfinch-logs/authorizationRules/${policy}/listKeys?api-version=2024-01-01`
  const answer = await client.send(path, { method: 'POST', headers })
  return { status: answer.status, body: answer.json }
}

describe('Event Hubs: management requests', () => {
  const READ = { operation: 'READ', type: 'com.microsoft:eventhub', name: HUB }

  behavior('documentation', 'a hub tells its partitions and when it was made', async () => {
    const amqp = await admitted()
    const { status, body } = await amqp.request('$management', READ)
    expect(status).toBe(200)
    expect(body).toMatchObject({ name: HUB, partition_count: 4, partition_ids: ['0', '1', '2', '3'] })
    expect((body['created_at'] as Date).toISOString()).toBe('2026-11-19T12:00:00.000Z')
  })

  behavior('documentation', 'a partition tells its first and last event', async () => {
    const amqp = await admitted()
    const { body } = await amqp.request('$management', { ...READ, type: 'com.microsoft:partition', partition: '1' })
    const [last] = await take(
      await open(
        amqp,
        partition(HUB, '1'),
        `amqp.annotation.x-opt-sequence-number >= '${String(body['last_enqueued_sequence_number'])}'`,
      ),
      1,
    )
    expect(body).toMatchObject({ partition: '1', begin_sequence_number: 0, is_partition_empty: false })
    expect(body['last_enqueued_offset']).toBe(annotationsOf(last!)['x-opt-offset'])
    expect(body['last_enqueued_time_utc']).toEqual(annotationsOf(last!)['x-opt-enqueued-time'])
  })

  behavior('documentation', 'a partition without events says so', async () => {
    const amqp = await admitted()
    const { body } = await amqp.request('$management', {
      ...READ,
      name: 'advanced-hunting',
      type: 'com.microsoft:partition',
      partition: '3',
    })
    expect(body).toMatchObject({
      last_enqueued_sequence_number: -1,
      last_enqueued_offset: '-1',
      is_partition_empty: true,
    })
  })

  behavior(
    'third-party code',
    'an unknown hub, partition and type are answered with the condition of each',
    async () => {
      const amqp = await admitted()
      const asked = [
        { ...READ, name: 'nothing' },
        { ...READ, type: 'com.microsoft:partition', partition: '9' },
        { ...READ, type: 'com.microsoft:other' },
      ]
      const answers = await Promise.all(asked.map((each) => amqp.request('$management', each)))
      expect(answers.map(({ status, condition }) => [status, condition])).toEqual([
        [404, 'amqp:not-found'],
        [400, 'com.microsoft:argument-out-of-range'],
        [400, 'com.microsoft:argument-error'],
      ])
    },
  )

  behavior(
    'third-party code',
    'another operation than READ is not even answered, but rejected as not allowed',
    async () => {
      const amqp = await admitted()
      await expect(amqp.request('$management', { ...READ, operation: 'RE1AD' })).rejects.toThrow(
        "amqp:not-allowed: Invalid command 'RE1AD'.",
      )
    },
  )

  it('a request without any token is unauthorized', async () => {
    const { status, condition } = await (await connect()).request('$management', READ)
    expect([status, condition]).toEqual([401, 'amqp:unauthorized-access'])
  })
})

describe('Event Hubs: reading', () => {
  behavior(
    'documentation',
    'events of a partition are numbered one after another, with growing offsets and times',
    async () => {
      const events = await take(await open(await admitted(), partition(HUB), FROM_START), 40)
      expect(events.map(sequenceOf)).toEqual(Array.from({ length: 40 }, (_, i) => i))
      const offsets = events.map((each) => Number(annotationsOf(each)['x-opt-offset']))
      const times = events.map((each) => annotationsOf(each)['x-opt-enqueued-time'].getTime())
      expect(offsets).toEqual(offsets.toSorted((a, b) => a - b))
      expect(times).toEqual(times.toSorted((a, b) => a - b))
    },
  )

  behavior(
    'documentation',
    'a reader begins after an offset, a number or a time, or with it where the filter says so',
    async () => {
      const amqp = await admitted()
      const all = await take(await open(amqp, partition(HUB), FROM_START), 12)
      const ten = annotationsOf(all[10]!)
      const time = ten['x-opt-enqueued-time'].getTime()
      const firstThen = all.find((each) => annotationsOf(each)['x-opt-enqueued-time'].getTime() >= time)
      const begins = async (filter: string) => {
        const link = await open(amqp, partition(HUB), filter)
        const [first] = await take(link, 1)
        link.close()
        return sequenceOf(first!)
      }
      expect(await begins(`amqp.annotation.x-opt-offset > '${ten['x-opt-offset']}'`)).toBe(11)
      expect(await begins(`amqp.annotation.x-opt-offset >= '${ten['x-opt-offset']}'`)).toBe(10)
      expect(await begins("amqp.annotation.x-opt-sequence-number > '10'")).toBe(11)
      expect(await begins("amqp.annotation.x-opt-sequence-number >= '10'")).toBe(10)
      expect(await begins(`amqp.annotation.x-opt-enqueued-time >= '${time}'`)).toBe(sequenceOf(firstThen!))
      expect(await begins(`amqp.annotation.x-opt-enqueued-time > '${time}'`)).toBeGreaterThan(10)
      expect(await begins(`amqp.annotation.x-opt-enqueued-time > '0'`)).toBe(0)
    },
  )

  behavior('captured', 'a position beyond the last event is an argument error that names both', async () => {
    const amqp = await admitted()
    const { error } = await amqp.reader(partition(HUB), "amqp.annotation.x-opt-sequence-number > '99999999'")
    expect(error?.condition).toBe('com.microsoft:argument-error')
    expect(error?.description).toMatch(
      /^The supplied sequence number '99999999' is invalid\. The last sequence number in the system is '\d+'/,
    )
    const offset = await amqp.reader(partition(HUB), "amqp.annotation.x-opt-offset > '99999999999'")
    expect(offset.error?.description).toMatch(
      /^The supplied offset '99999999999' is invalid\. The last offset in the system is '\d+'/,
    )
  })

  behavior('inferred', 'a filter that cannot be read is an argument error', async () => {
    const amqp = await admitted()
    for (const filter of [
      "amqp.annotation.x-opt-offset < '1'",
      "colour = 'blue'",
      "amqp.annotation.x-opt-offset > 'x'",
    ])
      expect((await amqp.reader(partition(HUB), filter)).error?.condition).toBe('com.microsoft:argument-error')
  })

  behavior(
    'captured',
    'an unknown hub, consumer group or partition refuses the link, attached to nothing',
    async () => {
      const amqp = await admitted()
      const conditions = async (address: string) => (await amqp.reader(address, FROM_START)).error?.condition
      expect(await conditions(partition('nothing'))).toBe('amqp:not-found')
      expect(await conditions(partition(HUB, '0', 'nobody'))).toBe('amqp:not-found')
      expect(await conditions(HUB)).toBe('amqp:not-found')
      expect(await conditions(partition(HUB, '4'))).toBe('com.microsoft:argument-out-of-range')
      expect(await conditions(partition(HUB, '../0'))).toBe('amqp:not-found')
    },
  )

  behavior('documentation', 'no more is sent than there is credit for, and the rest when there is more', async () => {
    const link = await open(await admitted(), partition(HUB), FROM_START)
    const seen: number[] = []
    link.on('message', (context: EventContext) => seen.push(sequenceOf(context)))
    await take(link, 3)
    // An answer to a request goes the same way and comes after whatever was sent before it.
    await (await admitted()).request('$management', { operation: 'READ', type: 'com.microsoft:eventhub', name: HUB })
    expect(seen).toEqual([0, 1, 2])
    await take(link, 2)
    expect(seen).toEqual([0, 1, 2, 3, 4])
  })

  behavior('documentation', 'a reader that drains its credit gets what there is, and keeps none', async () => {
    const link = await open(await admitted(), partition(EMPTY, '0'), FROM_START)
    const drained = new Promise((resolve) => link.once('receiver_drained', resolve))
    link.add_credit(10_000)
    link.drain_credit()
    await drained
    expect((link as unknown as { credit: number }).credit).toBe(0)
  })

  behavior('documentation', 'a reader that asks for it is told with each event which is the last', async () => {
    const metrics = 'com.microsoft:enable-receiver-runtime-metric'
    const amqp = await admitted()
    const link = await open(amqp, partition(HUB), FROM_START, { desired_capabilities: metrics })
    const [first] = await take(link, 1)
    const { body } = await amqp.request('$management', {
      operation: 'READ',
      type: 'com.microsoft:partition',
      name: HUB,
      partition: '0',
    })
    expect(link.offered_capabilities).toBe(metrics)
    expect(first!.message!['delivery_annotations']).toMatchObject({
      last_enqueued_sequence_number: body['last_enqueued_sequence_number'],
      last_enqueued_offset: body['last_enqueued_offset'],
      last_enqueued_time_utc: body['last_enqueued_time_utc'],
      runtime_info_retrieval_time_utc: new Date('2026-11-20T12:00:00Z'),
    })
    const [other] = await take(await open(await admitted(), partition(HUB), FROM_START), 1)
    expect(other!.message!['delivery_annotations']).toBeUndefined()
  })
})

describe('Event Hubs: owner levels', () => {
  const epoch = (level: number) => ({ properties: { 'com.microsoft:epoch': rhea.types.wrap_long(level) } })
  const place = (group: string) => partition(HUB, '3', group)

  behavior(
    'captured',
    'a reader with a higher or the same owner level takes the partition from the one before',
    async () => {
      for (const [first, second] of [
        [1, 2],
        [5, 5],
      ] as const) {
        const [amqp, other] = [await admitted(), await admitted()]
        const link = await open(amqp, place('siem'), FROM_START, epoch(first))
        const lost = new Promise((resolve) => link.once('receiver_error', resolve))
        await open(other, place('siem'), FROM_START, epoch(second))
        await lost
        const { condition, description } = link.error as { condition: string; description: string }
        expect(condition).toBe('amqp:link:stolen')
        expect(description).toContain(
          `with higher epoch of '${second}' is created hence current receiver 'nil' with epoch '${first}'`,
        )
        await Promise.all([amqp.close(), other.close()])
      }
    },
  )

  behavior('captured', 'a reader with a lower owner level, or none, is refused', async () => {
    const amqp = await admitted()
    await open(amqp, place('cordon'), FROM_START, epoch(7))
    const lower = await amqp.reader(place('cordon'), FROM_START, epoch(6))
    const none = await amqp.reader(place('cordon'), FROM_START)
    expect([lower.error?.condition, none.error?.condition]).toEqual(['amqp:link:stolen', 'amqp:link:stolen'])
    expect(lower.error?.description).toContain("with a higher epoch '7' already exists")
    expect(none.error?.description).toContain("At least one receiver for the endpoint is created with epoch of '7'")
    expect((await amqp.reader(place('$Default'), FROM_START)).error).toBeUndefined()
  })

  behavior(
    'documentation',
    'five readers without an owner level may read a partition in a consumer group, a sixth may not',
    async () => {
      const amqp = await admitted()
      const attached = []
      for (let i = 0; i < 6; i++) attached.push(await amqp.reader(partition(HUB, '2', 'cordon'), FROM_START))
      expect(attached.map(({ error }) => error?.condition)).toEqual([
        ...Array<undefined>(5).fill(undefined),
        'amqp:resource-limit-exceeded',
      ])
    },
  )
})

describe('Event Hubs: sending', () => {
  const hub = 'custom-events'

  /** Numbers of the events so far in each partition. */
  async function counts(amqp: AmqpClient): Promise<number[]> {
    const answers = await Promise.all(
      ['0', '1', '2', '3'].map((id) =>
        amqp.request('$management', { operation: 'READ', type: 'com.microsoft:partition', name: hub, partition: id }),
      ),
    )
    return answers.map(({ body }) => Number(body['last_enqueued_sequence_number']) + 1)
  }

  behavior('documentation', 'what is sent to a partition is read there, byte for byte', async () => {
    const amqp = await admitted()
    const [, before] = await counts(amqp)
    const { link } = await amqp.sender(`${hub}/Partitions/1`)
    const sent = event('one', {
      application_properties: { n: 1, text: 'ü' },
      message_id: 'm-1',
      content_type: 'text/plain',
    })
    expect(await give(link!, sent as never)).toBeUndefined()
    const [read] = await take(
      await open(amqp, partition(hub, '1'), `amqp.annotation.x-opt-sequence-number > '${before! - 1}'`),
      1,
    )
    expect(read!.message).toMatchObject({
      application_properties: { n: 1, text: 'ü' },
      message_id: 'm-1',
      content_type: 'text/plain',
    })
    expect(String((read!.message!['body'] as { content: Buffer }).content)).toBe('one')
    expect(sequenceOf(read!)).toBe(before)
  })

  behavior(
    'third-party code',
    'a batch is taken apart, and the key of the batch leads all of it to one partition',
    async () => {
      const amqp = await admitted()
      const before = await counts(amqp)
      const { link } = await amqp.sender(hub)
      const parts = ['a', 'b', 'c'].map((text) => rhea.message.encode(event(text)))
      const batch = rhea.message.encode({
        message_annotations: { 'x-opt-partition-key': 'blue' },
        body: rhea.message.data_sections(parts),
      })
      expect(await give(link!, batch, 0x80013700)).toBeUndefined()
      // The service's hash of 'blue' over four partitions is 3, as Microsoft's own clients compute it.
      expect((await counts(amqp)).map((count, i) => count - before[i]!)).toEqual([0, 0, 0, 3])
      const read = await take(
        await open(amqp, partition(hub, '3'), `amqp.annotation.x-opt-sequence-number >= '${before[3]!}'`),
        3,
      )
      expect(read.map((each) => annotationsOf(each)['x-opt-partition-key'])).toEqual(['blue', 'blue', 'blue'])
    },
  )

  behavior('documentation', 'without partition or key each goes to the next partition', async () => {
    const amqp = await admitted()
    const before = await counts(amqp)
    const { link } = await amqp.sender(hub)
    for (const text of ['a', 'b', 'c', 'd']) await give(link!, event(text) as never)
    expect((await counts(amqp)).map((count, i) => count - before[i]!)).toEqual([1, 1, 1, 1])
  })

  behavior('documentation', 'a waiting reader gets what is sent at once', async () => {
    const amqp = await admitted()
    const waiting = take(await open(amqp, partition(hub, '0'), "amqp.annotation.x-opt-offset > '@latest'"), 1)
    const { link } = await amqp.sender(`${hub}/Partitions/0`)
    await give(link!, event('now') as never)
    expect(String(((await waiting)[0]!.message!['body'] as { content: Buffer }).content)).toBe('now')
  })

  behavior('documentation', 'a message of more than 1 MB is rejected', async () => {
    const { link } = await (await admitted()).sender(hub)
    const error = await give(link!, event('x'.repeat(1_048_577)) as never)
    expect(error?.condition).toBe('amqp:link:message-size-exceeded')
  })

  it('what is no message is rejected, and the link goes on', async () => {
    const { link } = await (await admitted()).sender(hub)
    expect((await give(link!, Buffer.from('nonsense'), 0))?.condition).toBe('amqp:decode-error')
    expect((await give(link!, Buffer.from([0, 0x53, 0x75, 0xa0]), 0x80013700))?.condition).toBe('amqp:decode-error')
    expect(await give(link!, event('fine') as never)).toBeUndefined()
  })

  it('an unknown hub or partition refuses the link', async () => {
    const amqp = await admitted()
    expect((await amqp.sender('nothing')).error?.condition).toBe('amqp:not-found')
    expect((await amqp.sender(`${hub}/Partitions/7`)).error?.condition).toBe('com.microsoft:argument-out-of-range')
  })
})

describe('Event Hubs: logs', () => {
  behavior(
    'documentation',
    'a sign-in comes among the records of an event, with the same ids as in Graph',
    async () => {
      const [first] = await take(await open(await admitted(), partition(HUB), FROM_START), 1)
      const [record] = bodyOf(first!).records
      const properties = record!['properties'] as Record<string, unknown>
      expect(record).toMatchObject({
        resourceId: `/tenants/${emulator.tenants[0]!.id}/providers/Microsoft.aadiam`,
        operationName: 'Sign-in activity',
        category: 'SignInLogs',
        tenantId: emulator.tenants[0]!.id,
        correlationId: properties['correlationId'],
        callerIpAddress: properties['ipAddress'],
      })
      const ask = await client.withRoles(['AuditLog.Read.All'])
      const { json } = await ask(`/v1.0/auditLogs/signIns/${String(properties['id'])}`)
      expect(json['correlationId']).toBe(properties['correlationId'])
    },
  )

  behavior(
    'documentation',
    'the activity log has upper-case names and the claims of the caller below identity',
    async () => {
      const hub = 'insights-activity-logs'
      const [first] = await take(await open(await admitted(), partition(hub), FROM_START), 1)
      const [record] = bodyOf(first!).records
      expect(record!['operationName']).toMatch(/^MICROSOFT\.[A-Z]+\//)
      expect(record!['resourceId']).toMatch(/^\/SUBSCRIPTIONS\//)
      expect(['Start', 'Accept', 'Success', 'Failure']).toContain(record!['resultType'])
      expect(record!['identity']).toHaveProperty('claims')
    },
  )

  it('each hub of each tenant answers, and holds what its tenant did', async () => {
    for (const [number, { hubs }] of emulator.eventHubs.entries()) {
      const amqp = await connect({ hostname: namespace(number).namespace })
      const uri = `sb://${namespace(number).namespace}/`
      await amqp.putToken(uri, sign(uri, { key: rootKey(number) }))
      for (const hub of hubs.filter((name) => name !== 'custom-events')) {
        const asked = { operation: 'READ', type: 'com.microsoft:partition', name: hub, partition: '0' }
        const { status, body } = await amqp.request('$management', asked)
        expect(status).toBe(200)
        if (body['is_partition_empty'] === true) continue
        const [first] = await take(await open(amqp, partition(hub), FROM_START), 1)
        expect(JSON.stringify(bodyOf(first!))).toContain(emulator.tenants[number]!.id)
      }
    }
  })
})

describe('Event Hubs: the same again', () => {
  it('another emulator at the same state has the same events with the same numbers, whenever it is asked', async () => {
    const hubs = ['insights-activity-logs', 'custom-events']
    const read = async (of: Emulator) => {
      const { amqpPort, namespace: hostname, connectionString } = of.eventHubs[0]!
      const amqp = await connect({ port: amqpPort, hostname })
      const uri = `sb://${hostname}/`
      await amqp.putToken(uri, sign(uri, { key: /SharedAccessKey=(.+)$/.exec(connectionString)![1]! }))
      const found: string[] = []
      for (const hub of hubs)
        for (const id of ['0', '1', '2', '3']) {
          const asked = { operation: 'READ', type: 'com.microsoft:partition', name: hub, partition: id }
          const { body } = await amqp.request('$management', asked)
          const begin = Number(body['begin_sequence_number'])
          const count = body['is_partition_empty'] ? 0 : Number(body['last_enqueued_sequence_number']) - begin + 1
          if (count === 0) continue
          for (const each of await take(await open(amqp, partition(hub, id), FROM_START), count))
            found.push(
              JSON.stringify([
                hub,
                id,
                annotationsOf(each),
                String((each.message!['body'] as { content: Buffer }).content),
              ]),
            )
        }
      return { amqp, found }
    }
    const first = await read(emulator)
    const { link } = await first.amqp.sender('custom-events')
    await give(link!, event('between') as never)
    await listKeys('listen')
    await client.send('/_emu/clock', { method: 'POST', body: { advanceMs: 45 * 60_000 } })
    const { found } = await read(emulator)
    expect(found.length).toBeGreaterThan(first.found.length + 1)
    const { json } = await client.send('/_emu/snapshot')
    const other = await startEmulator({ snapshot: json as never, live: 'off' })
    try {
      expect((await read(other)).found).toEqual(found)
    } finally {
      await other.stop()
    }
  })
})
