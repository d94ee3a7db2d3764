import { deviceAt } from '#world/devices.ts'
import { random } from '#world/random.ts'
import { signInIds } from '#world/audit/records/entra.ts'
import type { SignIn } from '#world/audit/records/entra.ts'
import type { Trace } from '#world/surface.ts'
import type { World } from '#world/world.ts'

import { APPLICATIONS, signInApplication } from './sign-in-applications.ts'
import { placeOf } from './places.ts'
import { publishedAt } from './publication.ts'
import type { SignInApplication } from './sign-in-applications.ts'

/** Sign-ins as Graph writes them: all that beta shows, of which v1.0 shows the older half. */

/** `signInEventTypes` has one of these. */
export type SignInKind = 'interactiveUser' | 'nonInteractiveUser' | 'servicePrincipal' | 'managedIdentity'

/** A sign-in in Graph's words: what v1.0 shows, and what only beta shows. */
export interface SignInRecord extends Record<string, unknown> {
  id: string
  createdDateTime: string
  userId: string
  userPrincipalName: string
  correlationId: string
  ipAddress: string
  riskState: string
}

/** What Graph knows of a sign-in beyond what the audit feed tells. */
export interface SignInDetail {
  /** `interactiveUser` unless given. */
  kind?: SignInKind
  /** The office of the person unless given: a city of `PLACES`. */
  city?: string
  /** `Browser` unless given: `Mobile Apps and Desktop clients`, `IMAP4`, `Exchange ActiveSync`, … */
  clientApp?: string
  /** Of an application that is not Microsoft's. */
  applicationName?: string
  /** The person's own computer, which runs no Linux, or one that nobody knows. */
  device?: 'own' | 'unknown'
  /** How the second factor was answered; `remembered` unless given. */
  mfa?: 'remembered' | 'approved' | 'denied' | 'not asked'
  /** Number of the network that it came from. */
  network?: number
  risk?: { level: 'low' | 'medium' | 'high'; state?: string; eventTypes: readonly string[]; detail?: string }
}

/** The sign-in for a scenario to leave on a surface: `leave(signIns, signInTrace(world, event, detail))`. */
export const signInTrace = (world: World, sign: SignIn, detail: SignInDetail = {}): Trace<SignInRecord> => {
  const { requestId } = signInIds(world, sign.id)
  return {
    id: requestId,
    at: sign.at,
    publishedAt: publishedAt(world, requestId, sign.at),
    record: userSignIn(world, sign, detail),
  }
}

/** Conditional access policies that every sign-in of a user is measured against. */
export const SIGN_IN_POLICIES = [
  { name: 'Require multifactor authentication for all users', control: 'Mfa' },
  { name: 'Block legacy authentication', control: 'Block' },
] as const

/** Entra's words for its error numbers. */
const FAILURES: Record<number, string> = {
  50_053: 'Account is locked because user tried to sign in too many times with an incorrect user ID or password.',
  50_055: 'Invalid password, entered expired password.',
  50_057: 'User account is disabled. The account has been disabled by an administrator.',
  50_074: 'Strong Authentication is required.',
  50_076:
    'Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.',
  50_126: 'Invalid username or password or Invalid on-premise username or password.',
  50_158: 'External security challenge not satisfied.',
  50_199: 'For security reasons, user confirmation is required for this request.',
  53_003: 'Access has been blocked due to conditional access policies.',
  65_001: 'The user or administrator has not consented to use the application.',
  65_004: 'User declined to consent to access the app.',
  500_121: 'Authentication failed during strong authentication request.',
}

export function userSignIn(world: World, sign: SignIn, detail: SignInDetail = {}): SignInRecord {
  const { person, error } = sign
  const { correlationId, requestId } = signInIds(world, sign.id)
  const application = signInApplication(sign.applicationId)
  const resource = sign.resourceId ?? application.resourceId
  const passed = error === undefined
  const { kind = 'interactiveUser', mfa = passed ? 'remembered' : 'not asked', risk } = detail
  return {
    ...common(world, requestId, correlationId, sign.at, kind),
    autonomousSystemNumber: detail.network ?? HOME_NETWORK,
    appDisplayName: detail.applicationName ?? application.name,
    appId: application.id,
    appliedConditionalAccessPolicies: policies(world, sign, mfa),
    authenticationAppDeviceDetails: null,
    clientAppUsed: detail.clientApp ?? 'Browser',
    conditionalAccessStatus: error?.number === 53_003 ? 'failure' : passed ? 'success' : 'notApplied',
    deviceDetail: device(world, sign, detail.device ?? (sign.userAgent.includes('Linux') ? 'unknown' : 'own')),
    homeTenantId: world.tenantId,
    ipAddress: sign.ip,
    isInteractive: kind === 'interactiveUser',
    location: locationOf(detail.city ?? person.office.office),
    resourceDisplayName: resourceName(application, resource, detail),
    resourceId: resource,
    riskDetail: risk?.detail ?? 'none',
    riskEventTypes: risk?.eventTypes.filter((type) => LEGACY_RISKS.has(type)) ?? [],
    riskEventTypes_v2: risk?.eventTypes ?? [],
    riskLevelAggregated: risk?.level ?? 'none',
    riskLevelDuringSignIn: risk?.level ?? 'none',
    riskState: risk ? (risk.state ?? 'atRisk') : 'none',
    servicePrincipalId: '',
    servicePrincipalName: null,
    status: {
      errorCode: error?.number ?? 0,
      failureReason: error ? (FAILURES[error.number] ?? error.word) : 'Other.',
      additionalDetails: additional(mfa, passed),
    },
    userAgent: sign.userAgent,
    userDisplayName: person.displayName,
    userId: person.id,
    userPrincipalName: person.userPrincipalName,
    // From here on beta only.
    authenticationDetails: steps(sign, mfa),
    authenticationRequirement: mfa === 'not asked' ? 'singleFactorAuthentication' : 'multiFactorAuthentication',
    incomingTokenType: kind === 'interactiveUser' ? 'none' : 'primaryRefreshToken',
    mfaDetail: mfa === 'approved' ? { authMethod: 'PhoneAppNotification', authDetail: null } : null,
    sessionId: sign.sessionId,
    userType: person.kind === 'guest' ? 'guest' : 'member',
  }
}

