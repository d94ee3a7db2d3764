import { GRAPH } from '#world/resources.ts'
import { foreignPrincipal, servicePrincipalIdOf, servicePrincipals } from '#world/entra/service-principals.ts'
import { NO_ROLE, appRoleAssignmentId, appRoleAssignments } from '#world/entra/consents.ts'
import { permissionGrantId, permissionGrants } from '#world/entra/consents.ts'
import { plant } from '#world/objects.ts'
import type { DirectoryActivity } from '#world/entra/directory-activity.ts'
import type { AppRoleAssignment, PermissionGrant } from '#world/entra/consents.ts'
import type { Person } from '#world/directory.ts'
import type { ServicePrincipal } from '#world/entra/service-principals.ts'
import type { World } from '#world/world.ts'

import { recordId } from './deeds.ts'
import type { Deed } from './deeds.ts'

/** A consent to an application of somebody else's: for the one who gave it, or by an administrator for everybody. */
export interface Consent {
  /** Unique in the world. */
  key: string
  at: number
  by: Person
  ip: string
  application: ForeignApplication
  /** Delegated permissions of Graph, separated by spaces. */
  scope: string
  forEverybody?: boolean
}

export interface ForeignApplication extends Pick<ServicePrincipal, 'id' | 'appId' | 'displayName'> {
  /** The tenant where it was registered. */
  appOwnerOrganizationId: string
  publisher?: string
  verifiedPublisherId?: string
  replyUrls?: string[]
}

export function grantOf(world: World, { application, by, scope, forEverybody = false }: Consent): PermissionGrant {
  const resourceId = servicePrincipalIdOf(world, GRAPH.appId)
  const principalId = forEverybody ? null : by.id
  return {
    id: permissionGrantId(application.id, resourceId, principalId),
    clientId: application.id,
    consentType: forEverybody ? 'AllPrincipals' : 'Principal',
    principalId,
    resourceId,
    scope,
  }
}

/** What is there afterwards: the application's service principal, what it may do, and who was assigned to it by consenting. */
export function consentObjects(world: World, consent: Consent): Deed {
  const { application, at, by, forEverybody } = consent
  const grant = grantOf(world, consent)
  const assignment: AppRoleAssignment = {
    id: appRoleAssignmentId(by.id, application.id, NO_ROLE),
    appRoleId: NO_ROLE,
    createdDateTime: `${new Date(at).toISOString().slice(0, 19)}Z`,
    principalId: by.id,
    principalType: 'User',
    principalDisplayName: by.displayName,
    resourceId: application.id,
    resourceDisplayName: application.displayName,
  }
  return {
    objects: [
      plant(servicePrincipals, application.id, at, foreignPrincipal({ ...application, at })),
      plant(permissionGrants, grant.id, at, grant),
      ...(forEverybody ? [] : [plant(appRoleAssignments, assignment.id, at, assignment)]),
    ],
  }
}

/** What the directory's log tells of it, the consent last: the service principal, the permission, the user's assignment. */
export function consentActivities(world: World, consent: Consent): DirectoryActivity[] {
  const { key, at, by, ip, application, scope, forEverybody = false } = consent
  const grant = grantOf(world, consent)
  const { id, appId, displayName } = application
  const activity = (
    what: string,
    operationType: DirectoryActivity['operationType'],
    targets: DirectoryActivity['targets'],
  ): DirectoryActivity => ({
    id: recordId(world, key, what),
    at,
    activityDisplayName: what,
    category: 'ApplicationManagement',
    operationType,
    actor: by,
    ip,
    targets,
  })
  const json = (value: unknown) => JSON.stringify(value)
  const added = (name: string, value: unknown) => ({ name, old: null, new: json(value) })
  const who = grant.principalId ? `, PrincipalId: ${grant.principalId}` : ''
  const permission = `[] => [[Id: ${grant.id}, ClientId: ${id}${who}, ResourceId: ${grant.resourceId}, ConsentType: ${grant.consentType}, Scope: ${scope}]];`
  return [
    activity('Add service principal', 'Add', [
      {
        type: 'ServicePrincipal',
        id,
        displayName,
        modified: [
          added('AccountEnabled', [true]),
          added('AppPrincipalId', [appId]),
          added('DisplayName', [displayName]),
          added('Included Updated Properties', 'AccountEnabled, AppPrincipalId, DisplayName'),
        ],
      },
    ]),
    activity('Add delegated permission grant', 'Assign', [
      {
        type: 'ServicePrincipal',
        id: grant.resourceId,
        displayName: GRAPH.displayName,
        modified: [
          added('DelegatedPermissionGrant.Scope', scope),
          added('DelegatedPermissionGrant.ConsentType', grant.consentType),
          added('ServicePrincipal.ObjectID', id),
          added('ServicePrincipal.AppId', appId),
        ],
      },
      { type: 'ServicePrincipal', id, displayName, modified: [] },
    ]),
    ...(forEverybody
      ? []
      : [
          activity('Add app role assignment grant to user', 'Assign', [
            {
              type: 'ServicePrincipal',
              id,
              displayName,
              modified: [
                added('AppRole.Id', NO_ROLE),
                added('User.ObjectID', by.id),
                added('User.UPN', by.userPrincipalName),
              ],
            },
            { type: 'User', id: by.id, userPrincipalName: by.userPrincipalName, modified: [] },
          ]),
        ]),
    activity('Consent to application', 'Assign', [
      {
        type: 'ServicePrincipal',
        id,
        displayName,
        modified: [
          added('ConsentContext.IsAdminConsent', forEverybody ? 'True' : 'False'),
          added('ConsentContext.IsAppOnly', 'False'),
          added('ConsentContext.OnBehalfOfAll', forEverybody ? 'True' : 'False'),
          added('ConsentContext.Tags', 'WindowsAzureActiveDirectoryIntegratedApp'),
          added('ConsentAction.Permissions', permission),
          added('TargetId.ServicePrincipalNames', appId),
        ],
      },
    ]),
  ]
}
