import { allowOptions } from '#services/graph/odata/options.ts'
import { applications } from '#world/applications.ts'
import { badRequest } from '#services/graph/identity/errors.ts'
import { count, list, short } from '#services/graph/identity/list.ts'
import { GraphError, notImplemented } from '#services/graph/errors.ts'
import { permissionGrants, appRoleAssignments } from '#world/entra/consents.ts'
import { readJson } from '#services/graph/json.ts'
import { readProjection, show } from '#services/graph/identity/entity.ts'
import { microsoftPrincipal, servicePrincipals } from '#world/entra/service-principals.ts'
import type { Call } from '#services/graph/route.ts'
import type { Reply } from '#http/exchange.ts'
import type { ServicePrincipal } from '#world/entra/service-principals.ts'

import { allPrincipals, applicationOf, principalOfCall } from './principals.ts'
import { auditPrincipal } from './audit.ts'
import { mustManage } from './authority.ts'
import { principalType } from './principal-type.ts'

/** Service principals: what an application may do here hangs on its own. Disabled, it gets no tokens. */

const all = ({ tenant }: Call) => short([...allPrincipals(tenant)])

export const listPrincipals = (call: Call): Reply => list(call, principalType, all(call))

export const countPrincipals = (call: Call): Reply => count(call, principalType, all(call))

export const getPrincipal = (call: Call): Reply => ({ status: 200, body: entity(call, principalOfCall(call)) })

/** `POST /servicePrincipals` `{appId}`: for a registration that has none, or for an application of Microsoft's. */
export function createPrincipal(call: Call): Reply {
  const { appId: asked } = readJson(call.request)
  if (typeof asked !== 'string')
    throw badRequest("A value is required for property 'appId' of resource 'ServicePrincipal'.")
  const { tenant } = call
  const appId = asked.toLowerCase()
  if ([...allPrincipals(tenant)].some((each) => each.appId === appId))
    throw new GraphError(
      409,
      'Request_MultipleObjectsWithSameKeyValue',
      `The service principal cannot be created, updated, or restored because the service principal name ${appId} is already in use.`,
    )
  const application = tenant.objects(applications).find(appId)
  if (application) {
    mustManage(call, application)
    const { principal: _, ...rest } = application
    tenant.objects(applications).put(appId, { ...rest, servicePrincipalId: tenant.newId('servicePrincipal') })
  } else {
    const principal = microsoftPrincipal(tenant.world, appId, tenant.now)
    if (!principal)
      throw badRequest(`The appId '${asked}' of the service principal does not reference a valid application object.`)
    tenant.objects(servicePrincipals).put(principal.id, principal)
  }
  const made = [...allPrincipals(tenant)].find((each) => each.appId === appId)!
  auditPrincipal(call, 'Add service principal', 'Add', made)
  return {
    status: 201,
    headers: { location: `${call.root}/servicePrincipals/${made.id}` },
    body: entity(call, made),
  }
}

/** `PATCH /servicePrincipals/{id}` `{accountEnabled, tags, notes, appRoleAssignmentRequired}` */
export function changePrincipal(call: Call): Reply {
  const principal = principalOfCall(call)
  const application = applicationOf(call.tenant, principal.id)
  mustManage(call, application)
  const set = changesOf(readJson(call.request))
  if (application) {
    const { accountEnabled, tags, notes } = set
    if (set.appRoleAssignmentRequired) throw notImplemented('required assignment for a registration of the company')
    const { principal: state, ...rest } = application
    const enabled = accountEnabled ?? state !== 'disabled'
    call.tenant.objects(applications).put(application.clientId, {
      ...rest,
      ...(enabled ? {} : { principal: 'disabled' as const }),
      ...(tags ? { tags } : {}),
      ...(notes === undefined ? {} : { notes }),
    })
  } else call.tenant.objects(servicePrincipals).put(principal.id, { ...principal, ...set })
  const modified = Object.entries(set).map(([name, value]) => ({
    name: name === 'accountEnabled' ? 'AccountEnabled' : name,
    old: JSON.stringify([principal[name as keyof ServicePrincipal]]),
    new: JSON.stringify([value]),
  }))
  const activity = set.accountEnabled === false ? 'Disable account' : 'Update service principal'
  auditPrincipal(call, activity, 'Update', principal, modified)
  return { status: 204 }
}

/** `DELETE /servicePrincipals/{id}`: with everything that was granted to it. */
export function deletePrincipal(call: Call): Reply {
  const principal = principalOfCall(call)
  const { tenant } = call
  const application = applicationOf(tenant, principal.id)
  mustManage(call, application)
  if (application)
    tenant.objects(applications).put(application.clientId, { ...application, roles: [], principal: 'deleted' })
  else tenant.objects(servicePrincipals).remove(principal.id)
  for (const grant of tenant.objects(permissionGrants).all())
    if (grant.clientId === principal.id) tenant.objects(permissionGrants).remove(grant.id)
  for (const grant of tenant.objects(appRoleAssignments).all())
    if (grant.principalId === principal.id || grant.resourceId === principal.id)
      tenant.objects(appRoleAssignments).remove(grant.id)
  auditPrincipal(call, 'Remove service principal', 'Delete', principal)
  return { status: 204 }
}

function entity(call: Call, principal: ServicePrincipal) {
  allowOptions(call.request.query, ['$select', '$expand'])
  const projection = readProjection(call, principalType)
  const names = projection.select ? `(${projection.select.join(',')})` : ''
  return {
    '@odata.context': `${call.root}/$metadata#servicePrincipals${names}/$entity`,
    ...show(call, principalType, principal, projection),
  }
}

type Changes = Partial<Pick<ServicePrincipal, 'accountEnabled' | 'tags' | 'notes' | 'appRoleAssignmentRequired'>>

/** What a body changes. @throws GraphError 400 for a value that does not fit, 501 for what is not kept. */
function changesOf(body: Record<string, unknown>): Changes {
  const changes: Changes = {}
  for (const [name, value] of Object.entries(body)) {
    if (name.startsWith('@')) continue
    if ((name === 'accountEnabled' || name === 'appRoleAssignmentRequired') && typeof value === 'boolean')
      changes[name] = value
    else if (name === 'notes' && (typeof value === 'string' || value === null)) changes.notes = value
    else if (name === 'tags' && Array.isArray(value) && value.every((each) => typeof each === 'string'))
      changes.tags = value
    else if (['accountEnabled', 'appRoleAssignmentRequired', 'notes', 'tags'].includes(name))
      throw badRequest(`Invalid value specified for property '${name}' of resource 'ServicePrincipal'.`)
    else if (Object.hasOwn(principalType.properties, name))
      throw notImplemented(`a change of '${name}' of a service principal`)
    else throw badRequest(`Property '${name}' does not exist as a declared property or extension property.`)
  }
  return changes
}
