import { CLOUD_APPS as LIMIT } from '#throttle/limits.ts'
import { CLOUD_APPS } from '#world/resources.ts'
import { Router } from '#http/router.ts'
import { readCaller } from '#bearer.ts'
import type { Cloud } from '#cloud.ts'
import type { Refusal, Reply, Request, Service } from '#http/exchange.ts'
import type { TokenKeys } from '#token-keys.ts'

import { CloudAppsError, cloudAppsErrorReply, notImplemented } from './errors.ts'
import { activityRoutes } from './activities.ts'
import { alertRoutes } from './alerts.ts'
import type { Route } from './route.ts'

const REGIONS = ['us', 'us2', 'us3', 'eu', 'eu2']
const OWN = new Set(['alerts', 'activities', 'entities', 'files', 'subnet', 'discovery'])

/**
 * Microsoft Defender for Cloud Apps: `https://<tenant>.<region>.portal.cloudappsecurity.com/api/v1/…`, and below `/cas` of
 * the host that all tenants share.
 */
export function cloudAppsService(cloud: Cloud, keys: TokenKeys): Service {
  const router = new Router<Route>()
  for (const route of [...alertRoutes, ...activityRoutes]) router.add(route.method, route.pattern, route)

  const operate = async (request: Request): Promise<Reply> => {
    const segments = request.segments[0]?.toLowerCase() === 'cas' ? request.segments.slice(1) : request.segments
    // The old kind of token is made in the portal, which is not here.
    const caller = await readCaller(cloud, keys, request, CLOUD_APPS.audience)
    if (typeof caller === 'string') throw new CloudAppsError(401, 'Invalid token')
    const found = router.match(request.method, segments.slice(2))
    if (!found) throw notImplemented(`${request.method} ${request.path}`)
    const granted = new Set([...caller.roles].map((role) => role.toLowerCase()))
    if (!found.handler.roles.some((role) => granted.has(role)))
      throw new CloudAppsError(403, 'You do not have permission to perform this action.')
    const { over, retryAfter } = cloud.throttle.count(LIMIT, caller.tenant.world.tenantId)
    if (over)
      throw new CloudAppsError(429, `Request was throttled. Expected available in ${retryAfter} seconds.`, retryAfter)
    return found.handler.handle({ ...caller, request, params: found.params })
  }

  return {
    name: 'cloud-apps',
    hosts: ['portal.cloudappsecurity.com', ...REGIONS.map((region) => `*.${region}.portal.cloudappsecurity.com`)],
    owns: ([first = '', second = '', third = '']) =>
      first.toLowerCase() === 'cas' ||
      (first.toLowerCase() === 'api' && second.toLowerCase() === 'v1' && OWN.has(third.toLowerCase())),
    handle: async (request) => {
      try {
        return await operate(request)
      } catch (error) {
        if (error instanceof CloudAppsError) return cloudAppsErrorReply(error)
        throw error
      }
    },
    refuse: (request, refusal) => cloudAppsErrorReply(refused(request, refusal)),
  }
}

function refused(request: Request, refusal: Refusal): CloudAppsError {
  switch (refusal.reason) {
    case 'malformed':
      return new CloudAppsError(400, refusal.detail)
    case 'too large':
      return new CloudAppsError(413, 'The request body is too large.')
    case 'not implemented':
      return notImplemented(`${request.method} ${request.path}`)
    case 'failed':
      return new CloudAppsError(500, 'Internal server error.')
  }
}
