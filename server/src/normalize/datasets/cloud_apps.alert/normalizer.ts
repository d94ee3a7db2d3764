import { defineProductNormalizer } from '#normalize/product-record.ts'

/** Microsoft Defender for Cloud Apps alerts. */
export const cloudAppsAlert = defineProductNormalizer({
  dataset: 'cloud_apps.alert',
  title: 'Microsoft Defender for Cloud Apps alerts',
  time: ['timestamp'],
  steps: [
    { name: 'sentence', run: (_record, event) => void (event.message = 'Microsoft Defender for Cloud Apps alerts.') },
  ],
})
