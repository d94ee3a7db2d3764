import { keepWhole, openLogRecord, related, timeOf } from '#normalize/azure/log-record.ts'
import { defineNormalizer } from '#normalize/normalizer.ts'
import { identity } from './identity.ts'
import { outcome } from './outcome.ts'
import { sentence } from './sentence.ts'
import { where } from './where.ts'
import { who } from './who.ts'

/**
 * Entra's sign-ins, of people with and without their presence, of applications and of managed identities, as Microsoft Graph
 * lists them and as diagnostic settings send them.
 */
export const signInLogs = defineNormalizer({
  dataset: 'azure.signinlogs',
  title: 'Entra sign-ins',
  open: openLogRecord,
  steps: [timeOf('createdDateTime'), keepWhole('signinlogs'), identity, who, where, outcome, sentence, related],
})
