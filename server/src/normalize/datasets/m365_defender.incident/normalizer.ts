import { defineProductNormalizer } from '#normalize/product-record.ts'

/** Microsoft Defender XDR incidents. */
export const m365DefenderIncident = defineProductNormalizer({
  dataset: 'm365_defender.incident',
  title: 'Microsoft Defender XDR incidents',
  time: ['lastUpdateDateTime', 'createdDateTime'],
  key: ({ id, lastUpdateDateTime }) => [id, lastUpdateDateTime],
  steps: [{ name: 'sentence', run: (_record, event) => void (event.message = 'Microsoft Defender XDR incidents.') }],
})
