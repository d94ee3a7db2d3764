import type { Tenant } from '#cloud.ts'
import type { Reply, Request } from '#http/exchange.ts'
import type { TokenKeys } from '#token-keys.ts'

import { issueAppToken } from './app-token.ts'
import { readForm, required } from './form.ts'
import { redeemCode, refresh } from './user-token.ts'
import { unsupportedGrant } from './errors.ts'
import type { Grants } from './grants.ts'

/** What a token is asked with. */
export interface TokenRequest {
  tenant: Tenant
  keys: TokenKeys
  grants: Grants
  request: Request
  form: URLSearchParams
  version: 'v1' | 'v2'
}

/**
 * The token endpoint, v2 (`scope`) or v1 (`resource`).
 *
 * @throws LoginError 900144, 70003 and those of the grants.
 */
export async function issueToken(
  tenant: Tenant,
  keys: TokenKeys,
  grants: Grants,
  request: Request,
  version: 'v1' | 'v2',
): Promise<Reply> {
  const form = readForm(request)
  const grant = required(form, 'grant_type')
  const asked = { tenant, keys, grants, request, form, version }
  const body = await answer(grant, asked)
  return { status: 200, headers: { 'cache-control': 'no-store, no-cache', pragma: 'no-cache' }, body }
}

async function answer(grant: string, asked: TokenRequest): Promise<object> {
  if (grant === 'client_credentials') return issueAppToken(asked)
  if (asked.version === 'v2' && grant === 'authorization_code') return redeemCode(asked)
  if (asked.version === 'v2' && grant === 'refresh_token') return refresh(asked)
  throw unsupportedGrant(grant)
}
