import type { EntityType } from '#services/graph/identity/entity.ts'
import type { Fields } from '#services/graph/odata/filter.ts'
import type { ServicePrincipal } from '#world/entra/service-principals.ts'

import { applicationOf } from './principals.ts'
import { keyCredentialsOf, passwordCredentialsOf } from './credentials.ts'

/** What a service principal shows, wherever it is shown. */
export const PRINCIPAL_PROPERTIES: EntityType<ServicePrincipal>['properties'] = {
  id: (_, { id }) => id,
  deletedDateTime: () => null,
  accountEnabled: (_, { accountEnabled }) => accountEnabled,
  alternativeNames: () => [],
  appDescription: () => null,
  appDisplayName: (_, { displayName }) => displayName,
  appId: (_, { appId }) => appId,
  applicationTemplateId: () => null,
  appOwnerOrganizationId: (_, { appOwnerOrganizationId }) => appOwnerOrganizationId,
  appRoleAssignmentRequired: (_, { appRoleAssignmentRequired }) => appRoleAssignmentRequired,
  appRoles: (_, { appRoles }) =>
    Object.entries(appRoles).map(([value, id]) => ({
      allowedMemberTypes: ['Application'],
      description: value,
      displayName: value,
      id,
      isEnabled: true,
      origin: 'Application',
      value,
    })),
  description: () => null,
  disabledByMicrosoftStatus: () => null,
  displayName: (_, { displayName }) => displayName,
  homepage: (_, { homepage }) => homepage,
  info: () => ({
    logoUrl: null,
    marketingUrl: null,
    privacyStatementUrl: null,
    supportUrl: null,
    termsOfServiceUrl: null,
  }),
  keyCredentials: ({ tenant }, { id }) => {
    const application = applicationOf(tenant, id)
    return application ? keyCredentialsOf(application) : []
  },
  loginUrl: () => null,
  logoutUrl: () => null,
  notes: (_, { notes }) => notes,
  notificationEmailAddresses: () => [],
  oauth2PermissionScopes: (_, { scopes }) =>
    Object.entries(scopes).map(([value, id]) => ({
      adminConsentDescription: value,
      adminConsentDisplayName: value,
      id,
      isEnabled: true,
      type: 'User',
      userConsentDescription: value,
      userConsentDisplayName: value,
      value,
    })),
  passwordCredentials: ({ tenant }, { id }) => {
    const application = applicationOf(tenant, id)
    return application ? passwordCredentialsOf(application) : []
  },
  preferredSingleSignOnMode: () => null,
  preferredTokenSigningKeyThumbprint: () => null,
  replyUrls: (_, { replyUrls }) => replyUrls,
  servicePrincipalNames: (_, { appId }) => [appId],
  servicePrincipalType: () => 'Application',
  signInAudience: ({ tenant }, { appOwnerOrganizationId }) =>
    appOwnerOrganizationId === tenant.world.tenantId ? 'AzureADMyOrg' : 'AzureADMultipleOrgs',
  tags: (_, { tags }) => tags,
  tokenEncryptionKeyId: () => null,
  verifiedPublisher: (_, { publisher, verifiedPublisherId, createdDateTime }) =>
    verifiedPublisherId === null
      ? { displayName: null, verifiedPublisherId: null, addedDateTime: null }
      : { displayName: publisher, verifiedPublisherId, addedDateTime: createdDateTime },
}

export const PRINCIPAL_FIELDS: Fields = {
  id: 'string',
  accountEnabled: 'boolean',
  appId: 'string',
  appOwnerOrganizationId: 'guid',
  displayName: 'string',
  servicePrincipalNames: 'strings',
  servicePrincipalType: 'string',
  tags: 'strings',
}
