import type { JWTPayload } from 'jose'

import { protocolNow } from '#clock.ts'
import type { Cloud, Tenant } from '#cloud.ts'
import type { Request } from '#http/exchange.ts'
import type { TokenKeys } from '#token-keys.ts'

/** Who is calling: read out of the access token, as granted when the token was issued. */
export interface Caller {
  tenant: Tenant
  appId: string
  roles: ReadonlySet<string>
  /** Template ids of directory roles. */
  directoryRoles: ReadonlySet<string>
  /** When the token was issued: protocol time, seconds. */
  issuedAt: number
  /** True where the client can be told at once that its token is revoked: `xms_cc` has `cp1`. */
  continuous: boolean
}

/** Why a token does not admit to a service. */
export type Unauthorized = 'missing' | 'unreadable' | 'expired' | 'wrong audience'

/** The caller of a request, if its bearer token is one of ours, alive, and for one of `audiences`. */
export async function readCaller(
  cloud: Cloud,
  keys: TokenKeys,
  request: Request,
  ...audiences: readonly string[]
): Promise<Caller | Unauthorized> {
  const token = tokenOf(request.headers['authorization'] ?? '')
  if (!token) return 'missing'
  const claims = await keys.read(token)
  const tenant = cloud.tenants.find(({ world }) => world.tenantId === claims?.['tid'])
  if (!claims || !tenant) return 'unreadable'
  if ((claims.exp ?? 0) * 1000 <= protocolNow()) return 'expired'
  if (!audiences.includes(String(claims.aud))) return 'wrong audience'
  let caller = callers.get(claims)
  if (!caller) callers.set(claims, (caller = callerOf(claims, tenant)))
  return caller
}

/** Callers by the claims of their token: the same token comes again and again. */
const callers = new WeakMap<object, Caller>()

const callerOf = (claims: JWTPayload, tenant: Tenant): Caller => ({
  tenant,
  appId: String(claims['appid']),
  roles: setOf(claims['roles']),
  directoryRoles: setOf(claims['wids']),
  issuedAt: claims.iat ?? 0,
  continuous: setOf(claims['xms_cc']).has('cp1'),
})

/** What follows `Bearer`, in any case; undefined where there is none. */
const tokenOf = (header: string): string | undefined =>
  header.length > 7 && header.slice(0, 7).toLowerCase() === 'bearer ' ? header.slice(7).trim() : undefined

const setOf = (list: unknown) => new Set((list as string[] | undefined) ?? [])
