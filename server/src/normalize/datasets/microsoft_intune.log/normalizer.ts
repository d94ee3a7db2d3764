import { openLogRecord, related, setLevel, timeOf } from '#normalize/azure/log-record.ts'
import type { LogRecord } from '#normalize/azure/log-record.ts'
import { textOf } from '#normalize/json.ts'
import { defineNormalizer } from '#normalize/normalizer.ts'
import type { Step } from '#normalize/normalizer.ts'
import { audit } from './audit.ts'
import { device } from './device.ts'

/** The whole record under `microsoft_intune.log` with Microsoft's names. */
const keep: Step<LogRecord> = {
  name: 'properties',
  run({ envelope, properties }, event) {
    event.microsoft_intune = { log: { ...envelope, properties: envelope.properties ?? properties } }
    const tenant = textOf(envelope.tenantId) ?? textOf(properties.AADTenantId)
    if (tenant !== undefined) event.organization = { id: tenant.toLowerCase() }
    setLevel(envelope, event)
    event.event.provider = 'Microsoft Intune'
  },
}

/**
 * What Intune writes down: who changed apps, policies and devices, as Microsoft Graph lists it and as diagnostic settings send
 * it; and, of the latter alone, how devices enroll and whether they comply.
 */
export const intuneLog = defineNormalizer({
  dataset: 'microsoft_intune.log',
  title: 'Microsoft Intune logs',
  open: openLogRecord,
  steps: [
    timeOf('activityDateTime', 'time', 'ActivityDate', 'StartTimeUtc', 'EnrollmentTimeUTC', 'LastContact'),
    keep,
    ({ envelope, properties }) =>
      'Actor' in properties || 'actor' in properties || textOf(envelope.category) === 'AuditLogs' ? audit : device,
    related,
  ],
})
