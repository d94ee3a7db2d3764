import { readFileSync } from 'node:fs'

import rhea from 'rhea'
import { WebSocket } from 'ws'
import type { AmqpError, Connection, EventContext, Message, Receiver, Sender } from 'rhea'

/** A bare AMQP client for tests: opens what it is told, gives back what comes. */
export interface AmqpOptions {
  port: number
  way: 'plain' | 'tls' | 'web'
  /** File of the authority to trust. */
  caFile?: string
  /** The name the client says it talks to. */
  hostname: string
  /** Path of the WebSocket. */
  path?: string
}

/** How an attach ended: an open link, or the error it was closed with. */
export type Attached<L> = { link: L; error?: undefined } | { link?: undefined; error: AmqpError }

export interface Answered {
  status: number
  description: string
  condition: string | undefined
  body: Record<string, unknown>
}

export type AmqpClient = Awaited<ReturnType<typeof amqpClient>>

export async function amqpClient(options: AmqpOptions) {
  const container = rhea.create_container()
  for (const event of ['disconnected', 'connection_error', 'connection_close', 'error'])
    container.on(event, () => undefined)
  const connection = container.connect(settings(container, options) as never)
  await once(connection, 'connection_open', ['disconnected'])
  const requests = new Map<string, Promise<Requester>>()

  const requester = (node: string) => {
    if (!requests.has(node)) requests.set(node, openRequester(connection, node))
    return requests.get(node)!
  }
  const request = async (node: string, properties: object, body?: unknown) => (await requester(node))(properties, body)

  return {
    connection,
    request,
    putToken: (audience: string, token: string, type = 'servicebus.windows.net:sastoken') =>
      request('$cbs', { operation: 'put-token', type, name: audience }, token),
    /** Attaches a receiver without credit. */
    reader: (address: string, filter?: string, more: object = {}): Promise<Attached<Receiver>> =>
      attached(
        connection.open_receiver({
          source: { address, ...(filter === undefined ? {} : { filter: selector(filter) }) },
          credit_window: 0,
          autoaccept: true,
          ...more,
        } as never),
        'receiver',
      ),
    sender: (address: string): Promise<Attached<Sender>> =>
      attached(connection.open_sender({ target: { address } } as never), 'sender'),
    close: async () => {
      const closed = once(connection, 'connection_close', ['disconnected'])
      connection.close()
      await closed
    },
  }
}

const selector = (text: string) => ({
  'apache.org:selector-filter:string': rhea.types.wrap_described(text, 0x468c00000004),
})

function settings(container: rhea.Container, { port, way, caFile, hostname, path }: AmqpOptions): object {
  const common = { hostname, reconnect: false, username: 'anonymous', container_id: 'test', host: '127.0.0.1', port }
  const ca = caFile === undefined ? undefined : readFileSync(caFile)
  if (way === 'plain') return { ...common, transport: 'tcp' }
  if (way === 'tls') return { ...common, transport: 'tls', ca, servername: 'localhost' }
  const url = `wss://localhost:${port}${path ?? '/$servicebus/websocket'}`
  const open = container.websocket_connect(WebSocket as never)(url, ['AMQPWSB10'], { ca })
  return { ...common, connection_details: open }
}

/** Resolves with the first of an event; rejects with the first of the others. */
function once(
  emitter: { once: (event: string, listener: (context: EventContext) => void) => unknown },
  event: string,
  instead: readonly string[] = [],
): Promise<EventContext> {
  return new Promise((resolve, reject) => {
    emitter.once(event, resolve)
    for (const other of instead) emitter.once(other, () => reject(new Error(`${other} instead of ${event}`)))
  })
}

/** An attach that is refused is answered with nothing attached, and closed then. */
async function attached<L extends Sender | Receiver>(link: L, kind: 'sender' | 'receiver'): Promise<Attached<L>> {
  const closed = new Promise<Attached<L>>((resolve) => {
    link.once(`${kind}_error`, () => resolve({ error: link.error as AmqpError }))
    link.on(`${kind}_close`, () => undefined)
  })
  const opened = once(link, `${kind}_open`).then((): Attached<L> | Promise<Attached<L>> => {
    const terminus = kind === 'receiver' ? link.source : link.target
    return terminus?.address ? { link } : closed
  })
  return Promise.race([opened, closed])
}

type Requester = (properties: object, body?: unknown) => Promise<Answered>

async function openRequester(connection: Connection, node: string): Promise<Requester> {
  const sender = connection.open_sender({ target: { address: node } } as never)
  const receiver = connection.open_receiver({
    source: { address: node },
    target: { address: `${node}-answers` },
  } as never)
  const waiting = new Map<string, { resolve: (message: Message) => void; reject: (error: Error) => void }>()
  receiver.on('message', ({ message }: EventContext) =>
    waiting.get(String(message!['correlation_id']))?.resolve(message!),
  )
  sender.on('rejected', ({ delivery }: EventContext) => {
    const { error } = delivery!.remote_state as { error: AmqpError }
    for (const { reject } of waiting.values()) reject(new Error(`${error.condition}: ${error.description}`))
  })
  await Promise.all([once(receiver, 'receiver_open'), once(sender, 'sendable')])
  let count = 0
  return async (properties, body) => {
    const id = String(count++)
    const answer = await new Promise<Message>((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      sender.send({
        message_id: id,
        reply_to: `${node}-answers`,
        application_properties: properties,
        body,
      } as never)
    }).finally(() => waiting.delete(id))
    const told = answer['application_properties'] as Record<string, unknown>
    return {
      status: Number(told['status-code']),
      description: String(told['status-description']),
      condition: told['error-condition'] as string | undefined,
      body: answer['body'] as Record<string, unknown>,
    }
  }
}

/** Grants credit for so many messages and waits for them. */
export function take(link: Receiver, count: number): Promise<EventContext[]> {
  return new Promise((resolve) => {
    const taken: EventContext[] = []
    const onMessage = (context: EventContext) => {
      taken.push(context)
      if (taken.length < count) return
      link.removeListener('message', onMessage)
      resolve(taken)
    }
    link.on('message', onMessage)
    link.add_credit(count)
  })
}

/** Sends and waits for what becomes of it: nothing for what is accepted, the error for what is rejected. */
export function give(link: Sender, message: Message | Buffer, format?: number): Promise<AmqpError | undefined> {
  return new Promise((resolve) => {
    const settle = (error?: AmqpError) => {
      link.removeListener('accepted', onAccepted)
      link.removeListener('rejected', onRejected)
      resolve(error)
    }
    const onAccepted = () => settle()
    const onRejected = ({ delivery }: EventContext) => settle((delivery!.remote_state as { error: AmqpError }).error)
    link.on('accepted', onAccepted).on('rejected', onRejected)
    link.send(message as never, undefined, format)
  })
}
