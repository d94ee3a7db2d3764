import { MANAGEMENT } from '#world/resources.ts'
import { MANAGEMENT_ACTIVITY } from '#throttle/limits.ts'
import { Router } from '#http/router.ts'
import { readCaller } from '#bearer.ts'
import type { Caller } from '#bearer.ts'
import type { Cloud } from '#cloud.ts'
import type { Refusal, Reply, Request, Service } from '#http/exchange.ts'
import type { TokenKeys } from '#token-keys.ts'

import {
  ActivityError,
  activityErrorReply,
  invalidParameter,
  missingPermission,
  notImplemented,
  tenantMismatch,
  tenantNotGuid,
  throttled,
} from './errors.ts'
import { getContent, listContent } from './content.ts'
import { listNotifications, listSubscriptions, startSubscription, stopSubscription } from './subscriptions.ts'
import { listSensitiveTypes } from './sensitive-types.ts'

type Handler = (caller: Caller, request: Request, contentId: string) => Reply

const ROOT = '/api/v1.0/:tenant/activity/feed'
const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** The Office 365 Management Activity API. */
export function managementActivityService(cloud: Cloud, keys: TokenKeys): Service {
  const router = new Router<Handler>()
    .add('POST', `${ROOT}/subscriptions/start`, startSubscription)
    .add('POST', `${ROOT}/subscriptions/stop`, stopSubscription)
    .add('GET', `${ROOT}/subscriptions/list`, listSubscriptions)
    .add('GET', `${ROOT}/subscriptions/content`, listContent)
    .add('GET', `${ROOT}/subscriptions/notifications`, listNotifications)
    .add('GET', `${ROOT}/audit/:contentId`, getContent)
    .add('GET', `${ROOT}/resources/dlpSensitiveTypes`, listSensitiveTypes)

  const operate = async (request: Request): Promise<Reply> => {
    const caller = await readCaller(cloud, keys, request, MANAGEMENT.audience)
    // Refused before the service is reached, hence in other words than its own.
    if (typeof caller === 'string') return unauthorized
    const route = router.match(request.method, request.segments)
    if (!route) throw notImplemented(`${request.method} ${request.path}`)
    checkTenant(route.params['tenant']!, caller)
    checkPublisher(request)
    if (!caller.roles.has('ActivityFeed.Read')) throw missingPermission(caller.roles)
    const { over } = cloud.throttle.count(MANAGEMENT_ACTIVITY, caller.tenant.world.tenantId)
    if (over)
      throw throttled(
        403,
        route.params['contentId'] ? 'GetBlob' : 'GetBlobs',
        request.query.get('PublisherIdentifier') ?? caller.tenant.world.tenantId,
      )
    return route.handler(caller, request, route.params['contentId'] ?? '')
  }

  return {
    name: 'management-activity',
    hosts: ['manage.office.com'],
    owns: ([api = '', version = '']) => api.toLowerCase() === 'api' && version.toLowerCase() === 'v1.0',
    handle: async (request) => {
      try {
        return await operate(request)
      } catch (error) {
        if (error instanceof ActivityError) return activityErrorReply(error)
        throw error
      }
    },
    refuse: (request, refusal) => activityErrorReply(refused(request, refusal)),
  }
}

const unauthorized: Reply = {
  status: 401,
  headers: { 'www-authenticate': 'Bearer' },
  body: { Message: 'Authorization has been denied for this request.' },
}

function checkTenant(named: string, { tenant }: Caller): void {
  if (!GUID.test(named)) throw tenantNotGuid(named)
  if (named.toLowerCase() !== tenant.world.tenantId) throw tenantMismatch(named, tenant.world.tenantId)
}

/** Who wrote the caller's program; left out, it shares its allowance with all that say nothing. */
function checkPublisher({ query }: Request): void {
  const publisher = query.get('PublisherIdentifier')
  if (publisher !== undefined && !GUID.test(publisher)) throw invalidParameter('PublisherIdentifier', 'Guid')
}

function refused(request: Request, refusal: Refusal): ActivityError {
  switch (refusal.reason) {
    case 'malformed':
      return new ActivityError(400, 'AF20002', `Invalid parameter type: ${refusal.detail}`)
    case 'too large':
      return new ActivityError(413, 'AF20002', 'The request body is too large.')
    case 'not implemented':
      return notImplemented(`${request.method} ${request.path}`)
    case 'failed':
      return new ActivityError(500, 'AF50000', 'An internal error occurred. Retry the request.')
  }
}
