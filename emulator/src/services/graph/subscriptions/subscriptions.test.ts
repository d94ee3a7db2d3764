import { X509Certificate, constants, createDecipheriv, createHmac, privateDecrypt } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { IncomingMessage, Server } from 'node:http'

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { decodeJwt } from 'jose'

import { behavior } from '#testing/behavior.ts'
import { clientOf } from '#testing/client.ts'
import { createClientCertificate } from '#http/certificates.ts'
import { startEmulator } from '#index.ts'
import type { Answer, Client } from '#testing/client.ts'
import type { Emulator } from '#index.ts'

let emulator: Emulator
let client: Client
let user: string

beforeAll(async () => {
  // A clock that stands: nothing is told until the test moves it.
  emulator = await startEmulator({ live: 'normal', frozen: true, epoch: Date.parse('2026-11-18T09:00:00Z') })
  client = clientOf(emulator)
  const [victim] = [...(await client.send('/_emu/ground-truth/phish')).json['recipients']!]
  user = String(victim!['userId'])
})
afterAll(async () => {
  client.close()
  await emulator.stop()
})

interface Told {
  url: string
  body: string
}

interface Item {
  id: string
  subscriptionId: string
  changeType?: string
  clientState: string
  tenantId: string
  resource: string
  resourceData: { id: string }
  lifecycleEvent?: string
  encryptedContent?: {
    data: string
    dataKey: string
    dataSignature: string
    encryptionCertificateId: string
    encryptionCertificateThumbprint: string
  }
}

/** An endpoint that answers handshakes as it should, and otherwise with the statuses it is given, then with 202. */
class Endpoint {
  readonly #server: Server
  readonly #told: Told[] = []
  #waiting: ((told: Told) => void) | undefined
  statuses: number[] = []
  handshake: (token: string) => { status: number; type: string; body: string } = (token) => ({
    status: 200,
    type: 'text/plain; charset=utf-8',
    body: token,
  })

  constructor() {
    this.#server = createServer((incoming, outgoing) => {
      void read(incoming).then((body) => {
        const token = new URL(incoming.url!, 'http://x').searchParams.get('validationToken')
        if (token !== null) {
          const { status, type, body: answer } = this.handshake(token)
          return outgoing.writeHead(status, { 'content-type': type }).end(answer)
        }
        outgoing.writeHead(this.statuses.shift() ?? 202).end()
        return this.#hear({ url: incoming.url!, body })
      })
    })
  }

  listen = () => new Promise<void>((resolve) => void this.#server.listen(0, '127.0.0.1', () => resolve()))
  close = () => this.#server.close()

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** What it is told next. */
  async next(): Promise<Item[]> {
    const told = this.#told.shift() ?? (await new Promise<Told>((resolve) => (this.#waiting = resolve)))
    return (JSON.parse(told.body) as { value: Item[] }).value
  }

  async nextBody(): Promise<{ value: Item[]; validationTokens: string[] }> {
    const told = this.#told.shift() ?? (await new Promise<Told>((resolve) => (this.#waiting = resolve)))
    return JSON.parse(told.body) as { value: Item[]; validationTokens: string[] }
  }

  #hear(told: Told): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting) waiting(told)
    else this.#told.push(told)
  }
}

