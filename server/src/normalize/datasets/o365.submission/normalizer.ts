import { defineProductNormalizer } from '#normalize/product-record.ts'

/** Messages submitted to Microsoft. */
export const o365Submission = defineProductNormalizer({
  dataset: 'o365.submission',
  title: 'Messages submitted to Microsoft',
  time: ['createdDateTime'],
  steps: [{ name: 'sentence', run: (_record, event) => void (event.message = 'Messages submitted to Microsoft.') }],
})
