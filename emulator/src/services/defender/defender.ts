import { DEFENDER } from '#world/resources.ts'
import { DEFENDER_HOUR, DEFENDER_MINUTE } from '#throttle/limits.ts'
import { Router } from '#http/router.ts'
import { readCaller } from '#bearer.ts'
import type { Caller } from '#bearer.ts'
import type { Cloud } from '#cloud.ts'
import type { Limit } from '#throttle/limits.ts'
import type { Refusal, Reply, Request, Service } from '#http/exchange.ts'
import type { TokenKeys } from '#token-keys.ts'

import { DefenderError, defenderErrorReply, notImplemented, tooManyRequests } from './errors.ts'
import { RESULTS, liveResponseRoutes, readResult } from './live-response.ts'
import { actionRoutes } from './actions.ts'
import { fileRoutes } from './files.ts'
import { indicatorRoutes } from './indicators.ts'
import { libraryRoutes } from './library.ts'
import { machineRoutes } from './machines.ts'
import type { Route } from './route.ts'

const ROUTES: readonly Route[] = [
  ...machineRoutes,
  ...actionRoutes,
  ...liveResponseRoutes,
  ...libraryRoutes,
  ...fileRoutes,
  ...indicatorRoutes,
]

const HOSTS = [
  'api.security.microsoft.com',
  'api.securitycenter.microsoft.com',
  'api.securitycenter.windows.com',
].concat(
  ['us', 'eu', 'uk', 'au', 'swa', 'ina', 'aea'].map((region) => `${region}.api.security.microsoft.com`),
  ['us', 'eu', 'uk'].flatMap((region) => [
    `api-${region}.securitycenter.microsoft.com`,
    `api-${region}.securitycenter.windows.com`,
  ]),
)

const OWN = new Set(['machines', 'machineactions', 'indicators', 'files', 'libraryfiles', 'alerts'])

/** Microsoft Defender for Endpoint. */
export function defenderService(cloud: Cloud, keys: TokenKeys): Service {
  const router = new Router<Route>()
  for (const route of ROUTES) router.add(route.method, `/api${route.pattern}`, route)

  const operate = async (request: Request): Promise<Reply> => {
    if (request.segments[0] === RESULTS) return readResult(cloud, request)
    const caller = await readCaller(cloud, keys, request, DEFENDER.audience, 'https://api.security.microsoft.com')
    if (typeof caller === 'string')
      throw new DefenderError(
        401,
        'Unauthorized',
        `The token is ${caller === 'wrong audience' ? 'for another API' : caller}.`,
      )
    const segments = request.segments.filter((segment, i) => i !== 1 || segment.toLowerCase() !== 'v1.0')
    const found = router.match(request.method, segments)
    if (!found) throw notImplemented(`${request.method} ${request.path}`)
    const route = found.handler
    authorize(caller, route)
    admit(cloud, caller, route)
    const { name } = caller.tenant.applications.find(({ clientId }) => clientId === caller.appId) ?? {
      name: caller.appId,
    }
    return route.handle({ ...caller, appName: name, request, params: found.params })
  }

  return {
    name: 'defender',
    hosts: HOSTS,
    // A library file may be 20 MB.
    bodyLimit: 24 * 1024 * 1024,
    owns: ([api = '', first = '', second = '']) =>
      api === RESULTS ||
      (api.toLowerCase() === 'api' &&
        (OWN.has(first.toLowerCase()) || (first.toLowerCase() === 'v1.0' && OWN.has(second.toLowerCase())))),
    handle: async (request) => {
      try {
        return await operate(request)
      } catch (error) {
        if (error instanceof DefenderError) return defenderErrorReply(error)
        throw error
      }
    },
    refuse: (request, refusal) => defenderErrorReply(refused(request, refusal)),
  }
}

function authorize({ roles }: Caller, route: Route): void {
  if (route.roles.some((role) => roles.has(role))) return
  throw new DefenderError(
    403,
    'Forbidden',
    `The application does not have any of the required application permissions (${route.roles.join(', ')}).`,
  )
}

function admit({ throttle }: Cloud, { tenant, appId }: Caller, route: Route): void {
  const key = `${appId} ${tenant.world.tenantId}`
  const limits: [Limit, string][] = [
    [DEFENDER_MINUTE, '100 calls per minute'],
    [DEFENDER_HOUR, '1500 calls per hour'],
    ...(route.limit ? [[route.limit, `${route.limit.amount} calls per minute`] satisfies [Limit, string]] : []),
  ]
  for (const [limit, words] of limits) {
    const { over, retryAfter } = throttle.count(limit, key)
    if (over) throw tooManyRequests(words, retryAfter)
  }
}

function refused(request: Request, refusal: Refusal): DefenderError {
  switch (refusal.reason) {
    case 'malformed':
      return new DefenderError(400, 'BadRequest', refusal.detail)
    case 'too large':
      return new DefenderError(413, 'RequestEntityTooLarge', 'The request body is too large.')
    case 'not implemented':
      return notImplemented(`${request.method} ${request.path}`)
    case 'failed':
      return new DefenderError(500, 'InternalServerError', 'An internal error occurred.')
  }
}
