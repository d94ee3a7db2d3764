import { defineProductNormalizer } from '#normalize/product-record.ts'

/** Quarantined messages. */
export const o365Quarantine = defineProductNormalizer({
  dataset: 'o365.quarantine',
  title: 'Quarantined messages',
  time: ['ReceivedTime'],
  steps: [{ name: 'sentence', run: (_record, event) => void (event.message = 'Quarantined messages.') }],
})
