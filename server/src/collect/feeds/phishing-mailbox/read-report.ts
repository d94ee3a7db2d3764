import { hashOf } from '#mail/hash.ts'
import { parseMail } from '#mail/parse-mail.ts'
import type { MailAddress, MailAttachment, MailHeader, NotOpened, ParsedMail } from '#mail/parsed-mail.ts'

import { findForwarded } from './forwarded.ts'

/** A mail as its record tells it: whom it names, where it leads, what it carries. Its text is not kept. */
export interface ReportedMail {
  internetMessageId: string
  subject: string
  from: MailAddress[]
  to: MailAddress[]
  cc: MailAddress[]
  /** As its header says. */
  date?: string
  headers: MailHeader[]
  /** Absent where only a quotation of it is left. */
  mime?: { sha256: string; size: number }
  /** Where links lead, unwrapped, each once. */
  links: string[]
  attachments: { name: string; mediaType: string; size: number; sha256: string; within: string[] }[]
  notOpened: NotOpened[]
}

export interface ReadReport {
  report: ReportedMail
  /** What was reported; null when none could be taken out of the report. */
  original: ReportedMail | null
  originalFrom: 'attachment' | 'inline' | 'none'
}

/**
 * Takes what was reported out of a report: the message that is attached to it, as Outlook's button and "forward as attachment"
 * do, or what a plain forward quotes of it. Never throws, whatever the message is.
 */
export async function readReport(mime: Uint8Array): Promise<ReadReport> {
  const parsed = await parseMail(mime)
  const attached = parsed.attachments.find((attachment) => attachment.within.length === 0 && isMessage(attachment))
  const report = describe(outside(parsed), mime)
  const unread = parsed.attachments.filter(({ within, name }) => within.length === 0 && /\.msg$/i.test(name))
  report.notOpened.push(...unread.map(({ name }) => ({ path: [name], why: OUTLOOKS })))
  if (attached) {
    const bytes = asSent(attached)
    const original = describe(await parseMail(bytes), bytes)
    return { report, original, originalFrom: 'attachment' }
  }
  const forwarded = findForwarded(parsed.text)
  if (!forwarded) return { report, original: null, originalFrom: 'none' }
  // A quotation ends where nobody can tell: what the report leads to and carries is taken for the original's.
  const { links, attachments, notOpened } = describe(parsed)
  return { report, original: { ...forwarded, links, attachments, notOpened }, originalFrom: 'inline' }
}

const OUTLOOKS = "messages in Outlook's own format (.msg) are not read"

const isMessage = ({ mediaType, name }: MailAttachment): boolean =>
  mediaType === 'message/rfc822' || /\.eml$/i.test(name)

/**
 * The bytes of an attached message before they went through the parser, which leaves the returns out of line ends and puts one
 * at the end: its hash is to be the one that others know.
 */
function asSent({ mediaType, bytes }: MailAttachment): Uint8Array {
  if (mediaType !== 'message/rfc822') return bytes
  const text = Buffer.from(bytes)
    .toString('latin1')
    .replace(/\r?\n$/, '')
  return Buffer.from(text.replaceAll(/\r?\n/g, '\r\n'), 'latin1')
}

/** The report alone, without what lies in what is attached to it. */
function outside(parsed: ParsedMail): ParsedMail {
  return {
    ...parsed,
    links: parsed.links.filter(({ within }) => within.length === 0),
    attachments: parsed.attachments.filter(({ within }) => within.length === 0),
    notOpened: parsed.notOpened.filter(({ path }) => path.length <= 1),
  }
}

function describe(parsed: ParsedMail, mime?: Uint8Array): ReportedMail {
  const { internetMessageId, subject, from, to, cc, headers, links, attachments, notOpened } = parsed
  const date = headers.find(({ name }) => name.toLowerCase() === 'date')?.value
  return {
    internetMessageId,
    subject,
    from,
    to,
    cc,
    ...(date !== undefined && { date }),
    headers,
    ...(mime && { mime: { sha256: hashOf(mime, 'sha256'), size: mime.length } }),
    links: [...new Set(links.map(({ chain }) => chain.at(-1)!))],
    attachments: attachments.map((attachment) => {
      const { name, mediaType, within } = attachment
      const bytes = asSent(attachment)
      return { name, mediaType, size: bytes.length, sha256: hashOf(bytes, 'sha256'), within }
    }),
    notOpened,
  }
}
