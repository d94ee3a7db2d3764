/**
 * Types that are in beta alone. Microsoft publishes the schema of the worldwide beta as well, but at three times the size and
 * with changes every week, so what the emulator answers of it is written down here, from the documentation's pages of the
 * types: properties closed, enumerations with all their members.
 */
type Schema = Record<string, unknown>

const TEXT = { type: 'string' }
const NAME = { anyOf: [TEXT, { type: 'null' }] }
const MOMENT = { type: 'string', pattern: String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([.]\d{1,7})?Z$` }
const orNull = (schema: Schema) => ({ anyOf: [schema, { type: 'null' }] })

const closed = (properties: Record<string, Schema>): Schema => ({
  type: 'object',
  properties,
  patternProperties: { '@odata': true },
  additionalProperties: false,
})

const CATEGORY = { enum: ['notJunk', 'spam', 'phishing', 'malware', 'unknownFutureValue'] }

const RESULT_CATEGORY = {
  enum: `notJunk spam phishing malware allowedByPolicy blockedByPolicy spoof unknown noResultAvailable
      unknownFutureValue beingAnalyzed notSubmittedToMicrosoft phishingSimulation allowedDueToOrganizationOverride
      blockedDueToOrganizationOverride allowedDueToUserOverride blockedDueToUserOverride itemNotfound threatsFound
      noThreatsFound domainImpersonation userImpersonation brandImpersonation authenticationFailure spoofedBlocked
      spoofedAllowed reasonLostInTransit bulk`.split(/\s+/),
}

const RESULT = closed({
  detail: {
    enum: `none underInvestigation simulatedThreat allowedBySecOps allowedByThirdPartyFilters messageNotFound
      urlFileShouldNotBeBlocked urlFileShouldBeBlocked urlFileCannotMakeDecision domainImpersonation userImpersonation
      brandImpersonation outboundShouldNotBeBlocked outboundShouldBeBlocked outboundBulk outboundCannotMakeDecision
      outboundNotRescanned zeroHourAutoPurgeAllowed zeroHourAutoPurgeBlocked zeroHourAutoPurgeQuarantineReleased
      onPremisesSkip allowedByTenantAllowBlockList blockedByTenantAllowBlockList allowedUrlByTenantAllowBlockList
      allowedFileByTenantAllowBlockList allowedSenderByTenantAllowBlockList allowedRecipientByTenantAllowBlockList
      blockedUrlByTenantAllowBlockList blockedFileByTenantAllowBlockList blockedSenderByTenantAllowBlockList
      blockedRecipientByTenantAllowBlockList allowedByConnection blockedByConnection allowedByExchangeTransportRule
      blockedByExchangeTransportRule quarantineReleased quarantineReleasedThenBlocked junkMailRuleDisabled
      allowedByUserSetting blockedByUserSetting allowedByTenant blockedByTenant invalidFalsePositive
      invalidFalseNegative spoofBlocked goodReclassifiedAsBad goodReclassifiedAsBulk goodReclassifiedAsGood
      goodReclassifiedAsCannotMakeDecision badReclassifiedAsGood badReclassifiedAsBulk badReclassifiedAsBad
      badReclassifiedAsCannotMakeDecision unknownFutureValue`.split(/\s+/),
  },
  category: RESULT_CATEGORY,
  userMailboxSetting: TEXT,
  detectedUrls: { type: 'array', items: TEXT },
  detectedFiles: { type: 'array', items: closed({ fileName: TEXT, fileHash: TEXT }) },
})

const COMMON: Record<string, Schema> = {
  id: TEXT,
  tenantId: NAME,
  createdDateTime: MOMENT,
  category: CATEGORY,
  contentType: { enum: ['email', 'url', 'file', 'app', 'unknownFutureValue'] },
  source: { enum: ['user', 'administrator', 'unknownFutureValue'] },
  status: { enum: ['notStarted', 'running', 'succeeded', 'failed', 'skipped', 'unknownFutureValue'] },
  clientSource: { enum: ['microsoft', 'other', 'unknownFutureValue'] },
  createdBy: closed({
    user: orNull(closed({ identity: TEXT, displayName: NAME, email: NAME })),
    device: NAME,
    application: NAME,
  }),
  result: orNull(RESULT),
  adminReview: orNull(
    closed({ reviewBy: NAME, reviewDateTime: orNull(MOMENT), reviewResult: orNull(RESULT_CATEGORY) }),
  ),
}

export const BETA_TYPES: Readonly<Record<string, Schema>> = {
  'microsoft.graph.security.emailThreatSubmission': closed({
    ...COMMON,
    recipientEmailAddress: NAME,
    internetMessageId: NAME,
    subject: NAME,
    sender: NAME,
    senderIP: NAME,
    receivedDateTime: orNull(MOMENT),
    originalCategory: orNull(CATEGORY),
    attackSimulationInfo: orNull(
      closed({ attackSimId: NAME, attackSimUserId: NAME, attackSimDateTime: orNull(MOMENT) }),
    ),
    tenantAllowOrBlockListAction: orNull({ type: 'object' }),
    messageUrl: NAME,
    fileContent: NAME,
  }),
  'microsoft.graph.security.urlThreatSubmission': closed({ ...COMMON, webUrl: TEXT }),
  'microsoft.graph.security.fileThreatSubmission': closed({
    ...COMMON,
    fileName: TEXT,
    fileContent: NAME,
    fileUrl: NAME,
  }),
}
