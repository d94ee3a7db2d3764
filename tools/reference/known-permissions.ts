/**
 * What the set-up guides of comparable products ask a tenant for. The reference says of each what Cordon uses it for, as the
 * units declare it; of the others, why it is not asked for.
 */
export interface KnownPermission {
  resource: string
  permission: string
  /** Asked for on behalf of a signed-in user. */
  isDelegated?: true
  /** Why Cordon does without it; absent where a unit declares it. */
  without?: string
}

const GRAPH = 'Microsoft Graph'
const EXCHANGE = 'Office 365 Exchange Online'
const MANAGEMENT = 'Office 365 Management APIs'
const DEFENDER = 'WindowsDefenderATP'

const known = (resource: string, permission: string, without?: string): KnownPermission => ({
  resource,
  permission,
  ...(without !== undefined && { without }),
})

export const KNOWN_PERMISSIONS: readonly KnownPermission[] = [
  known(
    GRAPH,
    'Directory.Read.All',
    'Reads the whole directory, applications and policies included. Users, group members, devices and roles are read under narrower permissions of their own.',
  ),
  known(GRAPH, 'User.Read.All'),
  known(GRAPH, 'Mail.Read'),
  known(GRAPH, 'Mail.ReadWrite'),
  known(GRAPH, 'MailboxSettings.Read'),
  known(GRAPH, 'MailboxSettings.ReadWrite'),
  known(GRAPH, 'Application.Read.All'),
  known(GRAPH, 'AuditLog.Read.All'),
  known(GRAPH, 'IdentityRiskEvent.Read.All'),
  known(GRAPH, 'IdentityRiskyUser.Read.All'),
  known(GRAPH, 'Policy.Read.All'),
  known(GRAPH, 'Policy.ReadWrite.ConditionalAccess'),
  known(GRAPH, 'SecurityAlert.Read.All'),
  known(GRAPH, 'SecurityIncident.Read.All'),
  known(GRAPH, 'ThreatHunting.Read.All'),
  known(GRAPH, 'ThreatSubmission.Read.All'),
  known(
    GRAPH,
    'User.ManageIdentities.All',
    'Changes how a user may sign in, and is asked for at times to reset a password, which it cannot do.',
  ),
  known(GRAPH, 'User.EnableDisableAccount.All'),
  known(GRAPH, 'User.RevokeSessions.All'),
  {
    ...known(
      GRAPH,
      'Directory.AccessAsUser.All',
      'Works with a signed-in user alone; Cordon signs in as an application.',
    ),
    isDelegated: true,
  },
  known(GRAPH, 'ExchangeMessageTrace.Read.All'),
  known(GRAPH, 'Calendars.Read'),
  known(
    GRAPH,
    'Calendars.ReadBasic.All',
    'Leaves out the bodies and organizers by which the event of a malicious invitation is told.',
  ),
  known(GRAPH, 'Presence.Read.All', 'Whether somebody is online is no evidence that outlasts the minute.'),
  known(EXCHANGE, 'Exchange.ManageAsApp'),
  known(
    EXCHANGE,
    'ReportingWebService.Read.All',
    'Opens the Reporting Web Service, which Microsoft is switching off; message trace comes through Graph.',
  ),
  known('Microsoft Cloud App Security', 'Investigation.Read'),
  known(MANAGEMENT, 'ActivityFeed.Read'),
  known(MANAGEMENT, 'ActivityFeed.ReadDlp'),
  known(
    DEFENDER,
    'File.Read.All',
    'Looks files up on devices, which no feature does. It is not the permission of Graph to read files in OneDrive and SharePoint, which is called Files.Read.All.',
  ),
  known(
    DEFENDER,
    'Library.Manage',
    'Puts scripts into the library of live response. Cordon puts none there: the one that takes a file out of quarantine is yours.',
  ),
  known(DEFENDER, 'Machine.LiveResponse'),
  known(DEFENDER, 'Machine.Read.All'),
]

/** Roles that such guides have assigned to the application as well. */
export const KNOWN_ROLES: readonly { name: string; kind: string; without: string }[] = [
  {
    kind: 'directory role',
    name: 'Global Reader',
    without:
      'Reads every setting of the tenant. Where Exchange Online asks for a role, Security Reader is less and does.',
  },
  {
    kind: 'directory role',
    name: 'Exchange Administrator',
    without:
      'Changes everything in Exchange Online; Cordon only reads there as an administrator, and changes mail through Graph.',
  },
  {
    kind: 'directory role',
    name: 'Authentication Administrator',
    without: 'Resets passwords and methods of signing in, which no action does.',
  },
  {
    kind: 'directory role',
    name: 'Privileged Authentication Administrator',
    without: 'The same for administrators: whoever holds it can become any of them.',
  },
  {
    kind: 'role in Azure',
    name: 'Monitoring Reader',
    without:
      'Reads metrics and settings of monitoring besides the activity log; Reader on the subscriptions that are collected is enough.',
  },
]
