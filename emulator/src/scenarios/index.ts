import { accountTakeover } from './account-takeover/scenario.ts'
import { auditDisabled } from './audit-disabled/scenario.ts'
import { businessEmailCompromise } from './business-email-compromise/scenario.ts'
import { mfaFatigue } from './mfa-fatigue/scenario.ts'
import { oauthConsent } from './oauth-consent/scenario.ts'
import { passwordSpray } from './password-spray/scenario.ts'
import { phishCampaign } from './phish-campaign/scenario.ts'
import { mailboxDelegation } from './mailbox-delegation/scenario.ts'
import { malwareDevice } from './malware-device/scenario.ts'
import { massDownload } from './mass-download/scenario.ts'
import { sharingLinks } from './sharing-links/scenario.ts'
import type { Scenario } from './scenario.ts'

/** Every attack there is. */
export const SCENARIOS: readonly Scenario[] = [
  phishCampaign,
  accountTakeover,
  businessEmailCompromise,
  oauthConsent,
  passwordSpray,
  mfaFatigue,
  massDownload,
  mailboxDelegation,
  auditDisabled,
  sharingLinks,
  malwareDevice,
]

/** Those that a cloud has unless told otherwise. */
export const USUAL: readonly string[] = [phishCampaign.id, accountTakeover.id]

/** The scenarios with these ids, in the order of the list. */
export const scenariosOf = (ids: readonly string[]): readonly Scenario[] =>
  SCENARIOS.filter(({ id }) => ids.includes(id))
