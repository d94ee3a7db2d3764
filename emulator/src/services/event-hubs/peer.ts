import { setTimeout } from 'node:timers/promises'

import type { Connection, EventContext, Receiver, Sender } from 'rhea'

import { protocolNow } from '#clock.ts'

import { CONSUMER_GROUPS, findHub } from './hubs.ts'
import {
  HubError,
  badMessage,
  entityNotFound,
  expiredToken,
  framing,
  inactive,
  internal,
  missingClaim,
  tooLarge,
} from './errors.ts'
import { MAX_MESSAGE, adapt, announcesTooMuch, decode, describedOf, hangUp, localOf, textOf, types } from './amqp.ts'
import { Reader, admitReader } from './reader.ts'
import { isBelow } from './claims.ts'
import { Strikes } from './strikes.ts'
import { isLoopback, readEntity, resourceName } from './namespace.ts'
import { manage, partitionNamed, putToken } from './requests.ts'
import { readBatch } from './event.ts'
import type { Broker } from './broker.ts'
import type { Claim } from './claims.ts'
import type { Hub } from './hubs.ts'
import type { HubRequest } from './requests.ts'
import type { Namespace, Right } from './namespace.ts'

/** Message format of a batch: the body's data sections are encoded messages. */
const BATCH = 0x80013700

/** A node that answers requests. */
type Service = '$cbs' | '$management'

/** A link that reads or sends, and what it needs a claim for. */
interface Use {
  link: Sender | Receiver
  right: Right
  path: readonly string[]
}

/** One connection: what its client has proved, and the links it has opened. */
export class Peer {
  readonly connection: Connection
  readonly #broker: Broker
  readonly #buffered: () => number
  readonly #strikes: Strikes
  #claims: Claim[] = []
  #uses: Use[] = []
  readonly #replies: { service: Service; link: Sender }[] = []
  #busyAt = protocolNow()

  /** To be made when the client has opened the connection, before that is answered. */
  constructor(broker: Broker, connection: Connection) {
    this.#broker = broker
    this.connection = connection
    this.#strikes = new Strikes(broker.faults, connection)
    this.#buffered = (connection.options as unknown as { buffered: () => number }).buffered
    adapt(connection)
    connection.on('session_open', ({ session }: EventContext) => {
      localOf(session!).begin['handle_max'] = 255
    })
    connection.on('sender_open', ({ sender }: EventContext) => this.#attach(sender!, () => this.#openSender(sender!)))
    connection.on('receiver_open', ({ receiver }: EventContext) =>
      this.#attach(receiver!, () => this.#openReceiver(receiver!)),
    )
    connection.on('message', (context: EventContext) => void this.#receive(context))
    // Without listeners the library takes what a client says when it leaves for failures of its own.
    for (const event of ['connection_error', 'connection_close', 'session_error', 'session_close'])
      connection.on(event, () => undefined)
    for (const event of ['sender_error', 'receiver_error', 'sender_close', 'receiver_close'])
      connection.on(event, () => undefined)
  }

  /** Namespaces that the connection may be about: the one it names, or any where it names this machine. */
  get #candidates(): readonly Namespace[] {
    const host = (this.connection.hostname ?? 'localhost').replace(/:\d+$/, '').toLowerCase()
    const named = this.#broker.namespaces.filter((namespace) => namespace.host === host)
    return named.length > 0 || !isLoopback(host) ? named : this.#broker.namespaces
  }

  /** Answers an attach: with what the client asked for, or with nothing and then the error, as Event Hubs does. */
  #attach(link: Sender | Receiver, open: () => void): void {
    const { attach } = localOf(link)
    for (const field of ['source', 'target'] as const) attach[field] = describedOf(link[field])
    attach['properties'] = link.properties
    attach['snd_settle_mode'] = link.snd_settle_mode ?? 2
    // Whatever is asked for: who waits for a second settlement waits for ever.
    attach['rcv_settle_mode'] = 0
    attach['max_message_size'] = MAX_MESSAGE
    const address = textOf(link.is_sender() ? link.source?.address : link.target?.address)
    const strike = this.#strikes.on('ATTACH', `/${address}`)
    if (strike?.isCut) return
    try {
      if (strike?.error) throw strike.error
      open()
      this.#note('ATTACH', address, 200)
      if (strike?.isCutAfter) this.#strikes.cut()
    } catch (error) {
      if (!(error instanceof HubError)) throw error
      attach['source'] = attach['target'] = undefined
      link.close(error.amqp)
      this.#note('ATTACH', address, error.status, error.condition)
    }
  }

