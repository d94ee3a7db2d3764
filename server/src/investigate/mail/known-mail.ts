import type { GraphMessage, GraphRecipient } from '#connect/apis/graph/mail.ts'
import { foldSeen } from '#mail/fold.ts'
import type { MailAddress, MailHeader, ParsedMail } from '#mail/parsed-mail.ts'
import { senderIps } from '#mail/sender-ip.ts'

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

/** A filter may have hundreds of conditions on one part of a mail: what they all need is made once for each mail. */
function once<Of extends object, Made>(make: (of: Of) => Made): (of: Of) => Made {
  const made = new WeakMap<Of, Made>()
  return (of) => {
    const before = made.get(of)
    if (before !== undefined) return before
    const now = make(of)
    made.set(of, now)
    return now
  }
}

export const seenText = once(({ text }: ParsedMail) => foldSeen(text))
/** Every address that a link leads to or past, taken apart. */
export const linkedUrls = once(({ links }: ParsedMail) =>
  [...new Set(links.flatMap(({ chain }) => chain))].flatMap((link) => {
    const url = URL.parse(link)
    return url ? { hostname: url.hostname, port: url.port, pathname: url.pathname, searchParams: url.searchParams } : []
  }),
)
export const sentFrom = once((headers: readonly MailHeader[]) => senderIps(headers))

function addresses(recipients: readonly GraphRecipient[]): MailAddress[] {
  return recipients.map(({ emailAddress }) => ({
    name: emailAddress?.name ?? '',
    address: emailAddress?.address ?? '',
  }))
}
