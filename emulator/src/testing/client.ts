import { Agent, request } from 'node:https'
import { readFileSync } from 'node:fs'

import type { Emulator } from '#index.ts'

import { isGraph, judgeAnswer } from './graph-judge.ts'

/** A bare HTTPS client for tests: sends what it is told, reads whatever comes back. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body: Buffer
  /** The body read as JSON; undefined where it is none. Tests look where they expect to find something. */
  json: Json
}

/** JSON that a test reaches into: members by name or number, and the members of a list in turn. */
export interface Json {
  [member: string]: Json
  [Symbol.iterator](): Iterator<Json>
}

export interface Ask {
  method?: string
  headers?: Record<string, string>
  /** An object is sent as JSON, text as a form. */
  body?: object | string | Buffer
  /** The test expects that the service lacks this: 501 is no failure. */
  mayBeMissing?: boolean
}

export type Client = ReturnType<typeof clientOf>

/**
 * Every answer of Graph is held to Microsoft's schema and to Graph's error body, and fails the test where it does not fit;
 * `judged: false` is for tests that spoil answers by faults.
 */
export function clientOf(
  { url, caFile, tenants }: Pick<Emulator, 'url' | 'caFile' | 'tenants'>,
  { judged = true }: { judged?: boolean } = {},
) {
  const agent = new Agent({ ca: readFileSync(caFile), keepAlive: true, maxSockets: 8 })
  const send = async (path: string, ask: Ask = {}): Promise<Answer> => {
    const answer = await exchange(agent, path.startsWith('https:') ? path : `${url}${path}`, ask)
    if (judged) hold(path.replace(/^https:\/\/[^/]+/, ''), ask, answer)
    return answer
  }
  const tokens = new Map<string, Promise<string>>()
  const token = (application: string, audience: string) => {
    const key = `${application} ${audience}`
    if (!tokens.has(key)) tokens.set(key, logIn(application, audience))
    return tokens.get(key)!
  }
  const logIn = async (name: string, audience: string) => {
    const app = tenants[0]!.applications.find((candidate) => candidate.name === name)!
    return tokenFor(app.clientId, app.secret, audience)
  }
  const tokenFor = async (clientId: string, secret: string, audience: string) => {
    const form = {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: secret,
      scope: `${audience}/.default`,
    }
    const answer = await send(`/${tenants[0]!.id}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams(form).toString(),
    })
    return String(answer.json['access_token'])
  }
  const as =
    (application: string, audience: string) =>
    async (path: string, ask: Ask = {}) =>
      send(path, { ...ask, headers: { authorization: `Bearer ${await token(application, audience)}`, ...ask.headers } })
  /** A fresh registration with exactly these app roles, and a way to ask as it. */
  const withRoles = async (
    roles: readonly string[],
    audience = 'https://graph.microsoft.com',
    directoryRoles: readonly string[] = [],
  ) => {
    const body = { name: 'Made by a test', roles, directoryRoles }
    const made = await send('/_emu/applications', { method: 'POST', body })
    const bearer = await tokenFor(String(made.json['clientId']), String(made.json['secret']), audience)
    return (path: string, ask: Ask = {}) =>
      send(path, { ...ask, headers: { authorization: `Bearer ${bearer}`, ...ask.headers } })
  }
  return {
    send,
    tokenFor,
    withRoles,
    tenant: tenants[0]!,
    close: () => agent.destroy(),
    graph: as('Cordon', 'https://graph.microsoft.com'),
    auditor: as('Independent auditor', 'https://graph.microsoft.com'),
    activity: as('Cordon', 'https://manage.office.com'),
    feed: `/api/v1.0/${tenants[0]!.id}/activity/feed`,
  }
}

function hold(url: string, { method = 'GET', body, mayBeMissing = false }: Ask, answer: Answer): void {
  if (answer.status === 501 && !mayBeMissing) throw new Error(`${method} ${url} is not implemented.`)
  if (!isGraph(url)) return
  const problems = judgeAnswer({
    method,
    url,
    requestBody: body,
    status: answer.status,
    contentType: answer.headers['content-type'] ?? '',
    body: answer.json,
    mayBeMissing,
  })
  if (problems.length > 0)
    throw new Error(`${method} ${url} answered ${answer.status}:\n  ${problems.slice(0, 12).join('\n  ')}`)
}

function exchange(agent: Agent, url: string, { method = 'GET', headers = {}, body }: Ask): Promise<Answer> {
  const json = typeof body === 'object' && !Buffer.isBuffer(body)
  const type = json ? 'application/json' : 'application/x-www-form-urlencoded'
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { agent, method, headers: { ...(body === undefined ? {} : { 'content-type': type }), ...headers } },
      (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () => {
          const whole = Buffer.concat(chunks)
          resolve({
            status: incoming.statusCode!,
            headers: incoming.headers as Record<string, string>,
            body: whole,
            json: parse(whole),
          })
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(json ? JSON.stringify(body) : body)
  })
}

function parse(body: Buffer): Json {
  try {
    return JSON.parse(body.toString('utf8')) as Json
  } catch {
    return undefined as unknown as Json
  }
}
