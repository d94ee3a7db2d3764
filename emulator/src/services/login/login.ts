import { Router } from '#http/router.ts'
import type { Cloud, Tenant } from '#cloud.ts'
import type { Reply, Request, Service } from '#http/exchange.ts'

import { instanceDiscovery, openIdConfiguration } from './discovery.ts'
import { LoginError, badTenantName, loginReply, unknownTenant } from './errors.ts'
import { issueToken } from './token.ts'
import type { TokenKeys } from '#token-keys.ts'

type Handler = (request: Request, tenant: string) => Promise<Reply> | Reply

/** Entra ID's sign-in service: tokens for applications, discovery and signing keys. */
export function loginService(cloud: Cloud, keys: TokenKeys): Service {
  const tenantOf = (name: string) => findTenant(cloud, name)
  const anyTenant = (name: string) => (COMMON.has(name.toLowerCase()) ? cloud.tenants[0]! : tenantOf(name))
  const token = (version: 'v1' | 'v2') => (request: Request, tenant: string) =>
    issueToken(tenantOf(tenant), keys, request, version)
  const configuration = (version: 'v1' | 'v2') => (request: Request, tenant: string) =>
    openIdConfiguration(request.origin, anyTenant(tenant).world.tenantId, version)
  const jwks = async (request: Request, tenant: string) => ({
    status: 200,
    body: await keys.jwks(`${request.origin}/${anyTenant(tenant).world.tenantId}/v2.0`),
  })
  const router = new Router<Handler>()
    .add('POST', '/:tenant/oauth2/v2.0/token', token('v2'))
    .add('POST', '/:tenant/oauth2/token', token('v1'))
    // Shipping clients send the v1 form with GET and a body.
    .add('GET', '/:tenant/oauth2/token', token('v1'))
    .add('GET', '/:tenant/v2.0/.well-known/openid-configuration', configuration('v2'))
    .add('GET', '/:tenant/.well-known/openid-configuration', configuration('v1'))
    .add('GET', '/:tenant/discovery/v2.0/keys', jwks)
    .add('GET', '/:tenant/discovery/keys', jwks)
    .add('GET', '/common/discovery/instance', (request) =>
      instanceDiscovery(request.origin, cloud.tenants[0]!.world.tenantId),
    )
  const service: Service = {
    name: 'login',
    hosts: ['login.microsoftonline.com', 'login.windows.net', 'sts.windows.net'],
    owns: (segments) => ['oauth2', 'v2.0', '.well-known', 'discovery'].includes(segments[1]?.toLowerCase() ?? ''),
    handle: async (request) => {
      const route = router.match(request.method, request.segments)
      if (!route) return service.refuse(request, { reason: 'not implemented' })
      const correlation = request.headers['client-request-id'] || request.query.get('client-request-id')
      try {
        return await route.handler(request, route.params['tenant'] ?? '')
      } catch (error) {
        if (error instanceof LoginError) return loginReply(error, correlation)
        throw error
      }
    },
    refuse: (_, refusal) => {
      switch (refusal.reason) {
        case 'malformed':
          return loginReply(new LoginError(900_144, 'invalid_request', 400, refusal.detail))
        case 'too large':
          return loginReply(new LoginError(900_144, 'invalid_request', 413, 'The request body is too large.'))
        case 'not implemented':
          return loginReply(new LoginError(0, 'not_implemented', 501, 'This emulator does not implement this route.'))
        case 'failed':
          return loginReply(
            new LoginError(90_033, 'temporarily_unavailable', 503, 'A transient error has occurred. Please try again.'),
          )
      }
    },
  }
  return service
}

const COMMON = new Set(['common', 'organizations'])
const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

function findTenant(cloud: Cloud, name: string): Tenant {
  const wanted = name.toLowerCase()
  if (!GUID.test(name) && !/^[\w-]+(\.[\w-]+)+$/.test(name)) throw badTenantName(name)
  const tenant = cloud.tenants.find(({ world }) => [world.tenantId, world.domain, world.initialDomain].includes(wanted))
  if (!tenant) throw unknownTenant(name)
  return tenant
}
