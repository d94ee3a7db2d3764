import { groupId, GLOBAL_ADMINISTRATOR, PRIVILEGED_AUTHENTICATION_ADMINISTRATOR } from './roles.ts'
import { listed } from './objects.ts'
import { random } from './random.ts'
import type { Kind } from './objects.ts'
import type { World } from './world.ts'

/**
 * Conditional Access: which sign-ins are let through under which conditions, and the places that policies speak of. Objects
 * are kept in Graph's own shape.
 */
export interface NamedLocation extends Record<string, unknown> {
  '@odata.type': '#microsoft.graph.ipNamedLocation' | '#microsoft.graph.countryNamedLocation'
  id: string
  displayName: string
}

export interface ConditionalAccessPolicy extends Record<string, unknown> {
  id: string
  displayName: string
  state: 'enabled' | 'disabled' | 'enabledForReportingButNotEnforced'
  conditions: Record<string, unknown>
  grantControls: object | null
  sessionControls: object | null
}

/** By id. */
export const namedLocations: Kind<NamedLocation> = {
  name: 'namedLocation',
  born: listed(({ id }) => id, bornLocations),
}
export const conditionalAccessPolicies: Kind<ConditionalAccessPolicy> = {
  name: 'conditionalAccessPolicy',
  born: listed(({ id }) => id, bornPolicies),
}

/** Seven fractional digits, as Conditional Access writes times. */
export const preciseTime = (at: number): string => `${new Date(at).toISOString().slice(0, -1)}0000Z`

const created = (world: World, days: number) => ({
  createdDateTime: preciseTime(world.epoch - days * 86_400_000),
  modifiedDateTime: null,
})

export const locationId = (seed: number, name: string): string => random(seed, 'named location', name).guid()
export const policyId = (seed: number, name: string): string => random(seed, 'conditional access policy', name).guid()

function bornLocations(world: World): NamedLocation[] {
  return [
    {
      '@odata.type': '#microsoft.graph.ipNamedLocation',
      id: locationId(world.seed, 'Offices'),
      displayName: 'Offices',
      ...created(world, 700),
      isTrusted: true,
      ipRanges: ['192.0.2.0/24', '198.51.100.0/24'].map((cidrAddress) => ({
        '@odata.type': '#microsoft.graph.iPv4CidrRange',
        cidrAddress,
      })),
    },
    {
      '@odata.type': '#microsoft.graph.countryNamedLocation',
      id: locationId(world.seed, 'Countries with offices'),
      displayName: 'Countries with offices',
      ...created(world, 650),
      countriesAndRegions: ['NL', 'PT', 'CA'],
      countryLookupMethod: 'clientIpAddress',
      includeUnknownCountriesAndRegions: false,
    },
  ]
}

/** A condition set with nothing in it. */
export const NO_CONDITIONS = {
  userRiskLevels: [],
  signInRiskLevels: [],
  clientAppTypes: ['all'],
  servicePrincipalRiskLevels: [],
  insiderRiskLevels: null,
  platforms: null,
  locations: null,
  devices: null,
  clientApplications: null,
  authenticationFlows: null,
}

/** Whom and what a policy is about, all empty. */
export const NO_USERS = {
  includeUsers: [],
  excludeUsers: [],
  includeGroups: [],
  excludeGroups: [],
  includeRoles: [],
  excludeRoles: [],
  includeGuestsOrExternalUsers: null,
  excludeGuestsOrExternalUsers: null,
}
export const NO_APPLICATIONS = {
  includeApplications: [],
  excludeApplications: [],
  includeUserActions: [],
  includeAuthenticationContextClassReferences: [],
  applicationFilter: null,
}
export const NO_CONTROLS = {
  builtInControls: [],
  customAuthenticationFactors: [],
  termsOfUse: [],
  authenticationStrength: null,
}

function bornPolicies(world: World): ConditionalAccessPolicy[] {
  const users = {
    ...NO_USERS,
    includeUsers: ['All'],
    excludeGroups: [groupId(world.seed, 'Emergency Access Accounts')],
  }
  const policy = (
    displayName: string,
    state: ConditionalAccessPolicy['state'],
    control: 'mfa' | 'block',
    conditions: Record<string, unknown>,
  ): ConditionalAccessPolicy => ({
    id: policyId(world.seed, displayName),
    templateId: null,
    displayName,
    ...created(world, 600),
    state,
    sessionControls: null,
    conditions: {
      ...NO_CONDITIONS,
      users,
      applications: { ...NO_APPLICATIONS, includeApplications: ['All'] },
      ...conditions,
    },
    grantControls: { ...NO_CONTROLS, operator: 'OR', builtInControls: [control] },
  })
  return [
    policy('Require multifactor authentication for all users', 'enabled', 'mfa', {}),
    policy('Block legacy authentication', 'enabled', 'block', { clientAppTypes: ['exchangeActiveSync', 'other'] }),
    policy('Require multifactor authentication for administrators', 'enabled', 'mfa', {
      users: {
        ...users,
        includeUsers: [],
        includeRoles: [GLOBAL_ADMINISTRATOR, PRIVILEGED_AUTHENTICATION_ADMINISTRATOR],
      },
    }),
    policy('Block sign-ins from other countries', 'enabledForReportingButNotEnforced', 'block', {
      locations: { includeLocations: ['All'], excludeLocations: [locationId(world.seed, 'Countries with offices')] },
    }),
  ]
}
