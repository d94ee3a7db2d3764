import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

import { GRAPH } from '#world/resources.ts'
import { Router } from '#http/router.ts'
import { readCaller } from '#bearer.ts'
import { userInfo } from '#services/login/user-info.ts'
import type { Caller, Unauthorized } from '#bearer.ts'
import type { Cloud } from '#cloud.ts'
import type { Refusal, Reply, Request, Service } from '#http/exchange.ts'
import type { TokenKeys } from '#token-keys.ts'

import { GraphError, badRequest, errorReply, notImplemented } from './errors.ts'
import { admissionOf, isOutlook } from './throttle.ts'
import { answerBatch } from './batch.ts'
import { auditRoutes } from './audit/routes.ts'
import { applicationRoutes } from './applications/routes.ts'
import { calendarRoutes } from './calendar/routes.ts'
import { identityRoutes } from './identity/routes.ts'
import { folderRoutes } from './mail/folder-routes.ts'
import { mailboxSettingsRoutes } from './mailbox-settings/settings.ts'
import { messageRoutes } from './mail/messages.ts'
import { messageTraceRoutes } from './message-trace/message-traces.ts'
import { refuseRevoked } from './continuous-access.ts'
import { securityRoutes } from './security/routes.ts'
import { notifySubscribers } from './subscriptions/notifier.ts'
import { subscriptionRoutes } from './subscriptions/routes.ts'
import type { Admit } from './throttle.ts'
import type { Route } from './route.ts'

/** Every operation Graph has here. */
export const ROUTES: readonly Route[] = [
  ...identityRoutes,
  ...applicationRoutes,
  ...folderRoutes,
  ...messageRoutes,
  ...mailboxSettingsRoutes,
  ...calendarRoutes,
  ...auditRoutes,
  ...messageTraceRoutes,
  ...securityRoutes,
  ...subscriptionRoutes,
]

const VERSIONS = new Set(['v1.0', 'beta'])

/** Microsoft Graph: directory and mail. */
export function graphService(cloud: Cloud, keys: TokenKeys): Service {
  const router = new Router<{ route: Route; admit: Admit }>()
  for (const route of ROUTES) router.add(route.method, route.pattern, { route, admit: admissionOf(route) })
  notifySubscribers(cloud, keys)

  const operate = async (request: Request): Promise<Reply> => {
    const [version = '', ...segments] = request.segments
    const found = VERSIONS.has(version.toLowerCase()) ? router.match(request.method, segments) : undefined
    const caller = await readCaller(cloud, keys, request, GRAPH.audience)
    if (typeof caller === 'string') throw unauthorized(caller)
    refuseRevoked(caller)
    if (!found) throw notImplemented(`${request.method} ${request.path}`)
    const { route, admit } = found.handler
    authorize(caller, route)
    const call = { ...caller, request, params: found.params, root: `${request.origin}/${version}` }
    const admission = admit(cloud.throttle, call)
    try {
      if (cloud.latencyMs > 0) await delay(cloud.latencyMs)
      const reply = await route.handle(call)
      return { ...reply, headers: { ...admission.headers, ...reply.headers } }
    } finally {
      admission.leave()
    }
  }

  const handle = async (request: Request): Promise<Reply> => {
    if (request.segments[0]?.toLowerCase() === 'oidc') return userInfo(cloud, keys, request)
    try {
      return isBatch(request) ? await batch(request) : await operate(request)
    } catch (error) {
      if (error instanceof GraphError) return errorReply(error, request.headers['client-request-id'])
      throw error
    }
  }

  const batch = async (request: Request): Promise<Reply> => {
    const caller = await readCaller(cloud, keys, request, GRAPH.audience)
    if (typeof caller === 'string') throw unauthorized(caller)
    refuseRevoked(caller)
    return answerBatch(request, handle, cloud.faults)
  }

  return {
    name: 'graph',
    hosts: ['graph.microsoft.com'],
    owns: ([first = '']) => VERSIONS.has(first.toLowerCase()),
    handle: async (request) => decorate(request, await handle(request)),
    refuse: (request, refusal) =>
      decorate(request, errorReply(refused(request, refusal), request.headers['client-request-id'])),
  }
}

const isBatch = ({ method, segments }: Request) =>
  method === 'POST' && segments.length === 2 && segments[1] === '$batch'

/** Headers that every Graph reply has. */
function decorate(request: Request, reply: Reply): Reply {
  const requestId = reply.headers?.['request-id'] ?? randomUUID()
  const json = typeof reply.body === 'object' && !Buffer.isBuffer(reply.body)
  return {
    ...reply,
    headers: {
      ...(json
        ? {
            'content-type':
              'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8',
          }
        : {}),
      'odata-version': '4.0',
      'request-id': requestId,
      'client-request-id': request.headers['client-request-id'] ?? requestId,
      'x-ms-ags-diagnostic':
        '{"ServerInfo":{"DataCenter":"Emulated","Slice":"E","Ring":"0","ScaleUnit":"000","RoleInstance":"EMULATOR"}}',
      ...reply.headers,
    },
  }
}

const UNAUTHORIZED: Record<Unauthorized, string> = {
  missing: 'Access token is empty.',
  unreadable: 'Access token validation failure.',
  expired: 'Lifetime validation failed, the token is expired.',
  'wrong audience': 'Access token validation failure. Invalid audience.',
}

const unauthorized = (why: Unauthorized) => new GraphError(401, 'InvalidAuthenticationToken', UNAUTHORIZED[why])

/** Each workload refuses in words of its own. */
function authorize(caller: Caller, route: Route): void {
  const allowed = route.roles.some((role) => caller.roles.has(role))
  if (allowed && (route.together ?? []).every((role) => caller.roles.has(role))) return
  if (route.pattern.startsWith('/identity/conditionalAccess'))
    throw new GraphError(
      403,
      'AccessDenied',
      'You cannot perform the requested operation, required scopes are missing in the token.',
    )
  if (route.pattern.includes('/authentication/'))
    throw new GraphError(403, 'accessDenied', 'Request Authorization failed')
  if (isOutlook(route.pattern))
    throw new GraphError(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.')
  throw new GraphError(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.')
}

function refused(request: Request, refusal: Refusal): GraphError {
  switch (refusal.reason) {
    case 'malformed':
      return badRequest(refusal.detail)
    case 'too large':
      return new GraphError(413, 'RequestEntityTooLarge', 'The request body exceeds the maximum allowed size.')
    case 'not implemented':
      return notImplemented(`${request.method} ${request.path}`)
    case 'failed':
      return new GraphError(500, 'InternalServerError', 'An internal server error occurred.')
  }
}
