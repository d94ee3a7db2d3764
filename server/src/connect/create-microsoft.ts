import { setTimeout } from 'node:timers/promises'

import type { Budgets } from '#domain/budget.ts'
import type { Clock } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'

import { createBatchLine } from './batch.ts'
import { createBudgets } from './budgets.ts'
import { RESOURCE_TITLES, type Cloud, type CloudApi } from './clouds.ts'
import { ConnectionClosed } from './connection-closed.ts'
import { isThrottled, linkFault, parseJson, replyFault, unreadable } from './faults.ts'
import type { Microsoft, MicrosoftApi, MicrosoftRequest, Traffic } from './microsoft.ts'
import { readPages } from './pages.ts'
import { sendPatiently, type Patience } from './patience.ts'
import { LINKS, linkPlace, requestPath, scopeOf } from './request-path.ts'
import { createThrottle, type Wait } from './throttle.ts'
import { createTokenSource, type Application, type Token } from './tokens/token-source.ts'
import { createTransport, type Received, type Transport } from './transport.ts'

export interface MicrosoftOptions extends Application {
  clock: Clock
  /** How to wait; timers when absent. */
  wait?: Wait
  /** Shared by all processes of an installation; this process's own when absent. */
  budgets?: Budgets
}

/** A token this old may lack what was consented since; a younger one is taken at its word. */
const CONSENT_RECHECK_MS = 5 * 60_000

/**
 * {@link Microsoft} over HTTPS for one application. `close()` ends its connections and all waiting; what was asked and is not
 * answered by then rejects with {@link ConnectionClosed}.
 */
