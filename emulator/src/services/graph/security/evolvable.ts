import type { Call } from '#services/graph/route.ts'

/**
 * Enumerations that Microsoft adds members to. Those that came after the sentinel `unknownFutureValue` are shown only to
 * callers who say that they can take them; others get the sentinel.
 */
const LATE: Readonly<Record<string, ReadonlySet<string>>> = {
  serviceSource: new Set(
    ['microsoftDefenderForCloud', 'microsoftSentinel', 'microsoftInsiderRiskManagement'].concat([
      'microsoftThreatIntelligence',
      'microsoftSecurityForAI',
    ]),
  ),
  detectionSource: new Set(
    ['microsoftDefenderForCloud', 'microsoftDefenderForIoT', 'microsoftDefenderForServers', 'nrtAlerts'].concat(
      ['scheduledAlerts', 'builtInMl', 'microsoftInsiderRiskManagement', 'microsoftThreatIntelligence'],
      ['microsoftDefenderThreatIntelligenceAnalytics', 'securityCopilot', 'microsoftSentinel'],
    ),
  ),
  remediationStatus: new Set(
    ['active', 'pendingApproval', 'declined', 'unremediated'].concat(['running', 'partiallyRemediated']),
  ),
  incidentStatus: new Set(['awaitingAction']),
  submissionResultCategory: new Set(
    ['beingAnalyzed', 'notSubmittedToMicrosoft', 'phishingSimulation', 'itemNotfound'].concat(
      ['allowedDueToOrganizationOverride', 'blockedDueToOrganizationOverride', 'allowedDueToUserOverride'],
      ['blockedDueToUserOverride', 'threatsFound', 'noThreatsFound', 'domainImpersonation', 'userImpersonation'],
      ['brandImpersonation', 'authenticationFailure', 'spoofedBlocked', 'spoofedAllowed', 'bulk'],
      ['reasonLostInTransit'],
    ),
  ),
}

const takesAll = ({ request }: Call) => /include-unknown-enum-members/i.test(request.headers['prefer'] ?? '')

/** A member of the enumeration `name` as this caller is shown it. */
export const evolvable = (call: Call, name: string, member: string): string =>
  LATE[name]!.has(member) && !takesAll(call) ? 'unknownFutureValue' : member

/** `Preference-Applied` where the caller asked for all members. */
export const preferenceApplied = (call: Call): Record<string, string> =>
  takesAll(call) ? { 'preference-applied': 'include-unknown-enum-members' } : {}