/** The values of `riskEventTypes`, an enumeration that has been frozen; newer ones stand in `riskEventTypes_v2` alone. */
const LEGACY_RISKS = new Set(
  [
    'unlikelyTravel',
    'anonymizedIPAddress',
    'maliciousIPAddress',
    'unfamiliarFeatures',
    'malwareInfectedIPAddress',
  ].concat(
    ['suspiciousIPAddress', 'leakedCredentials', 'investigationsThreatIntelligence', 'generic'],
    ['adminConfirmedUserCompromised', 'mcasImpossibleTravel', 'mcasSuspiciousInboxManipulationRules'],
    ['investigationsThreatIntelligenceSigninLinked', 'maliciousIPAddressValidCredentialsBlockedIP'],
  ),
)

function resourceName(application: SignInApplication, resourceId: string, { applicationName }: SignInDetail): string {
  if (resourceId === application.resourceId) return applicationName ?? application.resourceName
  return APPLICATIONS.find((each) => each.resourceId === resourceId)?.resourceName ?? signInApplication(resourceId).name
}

/** The company's own network: numbers from 64,496 to 64,511 are for documentation (RFC 5398). */
const HOME_NETWORK = 64_500

/** What every kind of sign-in has. */
const common = (world: World, id: string, correlationId: string, at: number, kind: SignInKind) => ({
  id,
  createdDateTime: `${new Date(at).toISOString().slice(0, 19)}Z`,
  correlationId,
  resourceTenantId: world.tenantId,
  homeTenantName: world.name,
  signInEventTypes: [kind],
  uniqueTokenIdentifier: uniqueTokenIdentifier(id),
  originalRequestId: id,
  tokenIssuerType: 'AzureAD',
  tokenIssuerName: '',
  crossTenantAccessType: 'none',
  isTenantRestricted: false,
  flaggedForReview: false,
  autonomousSystemNumber: HOME_NETWORK,
  processingTimeInMilliseconds: 40 + (id.charCodeAt(0) % 90),
  networkLocationDetails: [],
  authenticationProcessingDetails: [],
  authenticationContextClassReferences: [],
  conditionalAccessAudiences: [],
  sessionLifetimePolicies: [],
})

/** `uti` of the token that was issued: the bytes of the request id. */
export function uniqueTokenIdentifier(requestId: string): string {
  const bytes = Buffer.from(requestId.replaceAll('-', ''), 'hex')
  // A GUID's first three parts are stored with the lowest byte first.
  const stored = [bytes.subarray(0, 4), bytes.subarray(4, 6), bytes.subarray(6, 8)].map((part) => part.toReversed())
  return Buffer.concat([...stored, bytes.subarray(8)]).toString('base64url')
}

export function locationOf(cityName: string) {
  const { city, state, countryOrRegion, latitude, longitude } = placeOf(cityName)
  return { city, state, countryOrRegion, geoCoordinates: { altitude: null, latitude, longitude } }
}

function policies(world: World, { error }: SignIn, mfa: SignInDetail['mfa']) {
  // A wrong password is noticed before any policy is looked at.
  const reached = error?.number !== 50_126 && error?.number !== 50_053
  const asked = error !== undefined || mfa !== 'not asked'
  const result = (control: string) =>
    !reached || !asked || control === 'Block' ? 'notApplied' : mfa === 'denied' || error ? 'failure' : 'success'
  return SIGN_IN_POLICIES.map(({ name, control }) => ({
    id: random(world.seed, 'conditional access policy', name).guid(),
    displayName: name,
    enforcedGrantControls: [control],
    enforcedSessionControls: [],
    result: result(control),
  }))
}

const TRUST = {
  AzureAd: 'Azure AD joined',
  ServerAd: 'Hybrid Azure AD joined',
  Workplace: 'Azure AD registered',
} as const

