import { keepWhole, openLogRecord, related, timeOf } from '#normalize/azure/log-record.ts'
import { defineNormalizer } from '#normalize/normalizer.ts'
import { identity } from './identity.ts'
import { onWhom } from './on-whom.ts'
import { sentence } from './sentence.ts'
import { who } from './who.ts'

/** Changes in the Entra directory, as Microsoft Graph lists them and as diagnostic settings send them. */
export const auditLogs = defineNormalizer({
  dataset: 'azure.auditlogs',
  title: 'Entra directory audits',
  open: openLogRecord,
  steps: [timeOf('activityDateTime'), keepWhole('auditlogs'), identity, who, onWhom, sentence, related],
})
