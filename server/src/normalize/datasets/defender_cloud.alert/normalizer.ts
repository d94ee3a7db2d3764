import { defineProductNormalizer } from '#normalize/product-record.ts'
import { describeAlert } from './alert.ts'

/**
 * Alerts of Defender for Cloud, as Azure lists them (`Microsoft.Security/alerts`). A change of an alert's state leaves no time, so
 * every state of it is an event of its own, at the moment it was raised.
 *
 * @see https://learn.microsoft.com/rest/api/defenderforcloud/alerts/list
 */
export const defenderCloudAlert = defineProductNormalizer({
  dataset: 'defender_cloud.alert',
  title: 'Microsoft Defender for Cloud alerts',
  time: ['properties.timeGeneratedUtc', 'properties.startTimeUtc'],
  steps: [describeAlert],
})
