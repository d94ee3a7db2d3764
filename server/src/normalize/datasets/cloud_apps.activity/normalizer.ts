import { defineProductNormalizer } from '#normalize/product-record.ts'

/** Microsoft Defender for Cloud Apps activities. */
export const cloudAppsActivity = defineProductNormalizer({
  dataset: 'cloud_apps.activity',
  title: 'Microsoft Defender for Cloud Apps activities',
  time: ['timestamp'],
  key: ({ _id }) => [_id],
  steps: [
    {
      name: 'sentence',
      run: (_record, event) => void (event.message = 'Microsoft Defender for Cloud Apps activities.'),
    },
  ],
})
