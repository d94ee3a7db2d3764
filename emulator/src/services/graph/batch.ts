import { setTimeout as delay } from 'node:timers/promises'

import { Query } from '#http/exchange.ts'
import { segmentsOf } from '#http/router.ts'
import { random } from '#world/random.ts'
import { OUTLOOK_CONCURRENCY } from '#throttle/limits.ts'
import type { Faults } from '#faults/faults.ts'
import type { Reply, Request } from '#http/exchange.ts'

import { badRequest, errorReply } from './errors.ts'
import { isOutlook } from './throttle.ts'
import { readJson } from './json.ts'

/**
 * JSON batching: up to 20 parts, each answered on its own inside one 200. Parts run side by side, those that depend on
 * others after them, and mail and calendar four at a time whatever their mailboxes; answers come in no order worth relying
 * on, as in the real service.
 *
 * @see https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits
 */

interface Part {
  id: string
  method: string
  url: string
  headers: Record<string, string>
  body: unknown
  dependsOn: string[]
}

const MOST = 20
const METHODS = new Set(['GET', 'POST', 'PATCH', 'PUT', 'DELETE'])

/** Answers a batch by asking `handle` for each part. @throws GraphError BadRequest where the batch itself is malformed. */
export async function answerBatch(
  request: Request,
  handle: (part: Request) => Promise<Reply>,
  faults: Faults,
): Promise<Reply> {
  const parts = readParts(request)
  const replies = new Map<string, Promise<Reply>>()
  const inTurn = atMost(OUTLOOK_CONCURRENCY)
  const run = async (part: Part): Promise<Reply> => {
    const before = await Promise.all(part.dependsOn.map((id) => replies.get(id.toLowerCase())!))
    if (before.some(({ status }) => status >= 400)) return failedDependency
    const answer = () => answerPart(request, part, handle, faults)
    return isOutlook(pathOf(part)) ? inTurn(answer) : answer()
  }
  for (const part of inOrder(parts)) replies.set(part.id.toLowerCase(), run(part))
  const responses = await Promise.all(
    parts.map(async (part) => ({ id: part.id, ...asPart(await replies.get(part.id.toLowerCase())!) })),
  )
  return { status: 200, body: { responses: responses.sort((a, b) => shuffle(a.id) - shuffle(b.id)) } }
}

/** Without the query and the key of a folder: `/users/x/mailFolders`. */
const pathOf = ({ url }: Part): string => `/${url.replace(/^\//, '').split(/[?(]/, 1)[0]}`

/** Runs so many at a time; others wait in the order they came. */
function atMost(places: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running === places) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}

const shuffle = (id: string) => random('batch', id).next()

const failedDependency: Reply = {
  status: 424,
  body: { error: { code: 'FailedDependency', message: 'The request failed because a request it depends on failed.' } },
}

async function answerPart(
  outer: Request,
  part: Part,
  handle: (part: Request) => Promise<Reply>,
  faults: Faults,
): Promise<Reply> {
  const version = `/${outer.segments[0] ?? 'v1.0'}`
  const url = `${version}${part.url.startsWith('/') ? '' : '/'}${part.url}`
  const [path = '', ...query] = url.split('?')
  const fault = faults.strike('graph', part.method, url, outer.headers['authorization'])
  if (fault?.delayMs) await delay(fault.delayMs)
  if (fault?.status !== undefined)
    return {
      status: fault.status,
      headers: { ...fault.headers },
      ...(fault.body === undefined ? {} : { body: fault.body }),
    }
  let segments: string[]
  try {
    segments = segmentsOf(path)
  } catch {
    return errorReply(badRequest('Invalid request URI.'), part.headers['client-request-id'])
  }
  return handle({
    method: part.method,
    origin: outer.origin,
    path,
    segments,
    query: new Query(query.join('?')),
    headers: {
      ...part.headers,
      authorization: outer.headers['authorization'] ?? '',
    },
    body: part.body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(part.body)),
  })
}

function asPart({ status, headers, body }: Reply) {
  const json = body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body)
  const shown = json
    ? body
    : body === undefined || body === ''
      ? undefined
      : Buffer.from(body as string | Buffer).toString('base64')
  return {
    status,
    headers: { ...(json ? { 'Content-Type': 'application/json' } : {}), ...headers },
    ...(shown === undefined ? {} : { body: shown }),
  }
}

function readParts(request: Request): Part[] {
  const { requests } = readJson(request) as { requests?: unknown }
  if (!Array.isArray(requests) || requests.length === 0) throw badRequest('Invalid batch payload format.')
  if (requests.length > MOST) throw badRequest(`Number of batch request steps exceeds the maximum value of ${MOST}.`)
  const parts = requests.map(readPart)
  const ids = new Set(parts.map(({ id }) => id.toLowerCase()))
  if (ids.size < parts.length) throw badRequest('Invalid batch payload: request ids must be unique.')
  for (const part of parts)
    for (const id of part.dependsOn)
      if (!ids.has(id.toLowerCase()))
        throw badRequest(`Invalid batch payload: request '${part.id}' depends on unknown request '${id}'.`)
  return parts
}

function readPart(value: unknown): Part {
  const part = (typeof value === 'object' && value !== null ? value : {}) as Partial<Record<keyof Part, unknown>>
  const { id, method, url, headers, body, dependsOn = [] } = part
  if (typeof id !== 'string' || id === '' || typeof url !== 'string' || typeof method !== 'string')
    throw badRequest('Invalid batch payload: each request needs id, method and url.')
  const verb = method.toUpperCase()
  if (!METHODS.has(verb)) throw badRequest(`Invalid batch payload: method '${method}' is not supported.`)
  if (!Array.isArray(dependsOn)) throw badRequest('Invalid batch payload: dependsOn must be an array.')
  const named = Object.entries((headers ?? {}) as Record<string, unknown>).map(([name, text]) => [
    name.toLowerCase(),
    String(text),
  ])
  const lower = Object.fromEntries(named) as Record<string, string>
  if (body !== undefined && !lower['content-type'])
    throw badRequest(`Invalid batch payload: request '${id}' has a body but no Content-Type header.`)
  return { id, method: verb, url, headers: lower, body, dependsOn: dependsOn.map(String) }
}

/** Parts after those they depend on. */
function inOrder(parts: readonly Part[]): Part[] {
  const ordered: Part[] = []
  const placed = new Set<string>()
  while (ordered.length < parts.length) {
    const ready = parts.filter(
      ({ id, dependsOn }) =>
        !placed.has(id.toLowerCase()) && dependsOn.every((other) => placed.has(other.toLowerCase())),
    )
    if (ready.length === 0) throw badRequest('Invalid batch payload: dependsOn forms a circle.')
    for (const part of ready) placed.add(part.id.toLowerCase())
    ordered.push(...ready)
  }
  return ordered
}
