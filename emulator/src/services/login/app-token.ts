import { protocolNow } from '#clock.ts'
import { GRAPH, findResource } from '#world/resources.ts'
import { rolesHeldBy } from '#world/roles.ts'
import { rolesInForce } from '#world/applications.ts'
import type { Tenant } from '#cloud.ts'
import type { Application } from '#world/applications.ts'
import type { Resource } from '#world/resources.ts'

import { authenticate } from './client.ts'
import { commonClaims } from './claims.ts'
import { findClient } from './application.ts'
import { badScope, malformedClaims, malformedScope, unknownResource } from './errors.ts'
import { required } from './form.ts'
import type { Proof } from './client.ts'
import type { TokenRequest } from './token.ts'

/** Seconds. Real ones live 60 to 90 minutes. */
const LIFETIME = 3599
/** Of a token that can be revoked at once. */
const LONG_LIFETIME = 86_399

/**
 * The client credentials grant.
 *
 * @throws LoginError 900144, 70011, 1002012, 500011 and those of {@link findClient} and {@link authenticate}.
 */
export async function issueAppToken({ tenant, keys, request, form, version }: TokenRequest): Promise<object> {
  const application = findClient(tenant, required(form, 'client_id'))
  const resource =
    version === 'v2' ? byScope(tenant, required(form, 'scope')) : byIdentifier(tenant, required(form, 'resource'))
  const proof = await authenticate(application, tenant, form, request)
  // Microsoft Graph is the only one that can be told of a revocation.
  const continuous = resource === GRAPH && declaresContinuousAccess(form)
  const lifetime = continuous ? LONG_LIFETIME : LIFETIME
  const now = Math.floor(protocolNow() / 1000)
  const claims = claimsOf(tenant, application, resource, proof, now, lifetime)
  const token = await (resource === GRAPH ? keys.signSealed : keys.sign).call(
    keys,
    continuous ? { ...claims, xms_cc: ['cp1'] } : claims,
  )
  return version === 'v2'
    ? {
        token_type: 'Bearer',
        expires_in: lifetime,
        ext_expires_in: lifetime,
        ...(continuous ? { refresh_in: Math.floor(lifetime / 2) } : {}),
        access_token: token,
      }
    : {
        token_type: 'Bearer',
        expires_in: String(lifetime),
        ext_expires_in: String(lifetime),
        expires_on: String(now + lifetime),
        not_before: String(now - 300),
        resource: resource.audience,
        access_token: token,
      }
}

function byScope(tenant: Tenant, scope: string): Resource {
  if (/\s/.test(scope.trim())) throw malformedScope(scope)
  if (!scope.endsWith('/.default')) throw badScope(scope)
  return byIdentifier(tenant, scope.slice(0, -'/.default'.length))
}

function byIdentifier(tenant: Tenant, identifier: string): Resource {
  const resource = findResource(identifier)
  if (!resource) throw unknownResource(identifier, tenant.world.name)
  return resource
}

/**
 * True where the client says that it can handle the claims challenge of continuous access evaluation: `cp1`, in any case.
 *
 * @throws LoginError 9002313 for `claims` that are no JSON object.
 */
function declaresContinuousAccess(form: URLSearchParams): boolean {
  const text = form.get('claims')
  if (!text) return false
  let claims: unknown
  try {
    claims = JSON.parse(text)
  } catch {
    throw malformedClaims()
  }
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) throw malformedClaims()
  const { access_token: wanted } = claims as { access_token?: { xms_cc?: { values?: unknown } | null } | null }
  const values = wanted?.xms_cc?.values
  return Array.isArray(values) && values.some((value) => String(value).toLowerCase() === 'cp1')
}

/** Claims of a v1 app-only token. `roles` is left out, not empty, where nothing has been granted. */
function claimsOf(
  tenant: Tenant,
  application: Application,
  resource: Resource,
  proof: Proof,
  now: number,
  lifetime: number,
) {
  const { tenantId } = tenant.world
  const roles = rolesInForce(application, tenant.now).filter((role) => role in resource.roles)
  return {
    aud: resource.audience,
    iss: `https://sts.windows.net/${tenantId}/`,
    ...commonClaims(tenant, now, lifetime),
    app_displayname: application.name,
    appid: application.clientId,
    appidacr: proof,
    idp: `https://sts.windows.net/${tenantId}/`,
    idtyp: 'app',
    oid: application.servicePrincipalId,
    sub: application.servicePrincipalId,
    ...(roles.length > 0 ? { roles } : {}),
    tenant_region_scope: 'EU',
    ver: '1.0',
    wids: [...rolesHeldBy(tenant, application.servicePrincipalId), '0997a1d0-0d1d-4acb-b408-d5ca73121e90'],
    xms_tcdt: Math.floor(tenant.world.epoch / 1000),
  }
}