  #note(method: string, what: string, status: number, note?: string): void {
    this.#broker.journal.add('event-hubs', method, what.slice(0, 300), status, protocolNow(), 0, note)
  }

  /** A client that reads: events, or answers to its requests. */
  #openSender(link: Sender): void {
    const address = textOf(link.source?.address)
    const service = serviceAt(address)
    if (service) {
      this.#replies.push({ service, link })
      return
    }
    const { path } = readEntity(address)
    const claim = this.#claimFor('Listen', path)
    const { hub, rest } = this.#hubAt(claim, path)
    const [groups, group, partitions, id, ...more] = rest
    const known = CONSUMER_GROUPS.some((name) => name.toLowerCase() === group)
    if (groups !== 'consumergroups' || partitions !== 'partitions' || !known || id === undefined || more.length > 0)
      throw entityNotFound(
        groups === 'consumergroups' && !known
          ? `${claim.namespace.name}:eventhub:${hub.name}~32766|${group ?? ''}`
          : resourceName(claim.namespace.host, path),
      )
    const { tenant } = claim.namespace
    const partition = () => partitionNamed(this.#broker.log(tenant, hub).partitions, id)
    const strike = (sequence: number) => this.#strikes.on('TRANSFER', `/${address}?sequence=${sequence}`)
    const reader = new Reader({ link, partition, now: () => tenant.now, buffered: this.#buffered, strike })
    admitReader(reader, this.#broker.readersOf(`${tenant.world.tenantId} ${path.join('/')}`))
    this.#uses.push({ link, right: 'Listen', path })
    link.on('sender_flow', () => reader.wake())
  }

  /** A client that sends: events, or requests. */
  #openReceiver(link: Receiver): void {
    const address = textOf(link.target?.address)
    const service = serviceAt(address)
    if (service) {
      serving.set(link, service)
      return
    }
    const { path } = readEntity(address)
    const claim = this.#claimFor('Send', path)
    const { hub, rest } = this.#hubAt(claim, path)
    const log = () => this.#broker.log(claim.namespace.tenant, hub)
    const [kind, id, ...more] = rest
    if (more.length > 0 || (kind !== undefined && (id === undefined || !['partitions', 'publishers'].includes(kind))))
      throw entityNotFound(resourceName(claim.namespace.host, path))
    const to =
      kind === 'partitions'
        ? { partition: Number(partitionNamed(log().partitions, id!).id) }
        : kind === 'publishers'
          ? { key: id! }
          : {}
    this.#uses.push({ link, right: 'Send', path })
    publishing.set(link, (payload, batched) => {
      const { events, key } = readBatch(payload, batched)
      if (events.length > 0) log().send(events, { ...to, ...(key === undefined ? {} : { key }) })
      this.#broker.wake()
    })
  }

  /** @throws HubError `amqp:unauthorized-access` where no token gives the right. */
  #claimFor(right: Right, path: readonly string[]): Claim {
    const found = this.#claims.find(
      (claim) => isBelow(path, claim.path) && claim.expiresAt > protocolNow() && claim.allows(right, path),
    )
    if (found) return found
    const host = this.#claims[0]?.namespace.host ?? this.#candidates[0]?.host ?? this.connection.hostname ?? ''
    throw missingClaim(right, resourceName(host, path))
  }

  #hubAt({ namespace }: Claim, [name = '', ...rest]: readonly string[]): { hub: Hub; rest: string[] } {
    const hub = findHub(name)
    if (!hub) throw entityNotFound(resourceName(namespace.host, [name, ...rest]))
    return { hub, rest }
  }

  async #receive({ receiver, message, delivery }: EventContext): Promise<void> {
    const [payload, link] = [message as unknown as Buffer, receiver!]
    try {
      if (payload.length > MAX_MESSAGE) throw tooLarge(payload.length, MAX_MESSAGE)
      const service = serving.get(link)
      if (service) await this.#answer(service, payload, link)
      else publishing.get(link)?.(payload, delivery!.format === BATCH)
      delivery!.accept()
    } catch (error) {
      if (!(error instanceof HubError)) console.error('m365-emulator: event hubs', error)
      delivery!.reject((error instanceof HubError ? error : internal()).amqp)
    }
  }

  /** Answers a request on the client's own link for answers. @throws HubError for what is not even a request. */
  async #answer(service: Service, payload: Buffer, link: Receiver): Promise<void> {
    const message = readMessage(payload)
    const request: HubRequest = {
      properties: (message['application_properties'] ?? {}) as Record<string, unknown>,
      body: message['body'],
    }
    const name = textOf(request.properties['name'])
    const strike = this.#strikes.on(service === '$cbs' ? 'PUT-TOKEN' : 'READ', urlOf(service, request))
    if (strike?.delay) await setTimeout(strike.delay)
    if (strike?.isCut) return
    let answer: { status: number; description: string; condition?: string; body?: object }
    try {
      if (strike?.error) throw strike.error
      answer = await this.#perform(service, request)
      this.#note(service, name, answer.status)
    } catch (error) {
      if (!(error instanceof HubError) || error.condition === 'amqp:not-allowed') throw error
      answer = { status: error.status, description: error.message, condition: error.condition }
      this.#note(service, name, error.status, error.condition)
    }
    if (strike?.isCutAfter) return this.#strikes.cut()
    const { status, description, condition, body } = answer
    this.#replyTo(service, link, textOf(message['reply_to']))?.send({
      correlation_id: message['message_id'] ?? message['correlation_id'],
      application_properties: {
        'status-code': types.wrap_int(status),
        'status-description': description,
        // Clients that find a condition do not look at the status any more: `$cbs` sends none.
        ...(condition && service === '$management' ? { 'error-condition': condition } : {}),
      },
      body,
    } as never)
  }

  async #perform(
    service: Service,
    request: HubRequest,
  ): Promise<{ status: number; description: string; body?: object }> {
    if (service === '$management') {
      const body = await manage(request, this.#broker, this.#candidates, this.#claims)
      return { status: 200, description: 'OK', body }
    }
    const claim = await putToken(request, this.#broker, this.#candidates)
    this.#strikes.token = textOf(request.body)
    this.#claims = [...this.#claims.filter(({ path }) => path.join('/') !== claim.path.join('/')), claim]
    return { status: 202, description: 'Accepted' }
  }

  /** The link that the request names, or one of the same session. */
  #replyTo(service: Service, { session }: Receiver, address: string): Sender | undefined {
    const open = this.#replies.filter((reply) => reply.service === service && reply.link.is_open())
    const named = open.find(({ link }) => address !== '' && textOf(link.target?.address) === address)
    return (named ?? open.find(({ link }) => link.session === session) ?? open[0])?.link
  }

  /** Closes links whose token has expired, and the connection where nothing has been open for long. */
  inspect(patience: number): void {
    const now = protocolNow()
    if (announcesTooMuch(this.connection)) hangUp(this.connection, framing().amqp)
    this.#uses = this.#uses.filter(({ link }) => link.is_open())
    for (const { link, path } of this.#uses) {
      const covering = this.#claims.filter((claim) => isBelow(path, claim.path))
      const latest = Math.max(...covering.map(({ expiresAt }) => expiresAt))
      if (latest <= now) link.close(expiredToken(latest).amqp)
    }
    if (this.#uses.length > 0) this.#busyAt = now
    else if (now - this.#busyAt > patience) hangUp(this.connection, inactive(patience).amqp)
  }
}

/** What the links of clients that send are for. */
const serving = new WeakMap<Receiver, Service>()
const publishing = new WeakMap<Receiver, (payload: Buffer, batched: boolean) => void>()

/** `/$management?name=hub&type=com.microsoft:partition&partition=0` */
function urlOf(service: Service, { properties }: HubRequest): string {
  const asked = ['name', 'type', 'partition'].flatMap((key) => {
    const value = textOf(properties[key])
    return value === '' ? [] : [`${key}=${value}`]
  })
  return `/${service}?${asked.join('&')}`
}

function readMessage(payload: Buffer): ReturnType<typeof decode> {
  try {
    return decode(payload)
  } catch {
    throw badMessage()
  }
}

/** `$cbs`; `$management`, of the namespace or of a hub. */
function serviceAt(address: string): Service | undefined {
  const last = readEntity(address).path.at(-1)
  return last === '$cbs' || last === '$management' ? last : undefined
}
