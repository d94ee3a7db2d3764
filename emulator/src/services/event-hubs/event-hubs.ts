import { randomBytes } from 'node:crypto'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { createServer as createSecureServer } from 'node:tls'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { IncomingMessage } from 'node:http'

import rhea from 'rhea'
import { WebSocketServer } from 'ws'
import type { Connection, EventContext } from 'rhea'

import type { Cloud } from '#cloud.ts'
import type { TokenKeys } from '#token-keys.ts'

import { Broker } from './broker.ts'
import { HUBS } from './hubs.ts'
import { MAX_FRAME, MAX_MESSAGE } from './amqp.ts'
import { Peer } from './peer.ts'
import { connectionString } from './namespace.ts'

/**
 * Azure Event Hubs over AMQP 1.0: a namespace for each tenant, to which its logs are sent. Plain AMQP on one port, AMQP over
 * TLS on another; either takes AMQP over WebSockets as well, told apart by the first bytes.
 */
export interface EventHubs {
  amqpPort: number
  amqpsPort: number
  namespaces: EventHubsNamespace[]
  /** For another HTTPS server's `upgrade` event: AMQP over WebSockets at the path that Microsoft's clients use. */
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  close(): Promise<void>
}

/** Where a tenant's hubs are and how to log in. */
export interface EventHubsNamespace {
  /** Id of the tenant. */
  tenant: string
  /** `harborfinch-logs.servicebus.windows.net` */
  namespace: string
  /** Of the policy that may do everything, at the name that the namespace has in Azure. */
  connectionString: string
  /** The same at the plain port, for clients that know Microsoft's own Event Hubs emulator. */
  developmentConnectionString: string
  amqpPort: number
  amqpsPort: number
  hubs: string[]
}

export interface EventHubsOptions {
  cloud: Cloud
  keys: TokenKeys
  /** PEM. */
  cert: string
  key: string
  /** 0 picks a free one. */
  amqpPort: number
  amqpsPort: number
  /** How long a connection may have nothing open, milliseconds: four minutes. */
  patience?: number
}

const PATH = '/$servicebus/websocket'
const PROTOCOL = 'AMQPWSB10'
const PATIENCE = 240_000
const TICK = 250

/** Opens both ports on 127.0.0.1. @throws the listen error (`EADDRINUSE`, `EACCES`). */
export async function openEventHubs(options: EventHubsOptions): Promise<EventHubs> {
  const { cloud, keys, cert, key, patience = PATIENCE } = options
  const broker = new Broker(cloud, keys)
  const peers = new Map<Connection, Peer>()
  const container = rhea.create_container()
  const mechanisms = container.sasl_server_mechanisms as Record<string, unknown> & { enable_anonymous: () => void }
  mechanisms.enable_anonymous()
  // Some clients ask for the one that says what comes next: tokens on `$cbs`.
  mechanisms['MSSBCBS'] = mechanisms['ANONYMOUS']
  container.on('connection_open', ({ connection }: EventContext) => peers.set(connection, new Peer(broker, connection)))
  container.on('disconnected', ({ connection }: EventContext) => peers.delete(connection))
  // What a client breaks ends its connection, and nothing else.
  for (const event of ['error', 'protocol_error', 'connection_error']) container.on(event, () => undefined)

  const web = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE, handleProtocols: () => PROTOCOL })
  const upgrade: EventHubs['upgrade'] = (request, socket, head) => {
    const [path = ''] = (request.url ?? '').split('?')
    const asked = (request.headers['sec-websocket-protocol'] ?? '').split(/\s*,\s*/)
    if (path.replace('%24', '$').replace(/\/$/, '').toLowerCase() === PATH && asked.includes(PROTOCOL))
      web.handleUpgrade(request, socket, head, (accepted) =>
        container.websocket_accept(accepted as never, settingsOf(() => accepted.bufferedAmount) as never),
      )
    else socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  }
  const http = createHttpServer((_, answer) => answer.writeHead(400).end()).on('upgrade', upgrade)

  const open = new Set<Socket>()
  /** AMQP begins with its name, a WebSocket with a request. */
  const accept = (socket: Socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.once('data', (first: Buffer) => {
      socket.pause()
      socket.unshift(first)
      if (first.subarray(0, 4).toString('latin1') === 'AMQP') {
        const connection = container.create_connection(settingsOf(() => socket.writableLength) as never)
        ;(connection as unknown as { accept: (socket: Socket) => void }).accept(socket)
      } else http.emit('connection', socket)
      socket.resume()
    })
  }
  const plain = createServer(accept)
  const secure = createSecureServer({ cert, key }, accept)
  const amqpPort = await listen(plain, options.amqpPort)
  const amqpsPort = await listen(secure, options.amqpsPort)
  const timer = setInterval(() => {
    for (const peer of peers.values()) peer.inspect(patience)
    broker.wake()
  }, TICK).unref()

  return {
    amqpPort,
    amqpsPort,
    namespaces: broker.namespaces.map(({ tenant, host, policies: [root] }) => ({
      tenant: tenant.world.tenantId,
      namespace: host,
      connectionString: connectionString(host, root!),
      developmentConnectionString: `${connectionString(`127.0.0.1:${amqpPort}`, root!)};UseDevelopmentEmulator=true`,
      amqpPort,
      amqpsPort,
      hubs: HUBS.map(({ name }) => name),
    })),
    upgrade,
    close: async () => {
      clearInterval(timer)
      for (const client of web.clients) client.terminate()
      for (const socket of open) socket.destroy()
      await Promise.all([plain, secure].map((server) => new Promise((resolve) => server.close(resolve))))
    },
  }
}

/** What Event Hubs says of itself when it opens a connection, and how the library is to behave. */
const settingsOf = (buffered: () => number) => ({
  container_id: `${randomBytes(16).toString('hex')}_G1`,
  max_frame_size: MAX_FRAME,
  channel_max: 4999,
  idle_time_out: PATIENCE,
  autoaccept: false,
  credit_window: 300,
  buffered,
})

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return (server.address() as AddressInfo).port
}
