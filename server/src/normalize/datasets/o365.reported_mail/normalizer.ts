import { defineProductNormalizer } from '#normalize/product-record.ts'

/** Messages reported to the phishing mailbox. */
export const o365ReportedMail = defineProductNormalizer({
  dataset: 'o365.reported_mail',
  title: 'Messages reported to the phishing mailbox',
  time: ['reportedDateTime', 'receivedDateTime'],
  steps: [
    { name: 'sentence', run: (_record, event) => void (event.message = 'Messages reported to the phishing mailbox.') },
  ],
})
