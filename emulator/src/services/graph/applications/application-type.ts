import { RESOURCES } from '#world/resources.ts'
import type { Application } from '#world/applications.ts'
import type { EntityType } from '#services/graph/identity/entity.ts'

import { keyCredentialsOf, passwordCredentialsOf } from './credentials.ts'
import { ownersOf } from './owners.ts'

const empty = () => []
const nothing = () => null

/** `microsoft.graph.application` */
export const applicationType: EntityType<Application> = {
  name: 'microsoft.graph.application',
  set: 'applications',
  properties: {
    id: (_, { objectId }) => objectId,
    deletedDateTime: nothing,
    appId: (_, { clientId }) => clientId,
    applicationTemplateId: nothing,
    disabledByMicrosoftStatus: nothing,
    createdDateTime: ({ tenant }, { createdAt }) =>
      `${new Date(createdAt ?? tenant.world.epoch).toISOString().slice(0, 19)}Z`,
    displayName: (_, { name }) => name,
    description: (_, { description }) => description ?? null,
    groupMembershipClaims: nothing,
    identifierUris: empty,
    isDeviceOnlyAuthSupported: nothing,
    isFallbackPublicClient: (_, { publicClient }) => publicClient ?? null,
    notes: (_, { notes }) => notes ?? null,
    publisherDomain: ({ tenant }) => tenant.world.domain,
    serviceManagementReference: nothing,
    signInAudience: (_, { multiTenant }) => (multiTenant ? 'AzureADMultipleOrgs' : 'AzureADMyOrg'),
    tags: (_, { tags }) => tags ?? [],
    tokenEncryptionKeyId: nothing,
    samlMetadataUrl: nothing,
    defaultRedirectUri: nothing,
    certification: nothing,
    optionalClaims: nothing,
    addIns: empty,
    api: () => ({
      acceptMappedClaims: null,
      knownClientApplications: [],
      requestedAccessTokenVersion: null,
      oauth2PermissionScopes: [],
      preAuthorizedApplications: [],
    }),
    appRoles: empty,
    info: () => ({
      logoUrl: null,
      marketingUrl: null,
      privacyStatementUrl: null,
      supportUrl: null,
      termsOfServiceUrl: null,
    }),
    keyCredentials: (_, application) => keyCredentialsOf(application),
    parentalControlSettings: () => ({ countriesBlockedForMinors: [], legalAgeGroupRule: 'Allow' }),
    passwordCredentials: (_, application) => passwordCredentialsOf(application),
    publicClient: () => ({ redirectUris: [] }),
    requiredResourceAccess: (_, { roles, requestedRoles = [] }) =>
      RESOURCES.map((resource) => ({
        resourceAppId: resource.appId,
        resourceAccess: [...new Set([...roles, ...requestedRoles])]
          .filter((role) => role in resource.roles)
          .map((role) => ({ id: resource.roles[role], type: 'Role' })),
      })).filter(({ resourceAccess }) => resourceAccess.length > 0),
    verifiedPublisher: () => ({ displayName: null, verifiedPublisherId: null, addedDateTime: null }),
    web: (_, { redirectUris }) => ({
      homePageUrl: null,
      logoutUrl: null,
      redirectUris: redirectUris ?? [],
      implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: false },
      redirectUriSettings: [],
    }),
    spa: () => ({ redirectUris: [] }),
  },
  get defaults() {
    return Object.keys(this.properties)
  },
  visible: () => 'all',
  filters: {
    id: 'string',
    appId: 'string',
    createdDateTime: 'date',
    displayName: 'string',
    publisherDomain: 'string',
    signInAudience: 'string',
    tags: 'strings',
    'passwordCredentials/keyId': 'strings',
  },
  orders: ['displayName', 'createdDateTime'],
  searches: ['displayName'],
  expansions: { owners: (call, application, select) => ownersOf(call, application, select) },
}
