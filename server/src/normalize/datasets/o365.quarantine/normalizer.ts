import { defineProductNormalizer } from '#normalize/product-record.ts'
import { describeQuarantine } from './quarantine.ts'

/**
 * Mail in quarantine, as `Get-QuarantineMessage` of Exchange Online gives it. A row says nothing of when it changed, so every
 * state of it (held, asked for, released) is an event of its own, at the moment the message was received.
 */
export const o365Quarantine = defineProductNormalizer({
  dataset: 'o365.quarantine',
  title: 'Mail in quarantine',
  time: ['ReceivedTime'],
  steps: [describeQuarantine],
})
