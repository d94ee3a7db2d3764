import { GRAPH } from '#world/resources.ts'
import { protocolNow } from '#clock.ts'
import type { Cloud } from '#cloud.ts'
import type { Reply, Request } from '#http/exchange.ts'
import type { TokenKeys } from '#token-keys.ts'

import { findAccount, subjectOf } from './account.ts'

/**
 * OpenID Connect's userinfo, at Graph's host in the real cloud. Needs a token that a person was signed in for.
 *
 * Refusals are 401 with `WWW-Authenticate: Bearer error="invalid_token"`.
 */
export async function userInfo(cloud: Cloud, keys: TokenKeys, request: Request): Promise<Reply> {
  const token = /^Bearer\s+(\S+)$/i.exec(request.headers['authorization'] ?? '')?.[1]
  const claims = token === undefined ? undefined : await keys.read(token)
  const tenant = cloud.tenants.find(({ world }) => world.tenantId === claims?.['tid'])
  const scopes = new Set(String(claims?.['scp'] ?? '').split(' '))
  const alive = claims?.aud === GRAPH.audience && (claims.exp ?? 0) * 1000 > protocolNow() && scopes.has('openid')
  const account = tenant && alive ? findAccount(tenant, String(claims['oid'])) : undefined
  if (!account)
    return {
      status: 401,
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
      body: {
        error: { code: 'InvalidAuthenticationToken', message: 'Access token is missing, expired or not for a person.' },
      },
    }
  return {
    status: 200,
    headers: { 'cache-control': 'no-store' },
    body: {
      sub: subjectOf(tenant!, String(claims!['appid']), account),
      ...(scopes.has('profile')
        ? {
            name: account.displayName,
            ...(account.surname === null ? {} : { family_name: account.surname }),
            ...(account.givenName === null ? {} : { given_name: account.givenName }),
            picture: 'https://graph.microsoft.com/v1.0/me/photo/$value',
          }
        : {}),
      ...(scopes.has('email') && account.mail !== null ? { email: account.mail } : {}),
    },
  }
}
