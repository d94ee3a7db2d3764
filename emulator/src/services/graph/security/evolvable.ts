import { evolvable } from '#services/graph/odata/evolvable.ts'

/** Enumerations of security that Microsoft adds members to: those that came late. */

export const serviceSource = evolvable(
  'microsoft.graph.security.serviceSource',
  `microsoftDefenderForCloud microsoftSentinel microsoftInsiderRiskManagement microsoftThreatIntelligence
    microsoftSecurityForAI`,
)

export const detectionSource = evolvable(
  'microsoft.graph.security.detectionSource',
  `microsoftDefenderForCloud microsoftDefenderForIoT microsoftDefenderForServers microsoftDefenderForStorage
    microsoftDefenderForDNS microsoftDefenderForDatabases microsoftDefenderForContainers
    microsoftDefenderForNetwork microsoftDefenderForAppService microsoftDefenderForKeyVault
    microsoftDefenderForResourceManager microsoftDefenderForApiManagement nrtAlerts scheduledAlerts
    microsoftDefenderThreatIntelligenceAnalytics builtInMl microsoftInsiderRiskManagement
    microsoftThreatIntelligence microsoftDefenderForAIServices securityCopilot microsoftSentinel`,
)

export const remediationStatus = evolvable(
  'microsoft.graph.security.evidenceRemediationStatus',
  `active pendingApproval declined unremediated running partiallyRemediated`,
)

export const incidentStatus = evolvable('microsoft.graph.security.incidentStatus', `awaitingAction`)

/** Of beta alone: no schema of it is published with v1.0. */
export const submissionResultCategory = evolvable(
  'microsoft.graph.security.submissionResultCategory',
  `beingAnalyzed notSubmittedToMicrosoft phishingSimulation itemNotfound allowedDueToOrganizationOverride
    blockedDueToOrganizationOverride allowedDueToUserOverride blockedDueToUserOverride threatsFound
    noThreatsFound domainImpersonation userImpersonation brandImpersonation authenticationFailure
    spoofedBlocked spoofedAllowed bulk reasonLostInTransit`,
)
