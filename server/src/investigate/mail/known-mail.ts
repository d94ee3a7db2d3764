import type { GraphMessage, GraphRecipient } from '#connect/apis/graph/mail.ts'
import type { MailAddress, MailHeader, ParsedMail } from '#mail/parsed-mail.ts'

/** A message as far as it was read: the envelope always, `mail` once its MIME was read. */
export interface KnownMail {
  envelope: GraphMessage
  mail?: ParsedMail
}

/**
 * What is known of a message. Where the envelope says something, it is believed, and the MIME is not asked: so what was
 * decided from the envelope stays decided. Undefined means that more must be read.
 */
export const known = {
  subject: ({ envelope }: KnownMail): string => envelope.subject ?? '',
  internetMessageId: ({ envelope }: KnownMail): string => envelope.internetMessageId ?? '',
  from: ({ envelope }: KnownMail): MailAddress[] => addresses(envelope.from ? [envelope.from] : []),
  to: ({ envelope, mail }: KnownMail) => (envelope.toRecipients ? addresses(envelope.toRecipients) : mail?.to),
  cc: ({ envelope, mail }: KnownMail) => (envelope.ccRecipients ? addresses(envelope.ccRecipients) : mail?.cc),
  bcc: ({ envelope, mail }: KnownMail) => (envelope.bccRecipients ? addresses(envelope.bccRecipients) : mail?.bcc),
  headers: ({ envelope, mail }: KnownMail): MailHeader[] | undefined =>
    envelope.internetMessageHeaders ?? mail?.headers,
} as const

function addresses(recipients: readonly GraphRecipient[]): MailAddress[] {
  return recipients.map(({ emailAddress }) => ({
    name: emailAddress?.name ?? '',
    address: emailAddress?.address ?? '',
  }))
}
