import { defineProductNormalizer } from '#normalize/product-record.ts'
import { describeReport } from './report.ts'

/** Messages that people sent to the phishing mailbox, each with the message that it reports. */
export const o365ReportedMail = defineProductNormalizer({
  dataset: 'o365.reported_mail',
  title: 'Mail reported to the phishing mailbox',
  time: ['receivedDateTime'],
  key: ({ mailbox, id }) => [mailbox, id],
  steps: [describeReport],
})
