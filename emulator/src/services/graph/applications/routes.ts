import { mixedRoutes } from '#services/graph/identity/mixed.ts'
import type { Route } from '#services/graph/route.ts'

import { addOwner, ownersOfPrincipal, ownersOfRegistration, removeOwner } from './owners.ts'
import { addPassword, removePassword } from './credentials.ts'
import {
  changePermissionGrant,
  createPermissionGrant,
  deletePermissionGrant,
  getPermissionGrant,
  listPermissionGrants,
  listPermissionGrantsOfPrincipal,
  listPermissionGrantsOfUser,
} from './permission-grants.ts'
import {
  changePrincipal,
  countPrincipals,
  createPrincipal,
  deletePrincipal,
  getPrincipal,
  listPrincipals,
} from './service-principals.ts'
import {
  changeRegistration,
  countRegistrations,
  createRegistration,
  deleteRegistration,
  getRegistration,
  listRegistrations,
} from './registrations.ts'
import { createGrant, deleteGrant, listGrants, listGrantsTo } from './app-role-assignments.ts'

/**
 * App registrations, service principals and what they have been granted. A registration is what a developer makes; its service
 * principal is what acts in the tenant, and what app roles and delegated permissions are granted to.
 */

const LIST = [
  'Application.Read.All',
  'Application.ReadWrite.All',
  'Application.ReadWrite.OwnedBy',
  'Directory.Read.All',
]
const READ = [...LIST, 'Directory.ReadWrite.All']
const MANAGE = ['Application.ReadWrite.All', 'Application.ReadWrite.OwnedBy']
const MANAGE_MORE = [...MANAGE, 'Directory.ReadWrite.All']
const GRANT = [
  'AppRoleAssignment.ReadWrite.All',
  'Application.Read.All',
  'Application.ReadWrite.All',
  'Directory.Read.All',
]
const REVOKE = ['AppRoleAssignment.ReadWrite.All', 'Application.ReadWrite.All']
const CONSENT = ['DelegatedPermissionGrant.ReadWrite.All', 'Directory.ReadWrite.All']
const READ_CONSENT = [...CONSENT, 'Directory.Read.All']

/** An operation on one object, named by its object id and by its application id. */
const one = (set: string, tail: string, route: Omit<Route, 'pattern'>): Route[] =>
  [`/${set}/:id`, `/${set}/(appid)/:appId`].map((path) => ({ ...route, pattern: path + tail }))

const APPLICATION = 'microsoft.graph.application'
const PRINCIPAL = 'microsoft.graph.servicePrincipal'
const ASSIGNMENT = 'microsoft.graph.appRoleAssignment'
const CONSENTED = 'microsoft.graph.oAuth2PermissionGrant'

const registrations: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/applications',
    returns: `Collection(${APPLICATION})`,
    roles: LIST,
    handle: listRegistrations,
  },
  { method: 'GET', pattern: '/applications/$count', roles: LIST, handle: countRegistrations },
  {
    method: 'POST',
    pattern: '/applications',
    returns: APPLICATION,
    roles: ['AppRegistration.Create', ...MANAGE],
    handle: createRegistration,
  },
  ...one('applications', '', { method: 'GET', returns: APPLICATION, roles: READ, handle: getRegistration }),
  ...one('applications', '', { method: 'PATCH', roles: MANAGE, handle: changeRegistration }),
  ...one('applications', '', { method: 'DELETE', roles: MANAGE, handle: deleteRegistration }),
  ...one('applications', '/addPassword', {
    method: 'POST',
    returns: 'microsoft.graph.passwordCredential',
    roles: MANAGE_MORE,
    handle: addPassword,
  }),
  ...one('applications', '/removePassword', { method: 'POST', roles: MANAGE_MORE, handle: removePassword }),
  ...mixedRoutes('/applications/:id/owners', READ, ownersOfRegistration),
  ...mixedRoutes('/applications/(appid)/:appId/owners', READ, ownersOfRegistration),
  ...one('applications', '/owners/$ref', {
    method: 'POST',
    // Published so; who has no more than the last is refused all the same.
    roles: [...MANAGE_MORE, 'Directory.Read.All'],
    handle: addOwner,
  }),
  ...one('applications', '/owners/:owner/$ref', { method: 'DELETE', roles: MANAGE_MORE, handle: removeOwner }),
]

const principals: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/servicePrincipals',
    returns: `Collection(${PRINCIPAL})`,
    roles: LIST,
    handle: listPrincipals,
  },
  { method: 'GET', pattern: '/servicePrincipals/$count', roles: LIST, handle: countPrincipals },
  { method: 'POST', pattern: '/servicePrincipals', returns: PRINCIPAL, roles: MANAGE_MORE, handle: createPrincipal },
  ...one('servicePrincipals', '', { method: 'GET', returns: PRINCIPAL, roles: READ, handle: getPrincipal }),
  ...one('servicePrincipals', '', { method: 'PATCH', roles: MANAGE_MORE, handle: changePrincipal }),
  ...one('servicePrincipals', '', { method: 'DELETE', roles: MANAGE_MORE, handle: deletePrincipal }),
  ...mixedRoutes('/servicePrincipals/:id/owners', READ, ownersOfPrincipal),
  ...mixedRoutes('/servicePrincipals/(appid)/:appId/owners', READ, ownersOfPrincipal),
]

const grants: readonly Route[] = (['appRoleAssignments', 'appRoleAssignedTo'] as const).flatMap((name) => [
  ...one('servicePrincipals', `/${name}`, {
    method: 'GET',
    returns: `Collection(${ASSIGNMENT})`,
    roles: READ,
    handle: name === 'appRoleAssignments' ? listGrants : listGrantsTo,
  }),
  ...one('servicePrincipals', `/${name}`, { method: 'POST', returns: ASSIGNMENT, roles: GRANT, handle: createGrant }),
  ...one('servicePrincipals', `/${name}/:grant`, { method: 'DELETE', roles: REVOKE, handle: deleteGrant }),
])

const consents: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/oauth2PermissionGrants',
    returns: `Collection(${CONSENTED})`,
    roles: READ_CONSENT,
    handle: listPermissionGrants,
  },
  {
    method: 'POST',
    pattern: '/oauth2PermissionGrants',
    returns: CONSENTED,
    roles: CONSENT,
    handle: createPermissionGrant,
  },
  {
    method: 'GET',
    pattern: '/oauth2PermissionGrants/:grant',
    returns: CONSENTED,
    roles: READ_CONSENT,
    handle: getPermissionGrant,
  },
  { method: 'PATCH', pattern: '/oauth2PermissionGrants/:grant', roles: CONSENT, handle: changePermissionGrant },
  { method: 'DELETE', pattern: '/oauth2PermissionGrants/:grant', roles: CONSENT, handle: deletePermissionGrant },
  ...one('servicePrincipals', '/oauth2PermissionGrants', {
    method: 'GET',
    returns: `Collection(${CONSENTED})`,
    roles: READ_CONSENT,
    handle: listPermissionGrantsOfPrincipal,
  }),
  {
    method: 'GET',
    pattern: '/users/:user/oauth2PermissionGrants',
    returns: `Collection(${CONSENTED})`,
    roles: ['DelegatedPermissionGrant.ReadWrite.All', 'Directory.Read.All'],
    handle: listPermissionGrantsOfUser,
  },
]

export const applicationRoutes: readonly Route[] = [...registrations, ...principals, ...grants, ...consents]
