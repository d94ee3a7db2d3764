import { randomUUID } from 'node:crypto'

import { Router } from '#http/router.ts'
import { groupsOf } from '#world/azure/subscriptions.ts'
import { protocolNow } from '#clock.ts'
import type { Caller } from '#bearer.ts'
import type { Cloud } from '#cloud.ts'
import type { Refusal, Reply, Request, Service } from '#http/exchange.ts'
import type { Subscription } from '#world/azure/subscriptions.ts'
import type { TokenKeys } from '#token-keys.ts'

import { AzureError, azureErrorReply, badRequest, groupNotFound, notImplemented } from './errors.ts'
import { activityRoutes } from './activity-log.ts'
import { admit, authorize, callerOf, checkVersion, subscriptionOf } from './access.ts'
import { alertRoutes } from './alerts.ts'
import { assignmentRoute } from './role-assignments.ts'
import { definitionRoutes } from './role-definitions.ts'
import { namespaceRoutes } from './event-hubs.ts'
import { resourceRoutes } from './resources.ts'
import type { Call, Route } from './route.ts'

/**
 * Azure Resource Manager: subscriptions, resource groups, resources, the activity log, Defender for Cloud's alerts, role
 * assignments. What an application may do is a matter of its role assignments, not of app roles.
 */
export function azureService(cloud: Cloud, keys: TokenKeys): Service {
  const router = new Router<Route>()
  const routes = [...resourceRoutes, ...activityRoutes, ...alertRoutes, ...definitionRoutes, ...namespaceRoutes(keys)]
  for (const route of routes) router.add(route.method, route.pattern, route)

  const operate = async (request: Request): Promise<Reply> => {
    const caller = await callerOf(cloud, keys, request)
    const found = assignmentRoute(request) ?? matched(router, request)
    if (!found) throw notImplemented(`${request.method} ${request.path}`)
    checkVersion(request, found.route)
    const id = found.params['subscription']
    const subscription = id === undefined ? undefined : subscriptionOf(cloud, caller, id)
    const headers = admit(cloud.throttle, caller, request.method, subscription?.id)
    const call = { ...caller, request, ...found, ...(subscription ? { subscription } : {}) }
    const reply = await found.route.handle(letIn(call, found.route, caller))
    return { ...reply, headers: { ...headers, ...reply.headers } }
  }

  return {
    name: 'azure',
    hosts: ['management.azure.com'],
    owns: ([first = '']) => ['subscriptions', 'providers', 'tenants'].includes(first.toLowerCase()),
    handle: async (request) => {
      try {
        return decorate(request, await operate(request))
      } catch (error) {
        if (error instanceof AzureError) return decorate(request, azureErrorReply(error))
        throw error
      }
    },
    refuse: (request, refusal) => decorate(request, azureErrorReply(refused(request, refusal))),
  }
}

function matched(router: Router<Route>, request: Request) {
  const found = router.match(request.method, request.segments)
  return found && { route: found.handler, params: found.params, scope: scopeOf(found.params) }
}

const scopeOf = ({ subscription, group }: Record<string, string>) =>
  subscription === undefined
    ? '/'
    : `/subscriptions/${subscription}${group === undefined ? '' : `/resourceGroups/${group}`}`

/** Checks permission before existence, as Resource Manager does. @throws AzureError 403, 404. */
function letIn(call: Call & { subscription?: Subscription }, route: Route, caller: Caller): Call {
  if (route.action !== undefined) authorize(caller, route.action, call.scope)
  const { group } = call.params
  if (group === undefined) return call
  const known = groupsOf(caller.tenant.world).find(
    ({ name, subscription }) => subscription === call.subscription?.id && name.toLowerCase() === group.toLowerCase(),
  )
  if (!known) throw groupNotFound(group)
  return call
}

/** Headers that every answer has. */
function decorate(request: Request, reply: Reply): Reply {
  const requestId = randomUUID()
  const correlationId = request.headers['x-ms-correlation-request-id'] ?? requestId
  const stamp = new Date(protocolNow()).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  return {
    ...reply,
    headers: {
      'cache-control': 'no-cache',
      pragma: 'no-cache',
      expires: '-1',
      'x-ms-request-id': requestId,
      'x-ms-correlation-request-id': correlationId,
      'x-ms-routing-request-id': `WESTEUROPE:${stamp}:${correlationId}`,
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      ...(request.headers['x-ms-return-client-request-id'] === 'true' && request.headers['x-ms-client-request-id']
        ? { 'x-ms-client-request-id': request.headers['x-ms-client-request-id'] }
        : {}),
      ...reply.headers,
    },
  }
}

function refused(request: Request, refusal: Refusal): AzureError {
  switch (refusal.reason) {
    case 'malformed':
      return badRequest(refusal.detail)
    case 'too large':
      return new AzureError(413, 'RequestContentTooLarge', 'The request content size exceeds the maximum size of 4 MB.')
    case 'not implemented':
      return notImplemented(`${request.method} ${request.path}`)
    case 'failed':
      return new AzureError(500, 'InternalServerError', 'Encountered internal server error.')
  }
}
