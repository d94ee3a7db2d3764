import { allowOptions } from '#services/graph/odata/options.ts'
import { badRequest, missing } from '#services/graph/identity/errors.ts'
import { Users } from '#world/users.ts'
import { permissionGrantId, permissionGrants } from '#world/entra/consents.ts'
import { readJson } from '#services/graph/json.ts'
import type { Call } from '#services/graph/route.ts'
import type { PermissionGrant } from '#world/entra/consents.ts'
import type { Reply } from '#http/exchange.ts'
import type { Tenant } from '#cloud.ts'

import { auditPrincipal } from './audit.ts'
import { listOf } from './grants.ts'
import { principalById, principalOfCall } from './principals.ts'

/** Delegated permissions that people or an administrator consented to. */

const FIELDS = {
  id: 'string',
  clientId: 'string',
  consentType: 'string',
  principalId: 'string',
  resourceId: 'string',
  scope: 'string',
} as const

const all = (tenant: Tenant): PermissionGrant[] => [...tenant.objects(permissionGrants).all()]

/** What a service principal was allowed. */
export const permissionGrantsOf = (tenant: Tenant, clientId: string): PermissionGrant[] =>
  all(tenant).filter((grant) => grant.clientId === clientId)

export const listPermissionGrants = (call: Call): Reply =>
  listOf(call, 'oauth2PermissionGrants', all(call.tenant), FIELDS)

export const listPermissionGrantsOfPrincipal = (call: Call): Reply =>
  listOf(call, 'oauth2PermissionGrants', permissionGrantsOf(call.tenant, principalOfCall(call).id), FIELDS)

/** `GET /users/{id}/oauth2PermissionGrants`: what one person consented to. */
export function listPermissionGrantsOfUser(call: Call): Reply {
  const person = new Users(call.tenant).find(call.params['user']!)
  if (!person) throw missing(call.params['user']!)
  const grants = all(call.tenant).filter(({ principalId }) => principalId === person.id)
  return listOf(call, 'oauth2PermissionGrants', grants, FIELDS)
}

export function getPermissionGrant(call: Call): Reply {
  allowOptions(call.request.query, [])
  return { status: 200, body: entity(call, find(call)) }
}

/** `POST /oauth2PermissionGrants` `{clientId, consentType, principalId, resourceId, scope}` */
export function createPermissionGrant(call: Call): Reply {
  const { tenant } = call
  const body = readJson(call.request)
  const [clientId, resourceId, scope] = ['clientId', 'resourceId', 'scope'].map((name) => required(body, name))
  const consentType = required(body, 'consentType')
  if (consentType !== 'AllPrincipals' && consentType !== 'Principal') throw invalid('consentType')
  const principalId = consentType === 'Principal' ? required(body, 'principalId') : null
  if (consentType === 'AllPrincipals' && (body['principalId'] ?? null) !== null) throw invalid('principalId')
  for (const id of [clientId!, resourceId!]) if (!principalById(tenant, id)) throw missing(id)
  if (principalId !== null && !new Users(tenant).find(principalId)) throw missing(principalId)
  const id = permissionGrantId(clientId!, resourceId!, principalId)
  if (tenant.objects(permissionGrants).find(id)) throw badRequest('Permission entry already exists.')
  const grant = { id, clientId: clientId!, consentType, principalId, resourceId: resourceId!, scope: scope! } as const
  tenant.objects(permissionGrants).put(id, grant)
  audit(call, 'Add delegated permission grant', 'Assign', grant, null)
  return { status: 201, body: entity(call, grant) }
}

/** `PATCH /oauth2PermissionGrants/{id}` `{scope}` */
export function changePermissionGrant(call: Call): Reply {
  const grant = find(call)
  const { scope, ...rest } = readJson(call.request)
  const other = Object.keys(rest).find((name) => !name.startsWith('@'))
  if (other) throw badRequest(`Property '${other}' is read-only and cannot be set.`)
  if (typeof scope !== 'string') throw invalid('scope')
  const changed = { ...grant, scope }
  call.tenant.objects(permissionGrants).put(grant.id, changed)
  audit(call, 'Add delegated permission grant', 'Update', changed, grant.scope)
  return { status: 204 }
}

/** `DELETE /oauth2PermissionGrants/{id}`: the consent is revoked. */
export function deletePermissionGrant(call: Call): Reply {
  const grant = find(call)
  call.tenant.objects(permissionGrants).remove(grant.id)
  audit(call, 'Remove delegated permission grant', 'Unassign', { ...grant, scope: '' }, grant.scope)
  return { status: 204 }
}

function find(call: Call): PermissionGrant {
  const id = call.params['grant']!
  const grant = call.tenant.objects(permissionGrants).find(id)
  if (!grant) throw missing(id)
  return grant
}

const entity = (call: Call, grant: PermissionGrant) => ({
  '@odata.context': `${call.root}/$metadata#oauth2PermissionGrants/$entity`,
  ...grant,
})

function audit(
  call: Call,
  activity: string,
  operation: 'Assign' | 'Update' | 'Unassign',
  { clientId, resourceId, consentType, scope }: PermissionGrant,
  before: string | null,
): void {
  const resource = principalById(call.tenant, resourceId)
  const client = principalById(call.tenant, clientId)
  const name = client ? { displayName: client.displayName } : {}
  auditPrincipal(
    call,
    activity,
    operation,
    { id: resourceId, displayName: resource?.displayName ?? resourceId },
    [
      {
        name: 'DelegatedPermissionGrant.Scope',
        old: before === null ? null : JSON.stringify(before),
        new: JSON.stringify(scope),
      },
      { name: 'DelegatedPermissionGrant.ConsentType', old: null, new: JSON.stringify(consentType) },
      { name: 'ServicePrincipal.ObjectID', old: null, new: JSON.stringify(clientId) },
    ],
    [{ type: 'ServicePrincipal', id: clientId, ...name, modified: [] }],
  )
}

function required(body: Record<string, unknown>, name: string): string {
  const value = body[name]
  if (typeof value !== 'string' || value === '') throw invalid(name)
  return value
}

const invalid = (name: string) =>
  badRequest(`Invalid value specified for property '${name}' of resource 'OAuth2PermissionGrant'.`)
