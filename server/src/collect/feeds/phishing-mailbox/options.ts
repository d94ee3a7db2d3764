import { z } from 'zod'

/** Which mailbox, and what in it. */
export const PhishingMailboxOptions = z.strictObject({
  mailbox: z
    .email('Expected the address of a mailbox, such as phishing@contoso.example.')
    .describe('Address of the mailbox that people forward or report suspicious mail to.'),
  folder: z
    .string()
    .min(1)
    .default('inbox')
    .describe('Folder that the reports arrive in: a well-known name (inbox, junkemail, …) or a folder ID of Graph.'),
  filter: z
    .string()
    .trim()
    .min(1)
    .optional()
    .describe("Only messages that this OData filter lets through, such as contains(subject,'phish'); all when empty."),
  lookbackDays: z.int().min(1).max(365).default(30).describe('Days back to begin with when it is first collected.'),
})
export type PhishingMailboxOptions = z.infer<typeof PhishingMailboxOptions>
