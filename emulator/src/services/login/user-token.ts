import { createHash } from 'node:crypto'

import { GRAPH } from '#world/resources.ts'
import { protocolNow } from '#clock.ts'
import type { Application } from '#world/applications.ts'
import type { Tenant } from '#cloud.ts'

import { authenticateAny } from './client.ts'
import { commonClaims } from './claims.ts'
import {
  disabledGrant,
  foreignGrant,
  otherRedirect,
  otherTenant,
  revokedGrant,
  wrongVerifier,
} from './sign-in-errors.ts'
import { findAccount, subjectOf } from './account.ts'
import { findClient } from './application.ts'
import { readScopes } from './scopes.ts'
import { required } from './form.ts'
import type { Account } from './account.ts'
import type { Grant } from './grants.ts'
import type { Proof } from './client.ts'
import type { TokenRequest } from './token.ts'

/** Tokens for a person: what an authorization code and a refresh token are redeemed for. */

const LIFETIME = 3599

/** @throws LoginError 900144, 9002313, 54005, 70008, 70000, 700005, 500112, 501481 and those of the client. */
export async function redeemCode(asked: TokenRequest): Promise<object> {
  const { application, proof } = await client(asked)
  const code = required(asked.form, 'code')
  const redirectUri = required(asked.form, 'redirect_uri')
  const grant = await asked.grants.redeem(code)
  if (redirectUri !== grant.redirectUri) throw otherRedirect(redirectUri, grant.redirectUri)
  checkVerifier(grant, asked.form.get('code_verifier'))
  return tokens(asked, application, proof, grant)
}

/** @throws LoginError 900144, 9002313, 700082, 70000, 50173 and those of the client. */
export async function refresh(asked: TokenRequest): Promise<object> {
  const { application, proof } = await client(asked)
  const grant = await asked.grants.renew(required(asked.form, 'refresh_token'))
  const { nonce: _, ...lasting } = grant
  return tokens(asked, application, proof, { ...lasting, scope: asked.form.get('scope') ?? grant.scope })
}

async function client({ tenant, form, request }: TokenRequest): Promise<{ application: Application; proof: Proof }> {
  const application = findClient(tenant, required(form, 'client_id'))
  return { application, proof: await authenticateAny(application, tenant, form, request) }
}

function checkVerifier({ challenge }: Grant, verifier: string | null): void {
  if (!challenge) return
  const shown =
    challenge.method === 'plain'
      ? verifier
      : createHash('sha256')
          .update(verifier ?? '')
          .digest('base64url')
  if (verifier === null || shown !== challenge.value) throw wrongVerifier()
}

async function tokens(
  { tenant, keys, request, form, grants }: TokenRequest,
  application: Application,
  proof: Proof,
  grant: Grant,
): Promise<object> {
  if (grant.tenantId !== tenant.world.tenantId) throw otherTenant()
  if (grant.clientId !== application.clientId) throw foreignGrant()
  const account = findAccount(tenant, grant.userId)
  if (!account || account.sessionsValidFrom > grant.signedInAt) throw revokedGrant()
  if (!account.enabled) throw disabledGrant()
  const scopes = readScopes(application, grant.scope)
  const now = Math.floor(protocolNow() / 1000)
  const scope = [...scopes].filter((each) => each !== 'offline_access').join(' ')
  const info = Buffer.from(JSON.stringify({ uid: account.id, utid: tenant.world.tenantId })).toString('base64url')
  return {
    token_type: 'Bearer',
    scope,
    expires_in: LIFETIME,
    ext_expires_in: LIFETIME,
    access_token: await keys.signSealed(accessClaims(tenant, application, account, proof, scope, now)),
    ...(scopes.has('offline_access') ? { refresh_token: await grants.refreshToken(grant) } : {}),
    ...(scopes.has('openid')
      ? { id_token: await keys.sign(identityClaims(tenant, application, account, grant, scopes, request.origin, now)) }
      : {}),
    ...(form.get('client_info') === '1' ? { client_info: info } : {}),
  }
}

/** Claims of a v2 ID token. */
function identityClaims(
  tenant: Tenant,
  application: Application,
  account: Account,
  grant: Grant,
  scopes: ReadonlySet<string>,
  origin: string,
  now: number,
) {
  const roles = application.userRoles?.[account.id] ?? []
  const { aio, rh, uti, tid, iat, nbf, exp } = commonClaims(tenant, now, 3900)
  return {
    aud: application.clientId,
    iss: `${origin}/${tid}/v2.0`,
    iat,
    nbf,
    exp,
    aio,
    rh,
    tid,
    uti,
    ...(scopes.has('email') && account.mail !== null ? { email: account.mail } : {}),
    ...(scopes.has('profile')
      ? { name: account.displayName, oid: account.id, preferred_username: account.userPrincipalName }
      : {}),
    ...(grant.nonce === undefined ? {} : { nonce: grant.nonce }),
    ...(roles.length > 0 ? { roles } : {}),
    sub: subjectOf(tenant, application.clientId, account),
    ver: '2.0',
  }
}

/** Claims of a delegated access token for Graph. */
function accessClaims(
  tenant: Tenant,
  application: Application,
  account: Account,
  proof: Proof,
  scope: string,
  now: number,
) {
  const issuer = `https://sts.windows.net/${tenant.world.tenantId}/`
  return {
    aud: GRAPH.audience,
    iss: issuer,
    ...commonClaims(tenant, now, LIFETIME),
    acct: 0,
    acr: '1',
    amr: ['pwd'],
    app_displayname: application.name,
    appid: application.clientId,
    appidacr: proof,
    family_name: account.surname ?? undefined,
    given_name: account.givenName ?? undefined,
    idtyp: 'user',
    name: account.displayName,
    oid: account.id,
    scp: scope,
    sub: subjectOf(tenant, GRAPH.appId, account),
    unique_name: account.userPrincipalName,
    upn: account.userPrincipalName,
    ver: '1.0',
  }
}
