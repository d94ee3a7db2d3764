import { ORGANIZATION, exchangeOrganization } from '#world/exchange/organization.ts'
import { flag, text, words } from '#services/exchange-admin/parameters.ts'
import type { Cell, Row } from '#services/exchange-admin/wire.ts'
import type { Cmdlet, Invocation, Result } from '#services/exchange-admin/cmdlet.ts'
import type { ExchangeOrganization } from '#world/exchange/organization.ts'
import type { Tenant } from '#cloud.ts'

/** Settings of the company: auditing first of all. */

/** Parameters that set something, and what. */
const ORGANIZATION_SETTINGS = {
  AuditDisabled: 'auditDisabled',
  OAuth2ClientProfileEnabled: 'oAuth2ClientProfileEnabled',
  CustomerLockboxEnabled: 'customerLockboxEnabled',
  EwsEnabled: 'ewsEnabled',
  FocusedInboxOn: 'focusedInboxOn',
  MailTipsExternalRecipientsTipsEnabled: 'mailTipsExternalRecipientsTipsEnabled',
} as const satisfies Record<string, keyof ExchangeOrganization>

const AUDIT_SETTINGS = {
  UnifiedAuditLogIngestionEnabled: 'unifiedAuditLogIngestionEnabled',
  AdminAuditLogEnabled: 'adminAuditLogEnabled',
} as const satisfies Record<string, keyof ExchangeOrganization>

type Settings = Readonly<Record<string, keyof ExchangeOrganization>>

const flags = (settings: Settings) => Object.fromEntries(Object.keys(settings).map((name) => [name, flag]))

export const organizationCmdlets: readonly Cmdlet[] = [
  {
    name: 'Get-OrganizationConfig',
    area: 'organization',
    parameters: {},
    run: ({ tenant }) => ({
      rows: [
        {
          Name: tenant.world.initialDomain,
          DisplayName: tenant.world.name,
          Identity: tenant.world.initialDomain,
          Guid: tenant.world.tenantId,
          IsDehydrated: false,
          ...shown(tenant, ORGANIZATION_SETTINGS),
          IsValid: true,
          ObjectState: 'Unchanged',
        },
      ],
    }),
  },
  {
    name: 'Set-OrganizationConfig',
    area: 'organization',
    parameters: flags(ORGANIZATION_SETTINGS),
    notBuilt: words(`
        ActivityBasedAuthenticationTimeoutEnabled AutoExpandingArchive BookingsEnabled ConnectorsEnabled
        DefaultAuthenticationPolicy DirectReportsGroupAutoCreationEnabled EwsAllowList
        EwsApplicationAccessPolicy LeanPopoutEnabled MailTipsAllTipsEnabled MailTipsLargeAudienceThreshold
        RejectDirectSend SendFromAliasEnabled
      `),
    run: (call) => set(call, ORGANIZATION_SETTINGS),
    audited: ({ tenant }) => tenant.world.initialDomain,
  },
  {
    name: 'Get-AdminAuditLogConfig',
    area: 'audit',
    parameters: {},
    run: ({ tenant }) => ({
      rows: [
        {
          ...shown(tenant, AUDIT_SETTINGS),
          TestCmdletLoggingEnabled: false,
          AdminAuditLogCmdlets: ['*'],
          AdminAuditLogParameters: ['*'],
          AdminAuditLogExcludedCmdlets: [],
          AdminAuditLogAgeLimit: '90.00:00:00',
          LogLevel: 'Verbose',
          Name: 'Admin Audit Log Settings',
          Identity: 'Admin Audit Log Settings',
          IsValid: true,
          ObjectState: 'Unchanged',
        },
      ],
    }),
  },
  {
    name: 'Set-AdminAuditLogConfig',
    area: 'audit',
    parameters: { Identity: text, Force: flag, ...flags(AUDIT_SETTINGS) },
    notBuilt: [
      'AdminAuditLogAgeLimit',
      'AdminAuditLogCmdlets',
      'AdminAuditLogExcludedCmdlets',
      'AdminAuditLogParameters',
      'LogLevel',
    ],
    run: (call) => set(call, AUDIT_SETTINGS),
    audited: () => 'Admin Audit Log Settings',
  },
]

const current = (tenant: Tenant): ExchangeOrganization => tenant.objects(exchangeOrganization).find(ORGANIZATION)!

const shown = (tenant: Tenant, settings: Settings): Row =>
  Object.fromEntries(Object.entries(settings).map(([name, key]): [string, Cell] => [name, current(tenant)[key]]))

function set({ given, tenant }: Invocation, settings: Settings): Result {
  const before = current(tenant)
  const named = Object.entries(settings).filter(([name]) => given.has(name))
  const after = { ...before, ...Object.fromEntries(named.map(([name, key]) => [key, given.flag(name) ?? null])) }
  if (named.every(([, key]) => after[key] === before[key]))
    return { rows: [], warnings: ['The command completed successfully but no settings have been modified.'] }
  tenant.objects(exchangeOrganization).put(ORGANIZATION, after)
  return { rows: [] }
}
