import type { PermissionNeed } from '#domain/tenant.ts'

/** What finding mail by Microsoft's records needs. Each may be absent: then another source answers, or the mailboxes are scanned. */
export const PAIR_PERMISSIONS: readonly PermissionNeed[] = [
  {
    resource: 'Microsoft Graph',
    permission: 'ExchangeMessageTrace.Read.All',
    why: 'To ask message trace who got a mail, so that only those mailboxes are searched.',
  },
  {
    resource: 'Microsoft Graph',
    permission: 'ThreatHunting.Read.All',
    why: 'To ask advanced hunting who got a mail and who clicked its links (Defender for Office 365 Plan 2).',
  },
  {
    resource: 'Microsoft Graph',
    permission: 'SecurityAnalyzedMessage.Read.All',
    why: 'To ask Threat Explorer who got a mail where message trace and hunting do not answer.',
  },
]
