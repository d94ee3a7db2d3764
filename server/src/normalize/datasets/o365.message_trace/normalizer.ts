import { defineProductNormalizer } from '#normalize/product-record.ts'

/** Exchange Online message trace. */
export const o365MessageTrace = defineProductNormalizer({
  dataset: 'o365.message_trace',
  title: 'Exchange Online message trace',
  time: ['receivedDateTime', 'Received'],
  key: (fields) => [
    fields.id ?? fields.MessageTraceId,
    fields.recipientAddress ?? fields.RecipientAddress,
    fields.status ?? fields.Status,
  ],
  steps: [{ name: 'sentence', run: (_record, event) => void (event.message = 'Exchange Online message trace.') }],
})
