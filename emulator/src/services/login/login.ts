import { Router } from '#http/router.ts'
import type { Cloud, Tenant } from '#cloud.ts'
import type { Reply, Request, Service } from '#http/exchange.ts'

import { COMMON, instanceDiscovery, openIdConfiguration } from './discovery.ts'
import { Grants } from './grants.ts'
import { LoginError, badTenantName, loginReply, noTenant, onlyPost, unknownTenant } from './errors.ts'
import { adminConsent } from './consent.ts'
import { authorize, notForAnyTenant } from './authorize.ts'
import { errorPage, logOut } from './pages.ts'
import { issueToken } from './token.ts'
import { userInfo } from './user-info.ts'
import type { TokenKeys } from '#token-keys.ts'

type Handler = (request: Request, tenant: string) => Promise<Reply> | Reply

/** Entra ID's sign-in service: tokens for applications and people, discovery and signing keys, consent. */
export function loginService(cloud: Cloud, keys: TokenKeys): Service {
  const grants = new Grants(keys)
  const tenantOf = (name: string) => findTenant(cloud, name)
  const named = (name: string) => (isCommon(name) ? name.toLowerCase() : tenantOf(name).world.tenantId)
  const token = (version: 'v1' | 'v2') => (request: Request, tenant: string) => {
    if (isCommon(tenant)) throw noTenant()
    return issueToken(tenantOf(tenant), keys, grants, request, version)
  }
  const configuration = (version: 'v1' | 'v2') => (request: Request, tenant: string) =>
    openIdConfiguration(request.origin, named(tenant), version)
  const jwks = async (request: Request, tenant: string) => {
    const name = named(tenant)
    return { status: 200, body: await keys.jwks(`${request.origin}/${isCommon(name) ? '{tenantid}' : name}/v2.0`) }
  }
  const signIn = (request: Request, tenant: string) =>
    authorize(cloud, keys, grants, request, (clientId) =>
      isCommon(tenant) ? notForAnyTenant(cloud.tenants, clientId) : tenantOf(tenant),
    )
  const consent = (version: 'v1' | 'v2') => (request: Request, tenant: string) =>
    adminConsent(cloud, isCommon(tenant) ? cloud.tenants[0]! : tenantOf(tenant), request, version)
  const api = new Router<Handler>()
    .add('POST', '/:tenant/oauth2/v2.0/token', token('v2'))
    .add('GET', '/:tenant/oauth2/v2.0/token', ({ method }) => {
      throw onlyPost(method)
    })
    .add('POST', '/:tenant/oauth2/token', token('v1'))
    // Shipping clients send the v1 form with GET and a body.
    .add('GET', '/:tenant/oauth2/token', token('v1'))
    .add('GET', '/:tenant/v2.0/.well-known/openid-configuration', configuration('v2'))
    .add('GET', '/:tenant/.well-known/openid-configuration', configuration('v1'))
    .add('GET', '/:tenant/discovery/v2.0/keys', jwks)
    .add('GET', '/:tenant/discovery/keys', jwks)
    .add('GET', '/common/discovery/instance', ({ origin, query }) =>
      instanceDiscovery(origin, query.get('authorization_endpoint')),
    )
    .add('GET', '/oidc/userinfo', (request) => userInfo(cloud, keys, request))
    .add('POST', '/oidc/userinfo', (request) => userInfo(cloud, keys, request))
  const pages = new Router<Handler>()
    .add('GET', '/:tenant/oauth2/v2.0/authorize', signIn)
    .add('POST', '/:tenant/oauth2/v2.0/authorize', signIn)
    .add('GET', '/:tenant/oauth2/v2.0/logout', logOut)
    .add('GET', '/:tenant/oauth2/logout', logOut)
    .add('GET', '/:tenant/adminconsent', consent('v1'))
    .add('POST', '/:tenant/adminconsent', consent('v1'))
    .add('GET', '/:tenant/v2.0/adminconsent', consent('v2'))
    .add('POST', '/:tenant/v2.0/adminconsent', consent('v2'))
  const service: Service = {
    name: 'login',
    hosts: ['login.microsoftonline.com', 'login.windows.net', 'sts.windows.net'],
    owns: ([first = '', second = '']) => first === 'oidc' || OWN.has(second.toLowerCase()),
    handle: async (request) => {
      const { method, segments } = request
      const [route, shown] = [api.match(method, segments), pages.match(method, segments)]
      const found = route ?? shown
      if (!found) return service.refuse(request, { reason: 'not implemented' })
      const correlation = request.headers['client-request-id'] || request.query.get('client-request-id')
      try {
        return await found.handler(request, found.params['tenant'] ?? '')
      } catch (error) {
        if (!(error instanceof LoginError)) throw error
        return shown ? errorPage(error, correlation) : loginReply(error, correlation)
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

const OWN = new Set(['oauth2', 'v2.0', '.well-known', 'discovery', 'adminconsent'])
const isCommon = (name: string) => COMMON.has(name.toLowerCase())
const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

function findTenant(cloud: Cloud, name: string): Tenant {
  const wanted = name.toLowerCase()
  if (!GUID.test(name) && !/^[\w-]+(\.[\w-]+)+$/.test(name)) throw badTenantName(name)
  const tenant = cloud.tenants.find(({ world }) => [world.tenantId, world.domain, world.initialDomain].includes(wanted))
  if (!tenant) throw unknownTenant(name)
  return tenant
}
