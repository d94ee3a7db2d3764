import { defineProductNormalizer } from '#normalize/product-record.ts'
import { describeActivity } from './activity.ts'

/**
 * Activities in cloud applications, as the API of Defender for Cloud Apps lists them (`/api/v1/activities/`).
 *
 * @see https://learn.microsoft.com/defender-cloud-apps/api-activities
 */
export const cloudAppsActivity = defineProductNormalizer({
  dataset: 'cloud_apps.activity',
  title: 'Microsoft Defender for Cloud Apps activities',
  time: ['timestamp'],
  key: ({ _id }) => [_id],
  steps: [describeActivity],
})
