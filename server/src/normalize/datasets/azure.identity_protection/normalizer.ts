import { keepWhole, openLogRecord, related, timeOf } from '#normalize/azure/log-record.ts'
import { defineNormalizer } from '#normalize/normalizer.ts'
import { riskOf } from './risk.ts'
import { who } from './who.ts'

/**
 * What Entra ID Protection found: risk detections, and who is at risk for them, of users and of service principals. Both
 * change: they are one event for each state, so that their history is kept.
 */
export const identityProtection = defineNormalizer({
  dataset: 'azure.identity_protection',
  title: 'Entra ID Protection',
  open: openLogRecord,
  steps: [
    timeOf('riskLastUpdatedDateTime', 'lastUpdatedDateTime', 'detectedDateTime', 'activityDateTime'),
    keepWhole('identityprotection'),
    who,
    riskOf,
    related,
  ],
})
