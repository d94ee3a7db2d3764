import { defineProductNormalizer } from '#normalize/product-record.ts'
import { describeSubmission } from './submission.ts'

/**
 * Mail, links and files that people sent to Microsoft to be looked at, as Microsoft Graph lists them
 * (`security/threatSubmission`, beta). A submission gets its result later and says nothing of when, so every state of it is an
 * event of its own, at the moment it was made.
 */
export const o365Submission = defineProductNormalizer({
  dataset: 'o365.submission',
  title: 'Mail submitted to Microsoft',
  time: ['createdDateTime'],
  steps: [describeSubmission],
})
