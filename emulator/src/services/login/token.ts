import { randomBytes } from 'node:crypto'

import { protocolNow } from '#clock.ts'
import { findResource } from '#world/resources.ts'
import type { Tenant } from '#cloud.ts'
import type { Reply, Request } from '#http/exchange.ts'
import type { Application } from '#world/applications.ts'
import type { Resource } from '#world/resources.ts'

import { authenticate } from './client.ts'
import {
  badScope,
  malformedScope,
  missingParameter,
  unknownApplication,
  unknownResource,
  unsupportedGrant,
} from './errors.ts'
import type { Proof } from './client.ts'
import type { TokenKeys } from '#token-keys.ts'

const LIFETIME = 3599

/**
 * The client credentials grant, v2 (`scope`) or v1 (`resource`).
 *
 * @throws LoginError 900144, 70003, 700016, 70011, 1002012, 500011 and those of {@link authenticate}.
 */
export async function issueToken(
  tenant: Tenant,
  keys: TokenKeys,
  request: Request,
  version: 'v1' | 'v2',
): Promise<Reply> {
  const form = readForm(request)
  const grant = required(form, 'grant_type')
  if (grant !== 'client_credentials') throw unsupportedGrant(grant)
  const clientId = required(form, 'client_id')
  const application = tenant.applications.find((app) => app.clientId === clientId.toLowerCase())
  if (!application) throw unknownApplication(clientId, tenant.world.name)
  const resource =
    version === 'v2' ? byScope(tenant, required(form, 'scope')) : byIdentifier(tenant, required(form, 'resource'))
  const credential = {
    secret: form.get('client_secret') ?? undefined,
    assertion: form.get('client_assertion') ?? undefined,
  }
  const proof = await authenticate(application, credential, audiences(tenant, request))
  const now = Math.floor(protocolNow() / 1000)
  const claims = claimsOf(tenant, application, resource, proof, now)
  const token = await keys.sign(claims)
  return {
    status: 200,
    headers: { 'cache-control': 'no-store, no-cache', pragma: 'no-cache' },
    body: body(version, token, resource, now),
  }
}

const body = (version: 'v1' | 'v2', token: string, resource: Resource, now: number) =>
  version === 'v2'
    ? { token_type: 'Bearer', expires_in: LIFETIME, ext_expires_in: LIFETIME, access_token: token }
    : {
        token_type: 'Bearer',
        expires_in: String(LIFETIME),
        ext_expires_in: String(LIFETIME),
        expires_on: String(now + LIFETIME),
        not_before: String(now - 300),
        resource: resource.audience,
        access_token: token,
      }

/** Form fields; id and secret may come in a Basic header instead. */
function readForm(request: Request): URLSearchParams {
  const form = new URLSearchParams(request.body.toString('utf8'))
  const basic = /^Basic\s+(.+)$/i.exec(request.headers['authorization'] ?? '')
  if (basic) {
    const [id, secret] = Buffer.from(basic[1]!, 'base64').toString('utf8').split(/:(.*)/s)
    const pair = new URLSearchParams(`client_id=${id ?? ''}&client_secret=${secret ?? ''}`)
    for (const [name, value] of pair) if (!form.has(name)) form.set(name, value)
  }
  return form
}

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name)
  if (!value) throw missingParameter(name)
  return value
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

/** What an assertion may name as its audience: this endpoint in either version, here or at Microsoft's host. */
function audiences(tenant: Tenant, request: Request): string[] {
  const { tenantId, domain, initialDomain } = tenant.world
  const origins = [request.origin, 'https://login.microsoftonline.com'].map((origin) => origin.toLowerCase())
  return origins.flatMap((origin) =>
    [tenantId, domain, initialDomain].flatMap((name) =>
      ['oauth2/v2.0/token', 'oauth2/token', 'v2.0', ''].map((end) => `${origin}/${name}/${end}`),
    ),
  )
}

/** Claims of a v1 app-only token. `roles` is left out, not empty, where nothing has been granted. */
function claimsOf(tenant: Tenant, application: Application, resource: Resource, proof: Proof, now: number) {
  const { tenantId } = tenant.world
  const roles = application.roles.filter((role) => role in resource.roles)
  return {
    aud: resource.audience,
    iss: `https://sts.windows.net/${tenantId}/`,
    iat: now,
    nbf: now,
    exp: now + LIFETIME,
    aio: randomBytes(24).toString('base64'),
    app_displayname: application.name,
    appid: application.clientId,
    appidacr: proof,
    idp: `https://sts.windows.net/${tenantId}/`,
    idtyp: 'app',
    oid: application.servicePrincipalId,
    rh: `1.${randomBytes(18).toString('base64url')}.`,
    sub: application.servicePrincipalId,
    ...(roles.length > 0 ? { roles } : {}),
    tenant_region_scope: 'EU',
    tid: tenantId,
    uti: randomBytes(16).toString('base64url'),
    ver: '1.0',
    wids: [...application.directoryRoles, '0997a1d0-0d1d-4acb-b408-d5ca73121e90'],
    xms_tcdt: Math.floor(tenant.world.epoch / 1000),
  }
}
