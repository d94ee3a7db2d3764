import { AZURE_ACTIVITIES, RISK_DETECTIONS } from './azure.ts'
import { DIRECTORY_ACTIVITIES } from './directory-activities.ts'
import { AUDITED_DIRECTORY, DIRECTORY_AUDITS } from './directory-audit.ts'
import { AUDITED_SIGN_INS, SIGN_INS } from './sign-in.ts'
import type { EventStream } from './source.ts'

/** What is known of the records of a stream: where a rule asks for something else, it can never fire. */
export interface Known {
  /** Every field that a record can have, in lower case; absent where Microsoft's list is open. */
  fields?: ReadonlySet<string>
  /** Every value that a field can have, by its name in lower case. */
  values: Readonly<Record<string, readonly string[]>>
}

/** @see https://learn.microsoft.com/en-us/graph/api/resources/signin?view=graph-rest-beta and the schema of its export */
const SIGN_IN_FIELDS = names(`
  agent appDisplayName appId appTokenProtectionStatus appliedConditionalAccessPolicies appliedEventListeners
  authenticationAppDeviceDetails authenticationAppPolicyEvaluationDetails authenticationContextClassReferences
  authenticationDetails authenticationMethodsUsed authenticationProcessingDetails authenticationProtocol
  authenticationRequirement authenticationRequirementPolicies autonomousSystemNumber azureResourceId clientAppUsed
  clientCredentialType conditionalAccessAudiences conditionalAccessStatus correlationId createdDateTime crossTenantAccessType
  deviceDetail federatedCredentialId flaggedForReview globalSecureAccessIpAddress homeTenantId homeTenantName id
  incomingTokenType ipAddress ipAddressFromResourceProvider isInteractive isTenantRestricted isThroughGlobalSecureAccess
  location managedServiceIdentity mfaDetail networkLocationDetails originalRequestId originalTransferMethod
  privateLinkDetails processingTimeInMilliseconds resourceDisplayName resourceId resourceOwnerTenantId
  resourceServicePrincipalId resourceTenantId riskDetail riskEventTypes riskEventTypes_v2 riskLevelAggregated
  riskLevelDuringSignIn riskState servicePrincipalCredentialKeyId servicePrincipalCredentialThumbprint servicePrincipalId
  servicePrincipalName sessionId sessionLifetimePolicies signInEventTypes signInIdentifier signInIdentifierType
  signInTokenProtectionStatus sourceAppClientId status tokenIssuerName tokenIssuerType tokenProtectionStatusDetails
  uniqueTokenIdentifier userAgent userDisplayName userId userPrincipalName userType
  time operationName operationVersion category tenantId resultType resultSignature resultDescription durationMs
  callerIpAddress identity level properties rngcStatus ssoExtensionVersion tenantName`)

/** @see https://learn.microsoft.com/en-us/graph/api/resources/riskdetection?view=graph-rest-beta */
const RISK_FIELDS = names(`
  activity activityDateTime additionalInfo correlationId detectedDateTime detectionTimingType id ipAddress
  lastUpdatedDateTime location mitreTechniqueId requestId riskDetail riskEventType riskLevel riskState riskType source
  tokenIssuerType userDisplayName userId userPrincipalName appId servicePrincipalDisplayName servicePrincipalId keyIds
  time operationName operationVersion category tenantId resultSignature durationMs callerIpAddress identity level properties
  isDeleted isProcessing riskLastUpdatedDateTime resourceId`)

// oxfmt-ignore
const RISK_EVENT_TYPES = [
  'adminConfirmedUserCompromised', 'adminConfirmedServicePrincipalCompromised', 'anomalousServicePrincipalActivity',
  'anomalousToken', 'anomalousUserActivity', 'anonymizedIPAddress', 'attackerinTheMiddle', 'attemptedPrtAccess', 'generic',
  'impossibleTravel', 'investigationsThreatIntelligence', 'investigationsThreatIntelligenceSigninLinked',
  'leakedCredentials', 'maliciousApplication', 'maliciousIPAddress', 'maliciousIPAddressValidCredentialsBlockedIP',
  'malwareInfectedIPAddress', 'mcasFinSuspiciousFileAccess', 'mcasImpossibleTravel', 'mcasSuspiciousInboxManipulationRules',
  'nationStateIP', 'newCountry', 'passwordSpray', 'riskyIPAddress', 'suspiciousAPITraffic', 'suspiciousAuthAppApproval',
  'suspiciousBrowser', 'suspiciousInboxForwarding', 'suspiciousIPAddress', 'suspiciousSendingPatterns', 'suspiciousSignins',
  'tokenIssuerAnomaly', 'unfamiliarFeatures', 'unlikelyTravel', 'userReportedSuspiciousActivity',
]

const RISK_STATES = ['none', 'confirmedSafe', 'remediated', 'dismissed', 'atRisk', 'confirmedCompromised']
const REQUIREMENTS = ['singleFactorAuthentication', 'multiFactorAuthentication']

/** Microsoft writes most hyphens between words as dashes. */
const WRITTEN = [...DIRECTORY_ACTIVITIES, ...DIRECTORY_ACTIVITIES.map((name) => name.replace(' - ', ' – '))]
const ACTIVITIES = Object.fromEntries(
  ['operationname', 'activitydisplayname', 'activitytype', 'activity'].map((name) => [name, WRITTEN]),
)
const RESULTS = ['success', 'failure', 'timeout']

const KNOWN = new Map<EventStream, Known>([
  [
    SIGN_INS,
    {
      fields: SIGN_IN_FIELDS,
      values: {
        authenticationrequirement: REQUIREMENTS,
        conditionalaccessstatus: ['success', 'failure', 'notApplied'],
        riskstate: RISK_STATES,
        activitydetails: ['Sign-ins'],
      },
    },
  ],
  // What an audit record says of a sign-in beside this is found in its lists under names that Microsoft does not publish.
  [AUDITED_SIGN_INS, { values: { authenticationrequirement: [], conditionalaccessstatus: [], riskstate: [] } }],
  [RISK_DETECTIONS, { fields: RISK_FIELDS, values: { riskeventtype: RISK_EVENT_TYPES, riskstate: RISK_STATES } }],
  [DIRECTORY_AUDITS, { values: { ...ACTIVITIES, result: RESULTS } }],
  [AUDITED_DIRECTORY, { values: ACTIVITIES }],
  [AZURE_ACTIVITIES, { values: {} }],
])

/** What is known of a stream's records. */
export function knownOf(stream: EventStream): Known {
  return KNOWN.get(stream) ?? { values: {} }
}

function names(text: string): ReadonlySet<string> {
  return new Set(text.trim().toLowerCase().split(/\s+/))
}
