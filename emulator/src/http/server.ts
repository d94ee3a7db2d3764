import { createServer } from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { protocolNow } from '#clock.ts'
import type { Fault, Faults } from '#faults/faults.ts'

import { Query } from './exchange.ts'
import { segmentsOf } from './router.ts'
import type { Reply, Request, Service } from './exchange.ts'
import type { Journal } from './journal.ts'

/**
 * The one HTTPS door. The Host header picks the service, as in the real cloud; on a loopback host the path does. Faults
 * are injected here, and every request is journaled here.
 */
export interface Door {
  url: string
  close(): Promise<void>
}

export interface DoorOptions {
  cert: string
  key: string
  /** 0 picks a free one. */
  port: number
  services: readonly Service[]
  faults: Faults
  journal: Journal
}

/** Larger bodies are read, thrown away and refused: Graph's own limit for a request. */
const BODY_LIMIT = 4 * 1024 * 1024

/** Opens the door on 127.0.0.1. @throws the listen error (`EADDRINUSE`, `EACCES`). */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const server = createServer(
    { cert: options.cert, key: options.key, keepAliveTimeout: 60_000 },
    (incoming, outgoing) => {
      void serve(options, incoming, outgoing)
    },
  )
  server.on('clientError', (_, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function serve(options: DoorOptions, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const started = protocolNow()
  const url = incoming.url ?? '/'
  const { request, malformed } = understand(incoming)
  const service = pick(options.services, request)
  const note = (status: number, text?: string) =>
    options.journal.add({
      at: new Date(started).toISOString(),
      service: service.name,
      method: request.method,
      url,
      status,
      milliseconds: protocolNow() - started,
      ...(text ? { note: text } : {}),
    })
  try {
    const body = await read(incoming)
    const fault = options.faults.strike(service.name, request.method, url)
    if (fault?.delayMs) await delay(fault.delayMs)
    if (fault?.reset) {
      note(0, 'fault: reset')
      outgoing.destroy()
      return
    }
    const reply = await answer(
      service,
      { ...request, body: body ?? request.body },
      malformed,
      body === undefined,
      fault,
    )
    if (fault?.dropAfterCommit) {
      note(reply.status, 'fault: answer dropped')
      outgoing.destroy()
      return
    }
    note(reply.status, fault ? 'fault' : reply.status === 501 ? 'not implemented' : undefined)
    send(outgoing, reply, fault?.truncate === true)
  } catch (error) {
    // The client hung up while we were reading or writing; nobody is left to be told.
    note(0, error instanceof Error ? error.message : String(error))
    outgoing.destroy()
  }
}

async function answer(
  service: Service,
  request: Request,
  malformed: string | undefined,
  large: boolean,
  fault?: Fault,
) {
  if (fault?.status !== undefined) return struck({ status: fault.status }, fault)
  if (large) return service.refuse(request, { reason: 'too large' })
  if (malformed !== undefined) return service.refuse(request, { reason: 'malformed', detail: malformed })
  let reply: Reply
  try {
    reply = await service.handle(request)
  } catch (error) {
    // A mistake of ours. The client gets the service's 500; the person running the emulator gets the stack.
    console.error(`m365-emulator: ${request.method} ${request.path}`, error)
    reply = service.refuse(request, { reason: 'failed' })
  }
  return fault ? struck(reply, fault) : reply
}

const struck = (reply: Reply, fault: Fault): Reply => ({
  ...reply,
  headers: { ...reply.headers, ...fault.headers },
  ...(fault.body === undefined ? {} : { body: fault.body }),
})

function understand(incoming: IncomingMessage): { request: Request; malformed?: string } {
  const url = incoming.url ?? '/'
  const cut = url.indexOf('?')
  const path = cut < 0 ? url : url.slice(0, cut)
  const host = hostOf(incoming)
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  )
  const request = {
    method: incoming.method ?? 'GET',
    origin: `https://${host}`,
    path,
    headers,
    body: Buffer.alloc(0),
    query: new Query(cut < 0 ? '' : url.slice(cut + 1)),
    segments: [],
  }
  try {
    return { request: { ...request, segments: segmentsOf(path) } }
  } catch {
    return { request, malformed: `The request URI '${path.slice(0, 200)}' is not properly percent-encoded.` }
  }
}

/** The host the client named, or ours where it named none that could stand in a URL. */
function hostOf(incoming: IncomingMessage): string {
  const host = incoming.headers.host ?? ''
  return URL.canParse(`https://${host}`) && /^[\w.:[\]-]+$/.test(host) ? host : `127.0.0.1:${incoming.socket.localPort}`
}

function pick(services: readonly Service[], request: Request): Service {
  const host = new URL(request.origin).hostname
  const rough = request.segments.length > 0 ? request.segments : request.path.split('/').filter(Boolean)
  return (
    services.find((service) => service.hosts.some((name) => answersFor(name, host))) ??
    services.find((service) => service.owns(rough)) ??
    services.at(-1)!
  )
}

/** `*.servicebus.windows.net` stands for one label more, as in a certificate. */
const answersFor = (name: string, host: string) =>
  name.startsWith('*.') ? host.slice(host.indexOf('.')) === name.slice(1) : name === host

/** The whole body; undefined if it is larger than the limit. */
async function read(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= BODY_LIMIT) chunks.push(chunk)
    else chunks.length = 0
  }
  return size > BODY_LIMIT ? undefined : Buffer.concat(chunks)
}

function send(outgoing: ServerResponse, reply: Reply, truncate: boolean): void {
  const { body } = reply
  const json = body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body)
  const bytes =
    body === undefined
      ? Buffer.alloc(0)
      : Buffer.isBuffer(body)
        ? body
        : Buffer.from(json ? JSON.stringify(body) : String(body))
  outgoing.writeHead(reply.status, {
    ...(json ? { 'content-type': 'application/json; charset=utf-8' } : {}),
    ...(reply.status === 204 ? {} : { 'content-length': bytes.length }),
    ...reply.headers,
  })
  if (!truncate) {
    outgoing.end(bytes)
    return
  }
  outgoing.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => outgoing.destroy())
}
