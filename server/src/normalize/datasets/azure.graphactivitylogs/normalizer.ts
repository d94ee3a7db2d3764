import { keepWhole, openLogRecord, related, timeOf } from '#normalize/azure/log-record.ts'
import { defineNormalizer } from '#normalize/normalizer.ts'
import { call } from './call.ts'

/** Every call to Microsoft Graph in a tenant, as diagnostic settings send them: what an application really did with its permissions. */
export const graphActivityLogs = defineNormalizer({
  dataset: 'azure.graphactivitylogs',
  title: 'Microsoft Graph activity log',
  open: openLogRecord,
  steps: [timeOf('timeGenerated', 'TimeGenerated'), keepWhole('graphactivitylogs'), call, related],
})
