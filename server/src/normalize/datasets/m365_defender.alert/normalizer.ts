import { defineProductNormalizer } from '#normalize/product-record.ts'

/** Microsoft Defender XDR alerts. */
export const m365DefenderAlert = defineProductNormalizer({
  dataset: 'm365_defender.alert',
  title: 'Microsoft Defender XDR alerts',
  time: ['lastUpdateDateTime', 'createdDateTime'],
  key: ({ id, lastUpdateDateTime }) => [id, lastUpdateDateTime],
  steps: [{ name: 'sentence', run: (_record, event) => void (event.message = 'Microsoft Defender XDR alerts.') }],
})
