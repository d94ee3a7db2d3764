import { defineProductNormalizer } from '#normalize/product-record.ts'

/** Microsoft Defender XDR advanced hunting tables. */
export const m365DefenderEvent = defineProductNormalizer({
  dataset: 'm365_defender.event',
  title: 'Microsoft Defender XDR advanced hunting tables',
  time: ['properties.Timestamp', 'time'],
  key: ({ category, properties }) => [category, JSON.stringify(properties)],
  steps: [
    {
      name: 'sentence',
      run: (_record, event) => void (event.message = 'Microsoft Defender XDR advanced hunting tables.'),
    },
  ],
})
