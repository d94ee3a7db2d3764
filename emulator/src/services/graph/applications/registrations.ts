import { applications } from '#world/applications.ts'
import { badRequest } from '#services/graph/identity/errors.ts'
import { count, list, short } from '#services/graph/identity/list.ts'
import { notImplemented } from '#services/graph/errors.ts'
import { readJson } from '#services/graph/json.ts'
import { RESOURCES } from '#world/resources.ts'
import { readProjection, show } from '#services/graph/identity/entity.ts'
import type { Application } from '#world/applications.ts'
import type { Call } from '#services/graph/route.ts'
import type { Reply } from '#http/exchange.ts'

import { allowOptions } from '#services/graph/odata/options.ts'

import { applicationType } from './application-type.ts'
import { auditApplication } from './audit.ts'
import { mustManage } from './authority.ts'
import { readCertificates } from './credentials.ts'
import { registrationOfCall } from './principals.ts'

/** Registrations of the company's own applications. */

export const listRegistrations = (call: Call): Reply => list(call, applicationType, short(call.tenant.applications))

export const countRegistrations = (call: Call): Reply => count(call, applicationType, short(call.tenant.applications))

export function getRegistration(call: Call): Reply {
  const application = registrationOfCall(call)
  return { status: 200, body: entity(call, application) }
}

/** `POST /applications` `{displayName, …}`. Without a service principal nobody can log in as it yet. */
export function createRegistration(call: Call): Reply {
  const body = readJson(call.request)
  if (typeof body['displayName'] !== 'string' || body['displayName'].trim() === '')
    throw badRequest("A value is required for property 'displayName' of resource 'Application'.")
  const { tenant } = call
  const [clientId, objectId] = [tenant.newId('client'), tenant.newId('application')]
  const creator = tenant.applications.find((each) => each.clientId === call.appId)
  const blank: Application = {
    name: '',
    clientId,
    objectId,
    servicePrincipalId: tenant.newId('servicePrincipal'),
    principal: 'deleted',
    roles: [],
    directoryRoles: [],
    secrets: [],
    certificates: [],
    createdAt: tenant.now,
    // Who may manage what it owns only, owns what it makes.
    owners: creator && call.roles.has('Application.ReadWrite.OwnedBy') ? [creator.servicePrincipalId] : [],
  }
  const application = { ...blank, ...changesOf(call, blank, body) }
  tenant.objects(applications).put(clientId, application)
  auditApplication(call, 'Add application', 'Add', application)
  return { status: 201, body: entity(call, application) }
}

/** `PATCH /applications/{id}` */
export function changeRegistration(call: Call): Reply {
  const application = registrationOfCall(call)
  mustManage(call, application)
  const changed = { ...application, ...changesOf(call, application, readJson(call.request)) }
  call.tenant.objects(applications).put(application.clientId, changed)
  auditApplication(call, 'Update application', 'Update', changed)
  return { status: 204 }
}

/** `DELETE /applications/{id}`: with its service principal and everything granted to it. */
export function deleteRegistration(call: Call): Reply {
  const application = registrationOfCall(call)
  mustManage(call, application)
  call.tenant.objects(applications).remove(application.clientId)
  auditApplication(call, 'Delete application', 'Delete', application)
  return { status: 204 }
}

function entity(call: Call, application: Application) {
  allowOptions(call.request.query, ['$select', '$expand'])
  const projection = readProjection(call, applicationType)
  const names = projection.select ? `(${projection.select.join(',')})` : ''
  return {
    '@odata.context': `${call.root}/$metadata#applications${names}/$entity`,
    ...show(call, applicationType, application, projection),
  }
}

type Changes = Partial<Application>

/** What a body changes. @throws GraphError 400 for a value that does not fit, 501 for what is not kept. */
function changesOf(call: Call, application: Application, body: Record<string, unknown>): Changes {
  const changes: Changes = {}
  for (const [name, value] of Object.entries(body)) {
    if (name.startsWith('@')) continue
    const read = Object.hasOwn(READ, name) ? READ[name] : undefined
    if (!read && !Object.hasOwn(applicationType.properties, name))
      throw badRequest(`Property '${name}' does not exist as a declared property or extension property.`)
    if (!read) throw notImplemented(`a change of '${name}' of an application`)
    Object.assign(changes, read(value, name, call, application))
  }
  return changes
}

type ReadChange = (value: unknown, name: string, call: Call, application: Application) => Changes

const READ: Readonly<Record<string, ReadChange>> = {
  displayName: (value, name) => ({ name: text(value, name) }),
  description: (value, name) => ({ description: textOrNull(value, name) }),
  notes: (value, name) => ({ notes: textOrNull(value, name) }),
  tags: (value, name) => ({ tags: texts(value, name) }),
  isFallbackPublicClient: (value, name) => ({ publicClient: value === null ? false : truth(value, name) }),
  signInAudience: (value, name) => {
    const audience = text(value, name)
    if (audience !== 'AzureADMyOrg' && audience !== 'AzureADMultipleOrgs')
      throw notImplemented(`the sign-in audience '${audience}'`)
    return { multiTenant: audience === 'AzureADMultipleOrgs' }
  },
  web: (value, name) => {
    const { redirectUris, ...rest } = members(value, name)
    const [other] = Object.keys(rest)
    if (other) throw notImplemented(`a change of 'web/${other}' of an application`)
    return redirectUris === undefined ? {} : { redirectUris: texts(redirectUris, 'redirectUris') }
  },
  requiredResourceAccess: (value, name) => ({ requestedRoles: readRequested(value, name) }),
  keyCredentials: (value, _, call, application) => ({ certificates: readCertificates(call, application, value) }),
}

const invalid = (name: string) =>
  badRequest(`Invalid value specified for property '${name}' of resource 'Application'.`)

function text(value: unknown, name: string): string {
  if (typeof value !== 'string' || value.trim() === '' || value.length > 256) throw invalid(name)
  return value
}

function textOrNull(value: unknown, name: string): string | null {
  if (value !== null && (typeof value !== 'string' || value.length > 1024)) throw invalid(name)
  return value
}

function texts(value: unknown, name: string): string[] {
  if (!Array.isArray(value) || value.length > 1000) throw invalid(name)
  return value.map((each: unknown) => text(each, name))
}

function truth(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw invalid(name)
  return value
}

function members(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(name)
  return value as Record<string, unknown>
}

/** Role values by the ids of the APIs and of their roles. Delegated permissions ask for nothing here. */
function readRequested(value: unknown, name: string): string[] {
  if (!Array.isArray(value) || value.length > 50) throw invalid(name)
  return value.flatMap((entry: unknown) => {
    const { resourceAppId, resourceAccess } = members(entry, name)
    const resource = RESOURCES.find(({ appId }) => appId === resourceAppId)
    if (!resource || !Array.isArray(resourceAccess)) throw invalid(name)
    return resourceAccess.flatMap((each: unknown) => {
      const { id, type } = members(each, name)
      const role = Object.keys(resource.roles).find((known) => resource.roles[known] === id)
      if (type !== 'Role') return []
      if (role === undefined) throw invalid(name)
      return [role]
    })
  })
}
