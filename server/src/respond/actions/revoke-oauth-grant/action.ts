import {
  deleteAppRoleAssignment,
  deletePermissionGrant,
  recreateAppRoleAssignment,
  recreatePermissionGrant,
} from '#connect/apis/graph/oauth-grants.ts'
import { defineAction } from '#respond/action.ts'
import { applicationsOf } from '#respond/count.ts'
import type { ServicePrincipalTarget } from '#respond/kinds/service-principal.ts'
import {
  givenBack,
  GrantOptions,
  GrantState,
  readGrantState,
  REVOKE_APP_ROLES,
  REVOKE_GRANTS,
  revoked,
  settledGrants,
} from '#respond/oauth-grant-state.ts'
import { READ_APPLICATIONS } from '#respond/service-principal-state.ts'
import { DIRECTORY_PATIENCE, READ_USERS } from '#respond/user-state.ts'

/**
 * Revokes what an application was allowed on behalf of users or, where that is asked for, its own app roles as well.
 *
 * @see https://learn.microsoft.com/graph/api/oauth2permissiongrant-delete
 * @see https://learn.microsoft.com/graph/api/serviceprincipal-delete-approleassignments
 */
export const revokeOauthGrant = defineAction<GrantState, ServicePrincipalTarget>({
  id: 'revoke-oauth-grant',
  on: 'service-principal',
  title: 'Revoke consents of application',
  recoverability:
    'The application gets no more tokens for what it was allowed; those that it holds go on for an hour or so, and a user may ' +
    'consent anew unless it is disabled as well. Cordon can give everything again as it was, on behalf of whom it was. ' +
    'It leaves the application that it signs in as alone, and Microsoft’s own.',
  permissions: [REVOKE_GRANTS, READ_APPLICATIONS],
  options: GrantOptions,
  optionNeeds: (given) => {
    const { user, appRoles } = GrantOptions.parse(given ?? {})
    return [...(user === undefined ? [] : [READ_USERS]), ...(appRoles ? [REVOKE_APP_ROLES] : [])]
  },
  does: (count) => `revoke the consents of ${applicationsOf(count)}`,
  did: (count) => `revoked the consents of ${applicationsOf(count)}`,
  state: GrantState,
  patience: DIRECTORY_PATIENCE,
  read: readGrantState,
  settled: settledGrants,

  async execute({ microsoft, signal }, { grants, assignments }) {
    for (const assignment of assignments) await deleteAppRoleAssignment(microsoft, assignment, signal)
    for (const { id } of grants) await deletePermissionGrant(microsoft, id, signal)
  },
  verify: revoked,

  revert: {
    async execute({ microsoft, signal }, { grants, assignments }) {
      for (const grant of grants) await recreatePermissionGrant(microsoft, grant, signal)
      for (const assignment of assignments) await recreateAppRoleAssignment(microsoft, assignment, signal)
    },
    verify: givenBack,
  },
})
