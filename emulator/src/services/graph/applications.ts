import { X509Certificate, createHash } from 'node:crypto'

import { RESOURCES, resourceOfRole } from '#world/resources.ts'
import { random } from '#world/random.ts'
import type { Reply } from '#http/exchange.ts'
import type { Application } from '#world/applications.ts'

import { GraphError } from './errors.ts'
import { allowOptions, project, readSelect } from './odata/options.ts'
import type { Call, Route } from './route.ts'

/** App registrations, service principals and what they have been granted: enough for an application to look at itself. */

const ROLES = [
  'Application.Read.All',
  'Application.ReadWrite.All',
  'Application.ReadWrite.OwnedBy',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
]

export const applicationRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/applications/(appid)/:appId',
    returns: 'microsoft.graph.application',
    roles: ROLES,
    handle: getApplication,
  },
  {
    method: 'GET',
    pattern: '/servicePrincipals/(appid)/:appId',
    returns: 'microsoft.graph.servicePrincipal',
    roles: ROLES,
    handle: getServicePrincipal,
  },
  {
    method: 'GET',
    pattern: '/servicePrincipals/:id',
    returns: 'microsoft.graph.servicePrincipal',
    roles: ROLES,
    handle: getServicePrincipal,
  },
  {
    method: 'GET',
    pattern: '/servicePrincipals/(appid)/:appId/appRoleAssignments',
    returns: 'Collection(microsoft.graph.appRoleAssignment)',
    roles: ROLES,
    handle: listGrants,
  },
  {
    method: 'GET',
    pattern: '/servicePrincipals/:id/appRoleAssignments',
    returns: 'Collection(microsoft.graph.appRoleAssignment)',
    roles: ROLES,
    handle: listGrants,
  },
]

const missing = (id: string) =>
  new GraphError(
    404,
    'Request_ResourceNotFound',
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  )

function findApplication(call: Call): Application {
  const { appId, id } = call.params
  const wanted = (appId ?? id)!.toLowerCase()
  const application = call.tenant.applications.find((app) => (appId ? app.clientId : app.servicePrincipalId) === wanted)
  if (!application) throw missing(wanted)
  return application
}

function getApplication(call: Call): Reply {
  const application = findApplication(call)
  return entity(call, 'applications', {
    id: application.objectId,
    appId: application.clientId,
    displayName: application.name,
    signInAudience: 'AzureADMyOrg',
    passwordCredentials: application.secrets.map(({ keyId, value, startsAt, endsAt }) => ({
      customKeyIdentifier: null,
      displayName: 'emulator',
      endDateTime: endsAt,
      hint: value.slice(0, 3),
      keyId,
      secretText: null,
      startDateTime: startsAt,
    })),
    keyCredentials: application.certificates.map(({ keyId, pem }) => {
      const { validFrom, validTo, raw } = new X509Certificate(pem)
      return {
        customKeyIdentifier: createHash('sha1').update(raw).digest('hex').toUpperCase(),
        displayName: application.name,
        endDateTime: new Date(validTo).toISOString(),
        key: null,
        keyId,
        startDateTime: new Date(validFrom).toISOString(),
        type: 'AsymmetricX509Cert',
        usage: 'Verify',
      }
    }),
    requiredResourceAccess: RESOURCES.map((resource) => ({
      resourceAppId: resource.appId,
      resourceAccess: application.roles
        .filter((role) => role in resource.roles)
        .map((role) => ({ id: resource.roles[role], type: 'Role' })),
    })).filter(({ resourceAccess }) => resourceAccess.length > 0),
  })
}

/** Also the principals of Microsoft's own APIs, whose role names a client looks up. */
function getServicePrincipal(call: Call): Reply {
  const wanted = (call.params['appId'] ?? call.params['id'])!.toLowerCase()
  const resource = RESOURCES.find(({ appId }) => appId === wanted || principalOf(call, appId) === wanted)
  if (resource) {
    const { appId, displayName, roles } = resource
    const appRoles = Object.entries(roles).map(([value, id]) => ({
      allowedMemberTypes: ['Application'],
      description: value,
      displayName: value,
      id,
      isEnabled: true,
      origin: 'Application',
      value,
    }))
    return entity(call, 'servicePrincipals', {
      id: principalOf(call, appId),
      appId,
      displayName,
      accountEnabled: true,
      appRoles,
    })
  }
  const { servicePrincipalId, clientId, name } = findApplication(call)
  return entity(call, 'servicePrincipals', {
    id: servicePrincipalId,
    appId: clientId,
    displayName: name,
    accountEnabled: true,
    appRoles: [],
  })
}

function listGrants(call: Call): Reply {
  const application = findApplication(call)
  const { seed, epoch } = call.tenant.world
  const value = application.roles.flatMap((role) => {
    const resource = resourceOfRole(role)
    if (!resource) return []
    const grant = {
      id: Buffer.from(random(seed, 'grant', application.clientId, role).hex(48), 'hex').toString('base64url'),
      deletedDateTime: null,
      appRoleId: resource.roles[role],
      createdDateTime: new Date(epoch).toISOString(),
      principalDisplayName: application.name,
      principalId: application.servicePrincipalId,
      principalType: 'ServicePrincipal',
      resourceDisplayName: resource.displayName,
      resourceId: principalOf(call, resource.appId),
    }
    return [grant]
  })
  return { status: 200, body: { '@odata.context': `${call.root}/$metadata#appRoleAssignments`, value } }
}

const principalOf = (call: Call, appId: string) => random(call.tenant.world.seed, 'resource principal', appId).guid()

function entity(call: Call, set: string, value: Record<string, unknown>): Reply {
  allowOptions(call.request.query, ['$select'])
  const select = readSelect(call.request.query, Object.keys(value), `microsoft.graph.${set.slice(0, -1)}`)
  return {
    status: 200,
    body: { '@odata.context': `${call.root}/$metadata#${set}/$entity`, ...(select ? project(value, select) : value) },
  }
}
