import { defineProductNormalizer } from '#normalize/product-record.ts'

/** Microsoft Defender for Cloud alerts. */
export const defenderCloudAlert = defineProductNormalizer({
  dataset: 'defender_cloud.alert',
  title: 'Microsoft Defender for Cloud alerts',
  time: ['properties.timeGeneratedUtc', 'properties.startTimeUtc'],
  steps: [{ name: 'sentence', run: (_record, event) => void (event.message = 'Microsoft Defender for Cloud alerts.') }],
})
