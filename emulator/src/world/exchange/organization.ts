import { listed } from '#world/objects.ts'
import type { Kind } from '#world/objects.ts'

/** Settings of Exchange for the whole company. One object, under the id `organization`. */
export interface ExchangeOrganization {
  /** True switches mailbox auditing off for everybody. */
  auditDisabled: boolean
  /** False keeps everything out of the unified audit log. */
  unifiedAuditLogIngestionEnabled: boolean
  adminAuditLogEnabled: boolean
  oAuth2ClientProfileEnabled: boolean
  customerLockboxEnabled: boolean
  /** Null: not decided, which since October 2026 means off. */
  ewsEnabled: boolean | null
  focusedInboxOn: boolean
  mailTipsExternalRecipientsTipsEnabled: boolean
}

export const ORGANIZATION = 'organization'

export const exchangeOrganization: Kind<ExchangeOrganization> = {
  name: 'exchange.organization',
  born: listed(
    () => ORGANIZATION,
    () => [
      {
        auditDisabled: false,
        unifiedAuditLogIngestionEnabled: true,
        adminAuditLogEnabled: true,
        oAuth2ClientProfileEnabled: true,
        customerLockboxEnabled: false,
        ewsEnabled: null,
        focusedInboxOn: true,
        mailTipsExternalRecipientsTipsEnabled: true,
      },
    ],
  ),
}