/** The person's computer, as the directory knows it, or what an unknown one says of itself. */
function device(world: World, { person, userAgent }: SignIn, which: 'own' | 'unknown') {
  const own = which === 'own' ? deviceAt(world, 2 * person.index) : undefined
  const browser = browserOf(userAgent)
  return {
    deviceId: own?.deviceId ?? '',
    displayName: own?.name ?? '',
    operatingSystem: systemOf(userAgent),
    browser,
    isCompliant: own?.isCompliant ?? false,
    isManaged: own?.isManaged ?? false,
    trustType: own ? TRUST[own.trustType] : '',
  }
}

/** `Edge 142.0.0`, `Chrome 139.0.0`, `Mobile Safari 19.1` */
function browserOf(userAgent: string): string {
  for (const [pattern, name] of BROWSERS) {
    const version = pattern.exec(userAgent)?.[1]
    if (version !== undefined) return `${name} ${name === 'Mobile Safari' ? version : `${version}.0.0`}`
  }
  return ''
}

/** Most exact first: Edge calls itself Chrome as well. */
const BROWSERS = [
  [/Edg\/(\d+)/, 'Edge'],
  [/Chrome\/(\d+)/, 'Chrome'],
  [/Version\/([\d.]+) Mobile/, 'Mobile Safari'],
] as const

const systemOf = (userAgent: string): string =>
  userAgent.includes('iPhone')
    ? 'Ios'
    : userAgent.includes('Mac')
      ? 'MacOs'
      : userAgent.includes('Linux')
        ? 'Linux'
        : 'Windows10'

const additional = (mfa: SignInDetail['mfa'], passed: boolean) =>
  mfa === 'denied'
    ? 'MFA denied; user declined the authentication'
    : mfa === 'approved'
      ? 'MFA completed in Azure AD'
      : passed && mfa === 'remembered'
        ? 'MFA requirement satisfied by claim in the token'
        : null

function steps({ at, error }: SignIn, mfa: SignInDetail['mfa']) {
  const time = `${new Date(at).toISOString().slice(0, 19)}Z`
  const password = error?.number !== 50_126
  const first = {
    authenticationStepDateTime: time,
    authenticationMethod: mfa === 'remembered' ? 'Previously satisfied' : 'Password',
    authenticationMethodDetail: mfa === 'remembered' ? null : 'Password in the cloud',
    succeeded: password,
    authenticationStepResultDetail: password
      ? 'First factor requirement satisfied by claim in the token'
      : 'Invalid username or password',
    authenticationStepRequirement: 'Primary authentication',
  }
  if (mfa !== 'approved' && mfa !== 'denied') return [first]
  return [
    first,
    {
      authenticationStepDateTime: time,
      authenticationMethod: 'Mobile app notification',
      authenticationMethodDetail: null,
      succeeded: mfa === 'approved',
      authenticationStepResultDetail:
        mfa === 'approved' ? 'MFA successfully completed' : 'MFA denied; user declined the authentication',
      authenticationStepRequirement: 'Multifactor authentication',
    },
  ]
}

export function programSignIn(
  world: World,
  program: {
    appId: string
    servicePrincipalId: string
    name: string
    ip?: string
    city?: string
    homeTenantId?: string
  },
  id: string,
  at: number,
  kind: 'servicePrincipal' | 'managedIdentity',
): SignInRecord {
  const { appId, servicePrincipalId, name, ip, city = 'Rotterdam', homeTenantId = world.tenantId } = program
  const r = random(world.seed, 'program sign-in', id)
  return {
    ...common(world, id, r.guid(), at, kind),
    appDisplayName: name,
    appId,
    appliedConditionalAccessPolicies: [],
    authenticationAppDeviceDetails: null,
    clientAppUsed: null,
    conditionalAccessStatus: 'notApplied',
    deviceDetail: null,
    homeTenantId,
    ipAddress: kind === 'managedIdentity' ? '' : (ip ?? `192.0.2.${r.between(241, 250)}`),
    isInteractive: false,
    location: kind === 'managedIdentity' ? null : locationOf(city),
    resourceDisplayName: kind === 'managedIdentity' ? 'Azure Key Vault' : 'Microsoft Graph',
    resourceId:
      kind === 'managedIdentity' ? 'cfa8b339-82a2-471a-a3c9-0fc0be7a4093' : '00000003-0000-0000-c000-000000000000',
    riskDetail: 'none',
    riskEventTypes: [],
    riskEventTypes_v2: [],
    riskLevelAggregated: 'none',
    riskLevelDuringSignIn: 'none',
    riskState: 'none',
    servicePrincipalId,
    servicePrincipalName: name,
    status: { errorCode: 0, failureReason: 'Other.', additionalDetails: null },
    userAgent: null,
    userDisplayName: null,
    userId: '',
    userPrincipalName: '',
    authenticationDetails: [],
    authenticationRequirement: 'singleFactorAuthentication',
    incomingTokenType: 'none',
    mfaDetail: null,
    sessionId: null,
    userType: null,
    clientCredentialType: kind === 'managedIdentity' ? 'managedIdentity' : 'clientSecret',
    servicePrincipalCredentialKeyId: kind === 'managedIdentity' ? null : random(world.seed, 'credential', appId).guid(),
  }
}
