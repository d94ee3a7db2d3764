import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { Cloud } from '#connect/clouds.ts'
import { createMicrosoft } from '#connect/create-microsoft.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import type { Clock } from '#domain/clock.ts'
import { parseTenantId } from '#domain/ids.ts'
import type { Credential } from '#domain/tenant.ts'

/**
 * A scripted HTTP server for what no well-behaved service does: replies cut short, HTML in place of JSON, tokens echoed.
 * Everything else is tested against the emulator.
 */
export interface FakeCloud {
  cloud: Cloud
  /** Every request but those for tokens, in order. */
  requests: FakeRequest[]
  tokenRequests: FakeRequest[]
  /** Replies for a path (without query), used in order; the last one again and again. */
  answer(path: string, ...answers: Answer[]): void
  /** A client of this cloud whose waits take no time and are noted in `waits`. */
  client(options?: { clock?: Clock; credential?: Credential }): Microsoft & { close(): Promise<void>; waits: number[] }
  stop(): Promise<void>
}

interface FakeRequest {
  method: string
  /** With query. */
  url: string
  headers: IncomingMessage['headers']
  body: string
}

/** A JSON value with status 200, or a whole reply, or full control over the socket. */
export type Answer =
  | { json: unknown; status?: number; headers?: Record<string, string> }
  | { text: string; status?: number; headers?: Record<string, string> }
  | ((request: FakeRequest, response: ServerResponse) => void)

export const FAKE_TENANT = parseTenantId('5b0c7a51-0d6f-4f0e-9a53-3f5f0f8f7a01')!
export const FAKE_SECRET = 'Ab~8Q.a-secret+with/odd=characters'
const CLIENT_ID = '4f1e9f64-0c6a-4f0b-8a39-6d1d4b6b2a11'

export async function startFakeCloud(): Promise<FakeCloud> {
  const answers = new Map<string, Answer[]>()
  const requests: FakeRequest[] = []
  const tokenRequests: FakeRequest[] = []
  const clients: { close(): Promise<void> }[] = []

  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const { method = '', url = '', headers } = incoming
    const request = { method, url, headers, body: Buffer.concat(chunks).toString() }
    const path = url.split('?')[0]!
    const isToken = path.endsWith('/oauth2/v2.0/token')
    ;(isToken ? tokenRequests : requests).push(request)
    const script = answers.get(path) ?? []
    reply(request, response, (script.length > 1 ? script.shift() : script[0]) ?? (isToken ? grant() : MISSING))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const cloud: Cloud = {
    name: 'fake',
    title: 'Fake cloud',
    login: origin,
    apis: {
      graph: { origin, audience: 'https://graph.microsoft.com' },
      'management-activity': { origin, audience: 'https://manage.office.com' },
      'exchange-admin': { origin, audience: 'https://outlook.office365.com' },
      'cloud-apps': { origin, audience: '05a65629-4c1b-48c1-a78b-804c4abdd4af' },
    },
    portals: [],
    storage: [],
  }

  return {
    cloud,
    requests,
    tokenRequests,
    answer: (path, ...script) => void answers.set(path, script),
    client(options = {}) {
      const waits: number[] = []
      const client = createMicrosoft({
        tenantId: FAKE_TENANT,
        clientId: CLIENT_ID,
        credential: options.credential ?? { kind: 'secret', secret: FAKE_SECRET },
        cloud,
        clock: options.clock ?? { now: () => Date.parse('2026-11-20T09:00:00Z') },
        wait: async (ms) => void waits.push(ms),
      })
      clients.push(client)
      return Object.assign(client, { waits })
    },
    async stop() {
      await Promise.all(clients.map((client) => client.close()))
      server.closeAllConnections()
      server.close()
    },
  }
}

const MISSING: Answer = { status: 404, json: { error: { code: 'Request_ResourceNotFound', message: 'Not scripted.' } } }

let issued = 0

/** A token reply with these app roles. Every token differs. */
export function grant(roles?: readonly string[], expiresInSeconds = 3599): Answer {
  return (_, response) => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const token = `${part({ typ: 'JWT', alg: 'RS256' })}.${part({ uti: ++issued, ...(roles && { roles }) })}.signature`
    send(response, 200, {}, JSON.stringify({ token_type: 'Bearer', expires_in: expiresInSeconds, access_token: token }))
  }
}

function reply(request: FakeRequest, response: ServerResponse, answer: Answer): void {
  if (typeof answer === 'function') answer(request, response)
  else if ('json' in answer) send(response, answer.status, answer.headers, JSON.stringify(answer.json))
  else send(response, answer.status, { 'content-type': 'text/html', ...answer.headers }, answer.text)
}

function send(response: ServerResponse, status = 200, headers: Record<string, string> = {}, body = ''): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
}
