import { z } from 'zod'

/** The response header with the password of an archive, when the server made it up. It is said once and kept nowhere. */
export const PASSWORD_HEADER = 'Cordon-Password'

/** Why somebody looks at what a person was sent. It stands in the audit log for good. */
export const Reason = z.string().trim().min(5).max(500).describe('Why; written to the audit log.')

/** POST …/hits/{hitId}/look */
export const LookRequest = z.object({ reason: Reason }).meta({ id: 'LookRequest' })
export type LookRequest = z.infer<typeof LookRequest>

export const LinkView = z
  .object({
    shown: z.string().optional().describe('What the reader sees in its place; only in HTML.'),
    written: z.string().describe('As the sender, or a mail gateway, wrote it.'),
    goesTo: z.string().describe('Where it leads after unwrapping.'),
    within: z.array(z.string()).describe('The attachments it lies in, outermost first.'),
  })
  .meta({ id: 'LinkView' })
export type LinkView = z.infer<typeof LinkView>

export const AttachmentView = z
  .object({
    name: z.string(),
    mediaType: z.string(),
    size: z.int().describe('Bytes.'),
    hashes: z.object({ md5: z.string(), sha1: z.string(), sha256: z.string() }),
    within: z.array(z.string()).describe('The archives and messages it lies in, outermost first.'),
  })
  .meta({ id: 'AttachmentView' })
export type AttachmentView = z.infer<typeof AttachmentView>

/** A message to look at. Every text is defanged: `hxxps://evil[.]example`. */
export const MessageView = z
  .object({
    hitId: z.string(),
    userPrincipalName: z.string(),
    headers: z.array(z.object({ name: z.string(), value: z.string() })),
    text: z.string().describe('Plain text, the first 200,000 characters.'),
    textLength: z.int(),
    links: z.array(LinkView),
    attachments: z.array(AttachmentView),
    notOpened: z.array(z.object({ path: z.string(), why: z.string() })),
  })
  .meta({ id: 'MessageView' })
export type MessageView = z.infer<typeof MessageView>

/** GET …/export */
export const ExportParams = z.object({
  format: z.enum(['csv', 'json', 'stix']),
  table: z.enum(['hits', 'mailboxes', 'actions']).default('hits').describe('Of CSV, which has one table a file.'),
})
export type ExportParams = z.infer<typeof ExportParams>

/** POST …/export/stix: with the links and files of each message. */
export const StixRequest = z.object({ reason: Reason }).meta({ id: 'StixRequest' })
export type StixRequest = z.infer<typeof StixRequest>

/** POST …/export/eml */
export const ArchiveRequest = z
  .object({
    reason: Reason,
    password: z
      .string()
      .min(12)
      .max(200)
      .optional()
      .describe(`Made up when absent; the header ${PASSWORD_HEADER} says it.`),
    hitIds: z.array(z.string()).min(1).max(100_000).optional().describe('All hits when absent; at most 5,000.'),
  })
  .meta({ id: 'ArchiveRequest' })
export type ArchiveRequest = z.infer<typeof ArchiveRequest>