async function read(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

let endpoint: Endpoint
let watcher: Awaited<ReturnType<Client['withRoles']>>

beforeEach(async () => {
  endpoint = new Endpoint()
  await endpoint.listen()
  watcher = await client.withRoles(['Mail.Read', 'SecurityEvents.Read.All'])
})
afterEach(() => {
  endpoint.close()
})

const now = async () => Date.parse(String((await client.send('/_emu/health')).json['now']))
const later = (advanceMs: number) => client.send('/_emu/clock', { method: 'POST', body: { advanceMs } })
const inMinutes = async (minutes: number) => new Date((await now()) + minutes * 60_000).toISOString()

const subscribe = async (body: object = {}, by = watcher): Promise<Answer> =>
  by('/v1.0/subscriptions', {
    method: 'POST',
    body: {
      changeType: 'created,updated,deleted',
      notificationUrl: `${endpoint.url}/hook`,
      resource: `/users/${user}/messages`,
      expirationDateTime: await inMinutes(600),
      clientState: 'secret',
      ...body,
    },
  })

const draft = async (subject = 'Told') =>
  String((await client.graph(`/v1.0/users/${user}/messages`, { method: 'POST', body: { subject } })).json['id'])

const errorOf = ({ status, json }: Answer) => [status, json['error']!['code']]

describe('change notifications', () => {
  behavior('documentation', 'a subscription is made once its endpoint has answered with the token', async () => {
    const seen: string[] = []
    endpoint.handshake = (token) => {
      seen.push(token)
      return { status: 200, type: 'text/plain', body: token }
    }
    const made = await subscribe({ lifecycleNotificationUrl: `${endpoint.url}/life?a=b` })
    expect(made.status).toBe(201)
    expect(seen).toHaveLength(2)
    expect(seen[0]).toMatch(/^Validation: .+ \S+$/)
    expect(made.json).toMatchObject({ changeType: 'created,updated,deleted', clientState: 'secret' })
    expect(made.json).toMatchObject({ latestSupportedTlsVersion: 'v1_2', includeResourceData: false })
  })

  behavior('captured', 'an endpoint that does not answer with 200 and the token gets ValidationError', async () => {
    endpoint.handshake = (body) => ({ status: 404, type: 'text/plain', body })
    const refused = await subscribe()
    expect(errorOf(refused)).toEqual([400, 'ValidationError'])
    expect(refused.json['error']!['message']).toBe(
      'Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request.',
    )
    endpoint.handshake = () => ({ status: 200, type: 'text/plain', body: 'something else' })
    expect(errorOf(await subscribe())).toEqual([400, 'ValidationError'])
    endpoint.handshake = (body) => ({ status: 200, type: 'application/json', body })
    expect(errorOf(await subscribe())).toEqual([400, 'ValidationError'])
  })

  it.each([
    'https://hooks.example/graph',
    'http://127.0.0.1.hooks.example/',
    'http://localhost@hooks.example/',
    'http://user:word@127.0.0.1/',
    'http://198.51.100.7/',
    'http://[2001:db8::1]/',
    'ftp://127.0.0.1/',
    'hook',
  ])('calls nobody but this machine: %s', async (notificationUrl) => {
    expect(errorOf(await subscribe({ notificationUrl }))).toEqual([400, 'ValidationError'])
    expect(errorOf(await subscribe({ lifecycleNotificationUrl: notificationUrl }))).toEqual([400, 'ValidationError'])
  })

  behavior('documentation', 'tell of messages that are created, updated and deleted', async () => {
    const { json: subscription } = await subscribe()
    const id = await draft()
    await later(5_000)
    const [created, ...none] = await endpoint.next()
    expect(none).toEqual([])
    expect(created).toMatchObject({
      subscriptionId: subscription['id'],
      changeType: 'created',
      clientState: 'secret',
      tenantId: client.tenant.id,
      resource: `Users/${user}/Messages/${id}`,
      resourceData: { '@odata.type': '#Microsoft.Graph.Message', '@odata.id': `Users/${user}/Messages/${id}`, id },
    })
    const path = `/v1.0/users/${user}/messages/${id}`
    await client.graph(path, { method: 'PATCH', body: { isRead: true } })
    await later(5_000)
    expect((await endpoint.next()).map(({ changeType }) => changeType)).toEqual(['updated'])
    await client.graph(`${path}/permanentDelete`, { method: 'POST' })
    await later(5_000)
    expect(await endpoint.next()).toEqual([
      expect.objectContaining({ changeType: 'deleted', resource: `Users/${user}/Messages/${id}` }),
    ])
  })

  behavior(
    'inferred',
    'a move is told as deleted from one folder and created in the other, under the new id',
    async () => {
      await subscribe({ resource: `users('${user}')/mailFolders('drafts')/messages`, changeType: 'deleted' })
      await subscribe({
        resource: `users/${user}/mailFolders/archive/messages`,
        changeType: 'created',
        clientState: 'b',
      })
      const id = await draft()
      const body = { destinationId: 'archive' }
      const moved = await client.graph(`/v1.0/users/${user}/messages/${id}/move`, { method: 'POST', body })
      await later(5_000)
      const told = await endpoint.next()
      const ids: Record<string, unknown> = Object.fromEntries(
        told.map(({ clientState, resourceData }) => [clientState, resourceData.id]),
      )
      expect(ids).toEqual({ secret: id, b: moved.json['id'] })
    },
  )

  behavior('documentation', 'an endpoint that fails is asked again, after twice as long each time', async () => {
    await subscribe({ changeType: 'created' })
    endpoint.statuses = [503, 404]
    await draft()
    await later(5_000)
    const [first] = await endpoint.next()
    await later(10_000)
    const [second] = await endpoint.next()
    await later(20_000)
    const [third] = await endpoint.next()
    expect([second!.id, third!.id]).toEqual([first!.id, first!.id])
  })

  behavior('documentation', 'after four hours of failing the client is told that it has missed something', async () => {
    await subscribe({ changeType: 'created', lifecycleNotificationUrl: `${endpoint.url}/life` })
    endpoint.statuses = Array.from({ length: 11 }, () => 500)
    await draft()
    await later(5_000)
    for (let attempt = 0; attempt < 11; attempt++) {
      const [told] = await endpoint.next()
      expect(told!.changeType).toBe('created')
      await later(10_000 * 2 ** attempt)
    }
    expect((await endpoint.next())[0]).toMatchObject({ lifecycleEvent: 'missed', clientState: 'secret' })
  })

  behavior('documentation', 'resource data comes enciphered, with a token that Graph sends it', async () => {
    const { certificate: pem, key: privateKey } = await createClientCertificate('Hook')
    const certificate = new X509Certificate(pem)
    const made = await subscribe({
      changeType: 'created',
      resource: `users/${user}/messages?$select=subject,from`,
      includeResourceData: true,
      encryptionCertificate: certificate.raw.toString('base64'),
      encryptionCertificateId: 'mine',
    })
    expect(made.status).toBe(201)
    expect(made.json).toMatchObject({ encryptionCertificate: null, encryptionCertificateId: 'mine' })
    const id = await draft('Secret plans')
    await later(5_000)
    const { value, validationTokens } = await endpoint.nextBody()
    const content = value[0]!.encryptedContent!
    const padding = constants.RSA_PKCS1_OAEP_PADDING
    const key = privateDecrypt({ key: privateKey, padding }, Buffer.from(content.dataKey, 'base64'))
    const data = Buffer.from(content.data, 'base64')
    expect(createHmac('sha256', key).update(data).digest('base64')).toBe(content.dataSignature)
    const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16))
    const text = Buffer.concat([decipher.update(data), decipher.final()]).toString('utf8')
    expect(JSON.parse(text)).toMatchObject({ id, subject: 'Secret plans' })
    expect(JSON.parse(text)).not.toHaveProperty('body')
    expect(content.encryptionCertificateThumbprint).toBe(certificate.fingerprint.replaceAll(':', ''))
    expect(decodeJwt(validationTokens[0]!)).toMatchObject({
      aud: made.json['applicationId'],
      appid: '0bf30f3b-4a52-48df-9a82-234910c4a086',
    })
  })

  behavior('documentation', 'a security alert is told of when it is raised', async () => {
    const reader = await client.withRoles(['SecurityAlert.ReadWrite.All'])
    const { json } = await subscribe({
      resource: "security/alerts?$filter=severity eq 'low' or severity ne 'low'",
      expirationDateTime: await inMinutes(43_200),
      changeType: 'created',
    })
    await later(4 * 86_400_000)
    const [told] = await endpoint.next()
    expect(told).toMatchObject({ subscriptionId: json['id'], changeType: 'created' })
    expect((await reader(`/v1.0/security/alerts_v2/${told!.resourceData.id}`)).status).toBe(200)
  })

  behavior(
    'documentation',
    'a subscription can live as long as its resource allows, and never less than 45 minutes',
    async () => {
      const tooLong = await subscribe({ expirationDateTime: await inMinutes(10_090) })
      expect(errorOf(tooLong)).toEqual([400, 'InvalidRequest'])
      expect(tooLong.json['error']!['message']).toBe('Subscription expiration can only be 10080 minutes in the future.')
      expect(errorOf(await subscribe({ expirationDateTime: await inMinutes(-1) }))).toEqual([400, 'InvalidRequest'])
      const short = await subscribe({ expirationDateTime: await inMinutes(1) })
      expect(short.json['expirationDateTime']).toBe(await inMinutes(45))
    },
  )

  behavior('documentation', 'a subscription is renewed by PATCH, ends by itself, and is nobody else’s', async () => {
    const { json } = await subscribe({ expirationDateTime: await inMinutes(60) })
    const path = `/v1.0/subscriptions/${json['id']}`
    const expirationDateTime = await inMinutes(120)
    const renewed = await watcher(path, { method: 'PATCH', body: { expirationDateTime } })
    expect([renewed.status, renewed.json['expirationDateTime']]).toEqual([200, expirationDateTime])
    expect([...(await watcher('/v1.0/subscriptions')).json['value']!].map(({ id }) => id)).toEqual([json['id']])
    const other = await client.withRoles(['Mail.Read'])
    expect([...(await other('/v1.0/subscriptions')).json['value']!]).toEqual([])
    expect(errorOf(await other(path))).toEqual([404, 'ResourceNotFound'])
    expect((await watcher(`${path}/reauthorize`, { method: 'POST' })).status).toBe(204)
    await later(120 * 60_000)
    expect(errorOf(await watcher(path))).toEqual([404, 'ResourceNotFound'])
  })

  behavior('documentation', 'before a subscription ends its owner is reminded at the lifecycle address', async () => {
    const { json } = await subscribe({ lifecycleNotificationUrl: `${endpoint.url}/life` })
    await later(586 * 60_000)
    expect(await endpoint.next()).toEqual([
      expect.objectContaining({ subscriptionId: json['id'], lifecycleEvent: 'reauthorizationRequired' }),
    ])
  })

  behavior('inferred', 'an application that may not read any more loses its subscription, and is told so', async () => {
    await subscribe({ lifecycleNotificationUrl: `${endpoint.url}/life` })
    const admin = await client.withRoles(['Application.ReadWrite.All'])
    const { applicationId } = (await watcher('/v1.0/subscriptions')).json['value']![0]! as unknown as Record<
      string,
      string
    >
    const path = `/v1.0/servicePrincipals(appId='${applicationId}')`
    expect((await admin(path, { method: 'PATCH', body: { accountEnabled: false } })).status).toBe(204)
    await draft()
    await later(5_000)
    expect((await endpoint.next())[0]).toMatchObject({ lifecycleEvent: 'subscriptionRemoved' })
  })

  it('go on where a snapshot is loaded, and end with a reset', async () => {
    await subscribe({ lifecycleNotificationUrl: `${endpoint.url}/life` })
    await draft('Never told')
    const snapshot = (await client.send('/_emu/snapshot')).json
    await client.send('/_emu/reset', { method: 'POST' })
    await later(600 * 60_000)
    expect((await client.send('/_emu/snapshot', { method: 'PUT', body: snapshot })).status).toBe(204)
    await later(586 * 60_000)
    expect((await endpoint.next())[0]).toMatchObject({ lifecycleEvent: 'reauthorizationRequired' })
  })

  behavior('documentation', 'a deleted subscription is told of nothing', async () => {
    const [gone, kept] = [await subscribe({ clientState: 'gone' }), await subscribe({ clientState: 'kept' })]
    expect((await watcher(`/v1.0/subscriptions/${gone.json['id']}`, { method: 'DELETE' })).status).toBe(204)
    await draft()
    await later(5_000)
    expect((await endpoint.next()).map(({ clientState }) => clientState)).toEqual(['kept'])
    expect(kept.status).toBe(201)
  })

  it.each<[what: string, body: object, status: number]>([
    ['no resource', { resource: undefined }, 400],
    ['a resource of another type', { resource: 7 }, 400],
    ['alerts_v2, which nobody can subscribe to', { resource: 'security/alerts_v2' }, 400],
    ['a resource out of the tree', { resource: '../../etc/passwd' }, 400],
    ['an unreadable resource', { resource: 'users/%zz/messages' }, 400],
    ['a mailbox that there is not', { resource: 'users/nobody@harborfinch.example/messages' }, 404],
    ['a folder that there is not', { resource: `users/USER/mailFolders('nothing')/messages` }, 404],
    ['a change that there is not', { changeType: 'created,moved' }, 400],
    ['no moment', { expirationDateTime: 'tomorrow' }, 400],
    ['a long state', { clientState: 'x'.repeat(129) }, 400],
    ['resource data without a certificate', { includeResourceData: true }, 400],
    [
      'a certificate that is none',
      {
        resource: 'users/USER/messages?$select=subject',
        includeResourceData: true,
        encryptionCertificate: 'AAAA',
        encryptionCertificateId: 'x',
      },
      400,
    ],
    ['what the emulator lacks', { resource: 'users' }, 501],
    ['Event Hubs', { notificationUrl: 'EventHub:https://x.servicebus.windows.net/eventhubname/y' }, 501],
  ])('refuses %s', async (_, change, status) => {
    const body = JSON.parse(JSON.stringify(change).replace('USER', user)) as object
    const asked = {
      changeType: 'created',
      notificationUrl: `${endpoint.url}/hook`,
      resource: `/users/${user}/messages`,
      expirationDateTime: await inMinutes(60),
      ...body,
      ...('resource' in change && change.resource === undefined ? { resource: undefined } : {}),
    }
    const answer = await watcher('/v1.0/subscriptions', { method: 'POST', body: asked, mayBeMissing: status === 501 })
    expect(answer.status).toBe(status)
  })

  behavior('third-party code', 'who may not read the resource gets ExtensionError 403', async () => {
    const stranger = await client.withRoles(['SecurityEvents.Read.All'])
    expect(errorOf(await subscribe({}, stranger))).toEqual([403, 'ExtensionError'])
  })
})