export function createMicrosoft(options: MicrosoftOptions): Microsoft & { close(): Promise<void> } {
  const { tenantId, credential, cloud, clock } = options
  const wait: Wait = options.wait ?? ((ms, signal) => setTimeout(ms, undefined, { signal }))
  const closing = new AbortController()
  const transport = createTransport(cloud.ca)
  const { budgets = createBudgets(clock) } = options
  const throttle = createThrottle(wait, closing.signal)
  const traffic: Traffic = { requests: 0, parts: 0, throttled: 0 }
  const patience: Patience = { transport: counted(transport, traffic), throttle, wait, clock, budgets, tenantId }
  const tokens = createTokenSource(options, patience)
  const secret = credential.kind === 'secret' ? credential.secret : undefined

  function apiOf(request: Pick<MicrosoftRequest, 'api' | 'what'>): CloudApi {
    const api = cloud.apis[request.api]
    if (api) return api
    throw new AppError({
      code: 'CONNECT_REQUEST_REFUSED',
      what: request.what,
      why: `${cloud.title} does not offer ${RESOURCE_TITLES[request.api]}.`,
      fix: 'Leave out what needs it for this connection, or choose the cloud that the tenant is in.',
    })
  }

  /** One answer with a token that is renewed at most once, whichever way it turned out to be stale. */
  async function answer(request: MicrosoftRequest, isStreamed = false): Promise<Received> {
    const { origin, audience } = apiOf(request)
    const path = requestPath(request, origin, tenantId)
    const { method = 'GET', body, signal } = request
    const headers = {
      accept: 'application/json',
      'user-agent': 'Cordon',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...request.headers,
    }
    const ended = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal
    let used: Token | undefined
    const send = (): Promise<Received> =>
      sendPatiently(patience, {
        scope: scopeOf(request.api, path),
        signal: ended,
        repeatable: request.repeatable ?? (method === 'GET' || method === 'PUT'),
        call: async () => {
          used = await tokens.get(audience)
          return {
            what: request.what,
            method,
            origin,
            path,
            headers: { ...headers, authorization: `Bearer ${used.value}` },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
            // A body that is left to arrive must end with the connections.
            signal: isStreamed ? ended : signal,
            isStreamed,
          }
        },
      })
    try {
      const reply = await send()
      const stale = reply.status === 401 || (reply.status === 403 && mayLackNewConsent(used, request.permission))
      if (!stale) return reply
      await tokens.renew(audience, used)
      return await send()
    } catch (error) {
      return closedFirst(signal)(error)
    }
  }

  /** Whoever closed the door ended it, where the caller's own signal has not. */
  const closedFirst =
    (signal: AbortSignal | undefined) =>
    (error: unknown): never => {
      if (closing.signal.aborted && !signal?.aborted) throw new ConnectionClosed()
      throw error
    }

  function mayLackNewConsent(token: Token | undefined, permission: string | undefined): boolean {
    if (!token?.roles || permission === undefined || token.roles.includes(permission)) return false
    return clock.now() - token.issuedAt > CONSENT_RECHECK_MS
  }

  const microsoft: Microsoft = {
    tenantId,
    traffic,
    ...eventHubsOf(cloud),
    async send(request) {
      const reply = await answer(request)
      if (reply.status >= 200 && reply.status < 300) return reply
      throw replyFault(request, reply, secret)
    },
    async stream(request) {
      const reply = await answer(request, true)
      if (reply.status >= 200 && reply.status < 300) return wholeBody(reply)
      throw replyFault(request, reply, secret)
    },
    async download(link) {
      const { what, signal } = link
      const place = linkPlace(link, { origin: apiOf(link).origin, storage: cloud.storage })
      const ended = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal
      const call = { what, method: 'GET', ...place, headers: { 'user-agent': 'Cordon' }, signal: ended } as const
      const reply = await sendPatiently(patience, {
        scope: LINKS,
        signal: ended,
        repeatable: true,
        call: async () => ({ ...call, isStreamed: true }),
      }).catch(closedFirst(signal))
      if (reply.status >= 200 && reply.status < 300) return wholeBody(reply)
      throw linkFault(what, place.origin, reply)
    },
    async json(request, schema) {
      const reply = await microsoft.send(request)
      const parsed = schema.safeParse(parseJson(reply.body))
      if (parsed.success) return parsed.data
      throw unreadable(request, reply)
    },
    pages: (request, item) => readPages(microsoft, request, item),
    batch: (parts, signal) => line.send(parts, signal),
    async accessToken(api) {
      const what = `Could not sign in to ${RESOURCE_TITLES[api]}.`
      return tokens.get(apiOf({ api, what }).audience)
    },
    async grantedRoles(api: MicrosoftApi) {
      const what = `Could not read what the application may do in ${RESOURCE_TITLES[api]}.`
      const { roles } = await tokens.renew(apiOf({ api, what }).audience)
      if (roles) return roles
      throw new AppError({
        code: 'CONNECT_REPLY_UNREADABLE',
        what,
        why: 'The token that Entra issued is not one whose roles can be read.',
        fix: 'Test the features one by one instead: a missing permission is named when it is needed.',
      })
    },
  }
  const line = createBatchLine(microsoft, patience, traffic)
  return Object.assign(microsoft, {
    async close() {
      if (closing.signal.aborted) return
      closing.abort(new ConnectionClosed())
      await transport.close()
    },
  })
}

function eventHubsOf({ eventHubs: hosts, eventHubsEndpoint: endpoint, ca }: Cloud): Pick<Microsoft, 'eventHubs'> {
  if (hosts === undefined) return {}
  return { eventHubs: { hosts, ...(endpoint !== undefined && { endpoint }), ...(ca !== undefined && { ca }) } }
}

async function* wholeBody({ body, rest }: Received): AsyncGenerator<Buffer, void, undefined> {
  yield body
  if (rest) yield* rest
}

function counted(transport: Transport, traffic: Traffic): Pick<Transport, 'exchange'> {
  return {
    async exchange(call) {
      traffic.requests++
      const exchange = await transport.exchange(call)
      if ('reply' in exchange && isThrottled(exchange.reply)) traffic.throttled++
      return exchange
    },
  }
}
