import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

import { protocolNow } from '#clock.ts'
import { withDuplicate, withPages } from '#faults/faults.ts'
import type { Fault } from '#faults/rules.ts'
import type { Faults } from '#faults/faults.ts'

import { JSON_TYPE, Query } from './exchange.ts'
import { answersFor } from './hosts.ts'
import { segmentsOf } from './router.ts'
import type { Reply, Request, Service } from './exchange.ts'
import type { Journal } from './journal.ts'

/**
 * The door, HTTPS or plain. The Host header picks the service, as in the real cloud; on a loopback host the path does. Faults
 * are injected here, and every request is journaled here.
 */
export interface Door {
  url: string
  close(): Promise<void>
}

export interface DoorOptions {
  /** Without it the door speaks plain HTTP. */
  tls?: { cert: string; key: string }
  /** 0 picks a free one. */
  port: number
  /** Takes requests to speak another protocol; without it they are answered like others. */
  upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  services: readonly Service[]
  faults: Faults
  journal: Journal
}

/** Larger bodies are read, thrown away and refused: Graph's own limit for a request. */
const BODY_LIMIT = 4 * 1024 * 1024

/** Opens the door on 127.0.0.1. @throws the listen error (`EADDRINUSE`, `EACCES`). */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const scheme = options.tls ? 'https' : 'http'
  const pick = pickFrom(options.services)
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse) =>
    void serve(options, pick, incoming, outgoing, scheme)
  const server = options.tls
    ? createSecureServer({ ...options.tls, keepAliveTimeout: 60_000 }, listener)
    : createServer({ keepAliveTimeout: 60_000 }, listener)
  if (options.upgrade) server.on('upgrade', options.upgrade)
  server.on('clientError', (_, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  return {
    url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function serve(
  options: DoorOptions,
  pick: Pick,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  scheme: string,
): Promise<void> {
  const started = protocolNow()
  const url = incoming.url ?? '/'
  const { request, malformed } = understand(incoming, scheme)
  const service = pick(request)
  const method = request.method
  const note = (status: number, text?: string) =>
    options.journal.add(service.name, method, url, status, started, protocolNow() - started, text)
  try {
    const body = hasBody(incoming) ? await read(incoming, service.bodyLimit ?? BODY_LIMIT) : request.body
    const fault = options.faults.strike(service.name, method, url, request.headers['authorization'], body)
    if (fault?.delayMs) await delay(fault.delayMs)
    if (fault?.reset) {
      note(0, 'fault: reset')
      hangUp(incoming)
      return
    }
    if (body !== undefined) request.body = body
    const reply = await answer(service, request, malformed, body === undefined, options.faults, fault)
    if (fault?.dropAfterCommit) {
      note(reply.status, 'fault: answer dropped')
      hangUp(incoming)
      return
    }
    note(reply.status, fault ? 'fault' : (reply.note ?? (reply.status === 501 ? 'not implemented' : undefined)))
    send(outgoing, reply, fault, () => hangUp(incoming))
  } catch (error) {
    // The client hung up while we were reading or writing; nobody is left to be told.
    note(0, error instanceof Error ? error.message : String(error))
    hangUp(incoming)
  }
}

/**
 * Closes the connection. Not by way of the answer: where the answer before it is still being flushed, this one has no
 * connection yet, and destroying it would leave the client waiting for ever.
 */
function hangUp({ socket }: IncomingMessage): void {
  socket.destroy()
}

async function answer(
  service: Service,
  request: Request,
  malformed: string | undefined,
  large: boolean,
  faults: Faults,
  fault?: Fault,
): Promise<Reply> {
  if (fault?.status !== undefined) return struck({ status: fault.status }, fault)
  if (large) return service.refuse(request, { reason: 'too large' })
  if (malformed !== undefined) return service.refuse(request, { reason: 'malformed', detail: malformed })
  let reply: Reply
  try {
    if (fault?.duplicate && request.method !== 'GET') await service.handle(request)
    reply = await service.handle(fault?.pageSize === undefined ? request : withPages(request, fault.pageSize))
  } catch (error) {
    // A mistake of ours. The client gets the service's 500; the person running the emulator gets the stack.
    console.error(`m365-emulator: ${request.method} ${request.path}`, error)
    reply = service.refuse(request, { reason: 'failed' })
  }
  const earlier = faults.before(request, reply)
  return fault ? struck(reply, fault, earlier) : reply
}

function struck(reply: Reply, fault: Fault, earlier?: Reply): Reply {
  const seen = fault.staleRead && earlier ? earlier : reply
  const shown = fault.duplicate ? withDuplicate(seen) : seen
  return {
    ...shown,
    headers: { ...shown.headers, ...fault.headers },
    ...(fault.body === undefined ? {} : { body: fault.body }),
  }
}

const NOTHING = Buffer.alloc(0)

function understand(incoming: IncomingMessage, scheme: string): { request: Request; malformed?: string } {
  const url = incoming.url ?? '/'
  const cut = url.indexOf('?')
  const path = cut < 0 ? url : url.slice(0, cut)
  const request: Request = {
    method: incoming.method ?? 'GET',
    origin: `${scheme}://${hostOf(incoming)}`,
    path,
    // Only `set-cookie` is ever a list, and no request has it.
    headers: incoming.headers as Record<string, string>,
    body: NOTHING,
    query: new Query(cut < 0 ? '' : url.slice(cut + 1)),
    segments: [],
  }
  try {
    request.segments = segmentsOf(path)
    return { request }
  } catch {
    return { request, malformed: `The request URI '${path.slice(0, 200)}' is not properly percent-encoded.` }
  }
}

/** The host the client named, or ours where it named none that could stand in a URL. */
function hostOf(incoming: IncomingMessage): string {
  const host = incoming.headers.host ?? ''
  if (knownHosts.has(host)) return host
  if (!/^[\w.-]+(:\d+)?$|^\[[\d:]+\](:\d+)?$/.test(host)) return `127.0.0.1:${incoming.socket.localPort}`
  if (knownHosts.size > 1000) knownHosts.clear()
  knownHosts.add(host)
  return host
}

/** Hosts that could stand in a URL: nearly every request names the same. */
const knownHosts = new Set<string>()

type Pick = (request: Request) => Service

/** The host picks the service, and where it is nobody's the path does. */
function pickFrom(services: readonly Service[]): Pick {
  const byHost = new Map<string, Service | undefined>()
  return (request) => {
    if (!byHost.has(request.origin)) {
      if (byHost.size > 1000) byHost.clear()
      const { hostname } = new URL(request.origin)
      byHost.set(
        request.origin,
        services.find((service) => service.hosts.some((name) => answersFor(name, hostname))),
      )
    }
    const rough = request.segments.length > 0 ? request.segments : request.path.split('/').filter(Boolean)
    return byHost.get(request.origin) ?? services.find((service) => service.owns(rough)) ?? services.at(-1)!
  }
}

const hasBody = ({ headers }: IncomingMessage) =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'

/** The whole body; undefined if it is larger than the limit. What is too large is read and thrown away. */
async function read(incoming: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= limit) chunks.push(chunk)
    else chunks.length = 0
  }
  return size > limit ? undefined : Buffer.concat(chunks)
}

function send(
  outgoing: ServerResponse,
  { status, headers, body }: Reply,
  fault: Fault | undefined,
  breakOff: () => void,
): void {
  const json = body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body)
  let bytes: string | Buffer = body === undefined ? NOTHING : json ? JSON.stringify(body) : body
  if (fault?.badJson) bytes = String(bytes).slice(0, -1) + ',,'
  const length = typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length
  outgoing.writeHead(status, {
    ...(json ? JSON_TYPE : undefined),
    ...(status === 204 ? undefined : { 'content-length': length }),
    ...headers,
  })
  if (!fault?.truncate) {
    // Text of one byte a character goes out without being encoded again.
    if (typeof bytes === 'string') outgoing.end(bytes, length === bytes.length ? 'latin1' : 'utf8')
    else outgoing.end(bytes)
    return
  }
  outgoing.write(Buffer.from(bytes).subarray(0, Math.floor(length / 2)), breakOff)
}
