import { protocolNow } from '#clock.ts'
import type { Request } from '#http/exchange.ts'
import type { Tenant } from '#cloud.ts'
import type { TokenKeys } from '#token-keys.ts'

import { findAccount } from './account.ts'
import type { Account } from './account.ts'

/** Who has signed in with this browser: a signed cookie, so that nothing is kept here. */

const COOKIE = 'ESTSAUTHPERSISTENT'
const KIND = 'urn:m365-emulator:session'
/** Seconds. */
const LIFETIME = 86_400

export async function startSession(keys: TokenKeys, tenant: Tenant, account: Account, origin: string): Promise<string> {
  const exp = Math.floor(protocolNow() / 1000) + LIFETIME
  const value = await keys.sign({ aud: KIND, exp, sub: account.id, tid: tenant.world.tenantId, at: tenant.now })
  return cookie(value, LIFETIME, origin)
}

export const endSession = (origin: string): string => cookie('', 0, origin)

const cookie = (value: string, seconds: number, origin: string) =>
  `${COOKIE}=${value}; Path=/; HttpOnly; Max-Age=${seconds}${origin.startsWith('https:') ? '; Secure; SameSite=None' : '; SameSite=Lax'}`

export async function sessionOf(keys: TokenKeys, tenant: Tenant, request: Request): Promise<Account | undefined> {
  const value = new RegExp(`(?:^|;\\s*)${COOKIE}=([^;]+)`).exec(request.headers['cookie'] ?? '')?.[1]
  const claims = value === undefined ? undefined : await keys.read(value)
  if (claims?.aud !== KIND || claims['tid'] !== tenant.world.tenantId || (claims.exp ?? 0) * 1000 <= protocolNow())
    return undefined
  const account = findAccount(tenant, String(claims.sub))
  const valid = account?.enabled && account.sessionsValidFrom <= Number(claims['at'])
  return valid ? account : undefined
}
