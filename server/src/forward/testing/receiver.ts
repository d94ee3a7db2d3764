import { once } from 'node:events'
import { createServer as createPlain, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecure } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'

import type { LoopbackCertificate } from './loopback-certificate.ts'

/** A small server that takes events as one kind of tool does, and misbehaves when it is told to. */
export interface Receiver {
  options: Record<string, unknown>
  secret?: string
  /** Ids of the events it took, in the order taken, repeats included. */
  taken: string[]
  /** The events themselves, by id. */
  documents: Map<string, unknown>
  /** How often somebody came, whatever became of it. */
  readonly visits: number
  /** The next so many who come are struck; all when absent. */
  strike(fault: Fault, times?: number): void
  heal(): void
  close(): Promise<void>
}

/**
 * `busy` 429 · `down` 503 · `reset` in the middle of the request · `cut` in the middle of the reply · `redirect` to itself ·
 * `html` a sign-in page · `hang` no answer · `refuse` 400 whatever comes · `part-busy` takes every other item
 */
export type Fault = 'busy' | 'down' | 'reset' | 'cut' | 'redirect' | 'html' | 'hang' | 'refuse' | 'part-busy'

/** A document that every receiver refuses. */
export const POISON = 'poison'

export interface Handling {
  request: IncomingMessage
  body: string
  taken(document: { event: { id: string } }): void
  isStruck(fault: Fault): boolean
}

type Answer = { status: number; body: unknown }

/** An HTTP receiver; `handle` is the tool's own behavior. */
export async function startHttpReceiver(parts: {
  certificate?: LoopbackCertificate
  options: (url: string) => Record<string, unknown>
  secret?: string
  handle(handling: Handling): Answer
}): Promise<Receiver> {
  const { certificate, handle, secret } = parts
  const log = takings()
  const listener = (request: IncomingMessage, response: ServerResponse) => void answer(request, response)
  const server = certificate ? createSecure(certificate, listener) : createPlain(listener)
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const struck = log.visit()
    if (struck === 'hang') return
    if (struck === 'reset') return void request.once('data', () => request.socket.destroy())
    const body = await text(request)
    const reply = (status: number, sent: unknown, headers: Record<string, string> = {}) =>
      response.writeHead(status, headers).end(typeof sent === 'string' ? sent : JSON.stringify(sent))
    if (struck === 'busy') return void reply(429, 'too many requests', { 'retry-after': '7' })
    if (struck === 'down') return void reply(503, 'starting')
    if (struck === 'redirect') return void reply(302, '', { location: '/elsewhere' })
    if (struck === 'html') return void reply(200, '<html>Sign in to the hotel</html>')
    if (struck === 'refuse') return void reply(400, 'I take nothing')
    const { status, body: sent } = handle({ request, body, taken: log.take, isStruck: (fault) => struck === fault })
    if (struck !== 'cut') return void reply(status, sent)
    response.writeHead(status, { 'content-length': '1000' }).write('{"it')
    response.socket?.destroy()
  }

  const { port } = server.address() as AddressInfo
  return {
    options: parts.options(`${certificate ? 'https' : 'http'}://localhost:${port}`),
    ...(secret !== undefined && { secret }),
    ...log.receiver,
    get visits() {
      return log.receiver.visits
    },
    async close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** What a receiver took, and what strikes whom. */
export function takings() {
  const taken: string[] = []
  const documents = new Map<string, unknown>()
  let visits = 0
  let fault: { kind: Fault; left: number } | undefined
  return {
    take(document: { event: { id: string } }): void {
      taken.push(document.event.id)
      documents.set(document.event.id, document)
    },
    /** Which fault strikes whoever just came. */
    visit(): Fault | undefined {
      visits += 1
      if (!fault || fault.left === 0) return undefined
      fault.left -= 1
      return fault.kind
    },
    receiver: {
      taken,
      documents,
      get visits() {
        return visits
      },
      strike(kind: Fault, times = Infinity): void {
        fault = { kind, left: times }
      },
      heal(): void {
        fault = undefined
      },
    },
  }
}
