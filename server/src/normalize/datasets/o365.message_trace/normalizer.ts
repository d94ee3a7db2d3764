import { defineProductNormalizer } from '#normalize/product-record.ts'
import { describeTrace } from './trace.ts'

/**
 * Message trace: a row for each recipient of each message, as Microsoft Graph gives it, or PowerShell with its names
 * (`MessageTraceId`). Microsoft repeats rows; a row whose status changed is an event of its own.
 */
export const o365MessageTrace = defineProductNormalizer({
  dataset: 'o365.message_trace',
  title: 'Exchange Online message trace',
  time: ['receivedDateTime', 'Received'],
  key: (fields) => [
    fields.id ?? fields.MessageTraceId,
    fields.recipientAddress ?? fields.RecipientAddress,
    fields.status ?? fields.Status,
  ],
  steps: [describeTrace],
})
