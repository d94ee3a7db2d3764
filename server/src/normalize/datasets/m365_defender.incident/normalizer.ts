import { defineProductNormalizer } from '#normalize/product-record.ts'
import { describeIncident } from './incident.ts'

/**
 * Incidents of Defender XDR, as Microsoft Graph lists them (`security/incidents`), with their alerts where the list was asked
 * for them. An incident changes: every update is an event of its own, at the moment of the update.
 */
export const m365DefenderIncident = defineProductNormalizer({
  dataset: 'm365_defender.incident',
  title: 'Microsoft Defender XDR incidents',
  time: ['lastUpdateDateTime', 'createdDateTime'],
  key: ({ id, lastUpdateDateTime }) => [id, lastUpdateDateTime],
  steps: [describeIncident],
})
