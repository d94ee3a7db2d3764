import { words } from '#services/exchange-admin/parameters.ts'
import type { Cmdlet } from '#services/exchange-admin/cmdlet.ts'

import { allowBlockListCmdlets } from './allow-block-list.ts'
import { auditSearchCmdlets } from './audit-search.ts'
import { contactCmdlets } from './contacts.ts'
import { groupCmdlets } from './groups.ts'
import { inboxRuleCmdlets } from './inbox-rules.ts'
import { mailboxCmdlets } from './mailbox.ts'
import { organizationCmdlets } from './organization.ts'
import { permissionCmdlets } from './permissions.ts'
import { quarantineCmdlets } from './quarantine.ts'
import { recipientCmdlets } from './recipients.ts'
import { statisticsCmdlets } from './statistics.ts'
import { traceCmdlets } from './trace.ts'
import { transportRuleCmdlets } from './transport-rules.ts'

const ALL: readonly Cmdlet[] = [
  ...mailboxCmdlets,
  ...permissionCmdlets,
  ...inboxRuleCmdlets,
  ...statisticsCmdlets,
  ...recipientCmdlets,
  ...groupCmdlets,
  ...contactCmdlets,
  ...traceCmdlets,
  ...quarantineCmdlets,
  ...allowBlockListCmdlets,
  ...transportRuleCmdlets,
  ...organizationCmdlets,
  ...auditSearchCmdlets,
]

const BY_NAME = new Map(ALL.map((cmdlet) => [cmdlet.name.toLowerCase(), cmdlet]))

/** By name, in any case. */
export const findCmdlet = (name: string): Cmdlet | undefined => BY_NAME.get(name.toLowerCase())

/** What replaced a command that is no longer served; undefined for one that is. */
export const replacementOf = (name: string): string | undefined =>
  /^get-messagetrace(detail)?$/i.test(name) ? `${name}V2` : undefined

/** Nouns of Exchange's other commands: real, and not built here. */
const OTHER_NOUNS = new Set(
  [
    ...words(`
      ActiveSyncDevice AddressBookPolicy AdminAuditLog AntiPhishPolicy AntiPhishRule App ApplicationAccessPolicy
      ArcConfig AtpPolicyForO365 AuthenticationPolicy CASMailbox CASMailboxPlan CalendarProcessing
      ClientAccessRule ConnectionInformation DistributionGroup DistributionGroupMember DkimSigningConfig
      DynamicDistributionGroup DynamicDistributionGroupMember EmailAddressPolicy EOPProtectionPolicyRule
      ExoPhishSimOverrideRule ExternalInOutlook Group HostedConnectionFilterPolicy HostedContentFilterPolicy
      HostedContentFilterRule HostedOutboundSpamFilterPolicy HostedOutboundSpamFilterRule InboundConnector
      JournalRule MailDetailATPReport MailDetailDlpPolicyReport MailDetailTransportRuleReport
      MailTrafficATPReport MailTrafficReport MailTrafficSummaryReport MailUser MailboxAutoReplyConfiguration
      MailboxCalendarConfiguration MailboxCalendarFolder MailboxFolder MailboxFolderPermission
      MailboxJunkEmailConfiguration MailboxLocation MailboxMessageConfiguration MailboxPlan
      MailboxRegionalConfiguration MailboxRestoreRequest MailboxSearch MalwareFilterPolicy MalwareFilterRule
      ManagementRole ManagementRoleAssignment ManagementRoleEntry ManagementScope MigrationBatch MobileDevice MobileDeviceMailboxPolicy MobileDeviceStatistics
      OrganizationRelationship OutboundConnector OwaMailboxPolicy PerimeterConfig PhishSimOverridePolicy
      ProtectionAlert PublicFolder QuarantinePolicy RecoverableItems RemoteDomain ReportSubmissionPolicy
      ReportSubmissionRule ResourceConfig RetentionPolicy RetentionPolicyTag RoleAssignmentPolicy RoleGroup
      RoleGroupMember SafeAttachmentPolicy SafeAttachmentRule SafeLinksAggregateReport SafeLinksDetailReport
      SafeLinksPolicy SafeLinksRule SecOpsOverridePolicy ServicePrincipal SharingPolicy SpoofIntelligenceInsight
      SweepRule TeamsProtectionPolicy TransportConfig UnifiedGroup UnifiedGroupLinks User UserBriefingConfig
      UserPhoto
    `),
    ...ALL.map(({ name }) => name.slice(name.indexOf('-') + 1)),
  ].map((noun) => noun.toLowerCase()),
)
const VERBS =
  /^(get|set|new|remove|add|enable|disable|start|stop|search|test|update|release|undo|restore|export|import)-(.+)$/i

/** True for a command that Exchange has, or might: a known noun after a verb. */
export function isReal(name: string): boolean {
  const noun = VERBS.exec(name)?.[2]
  return noun !== undefined && OTHER_NOUNS.has(noun.toLowerCase())
}

/** Whether running it changes anything: those that only look are not audited. */
export const changesSomething = (name: string): boolean => !/^(get|search|test|preview|export)-/i.test(name)
