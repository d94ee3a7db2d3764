import PostalMime, { addressParser, type Attachment, type Email } from 'postal-mime'

import { type Budget, DEEPEST, freshBudget } from './attachments/budget.ts'
import { archiveKind, unpack } from './attachments/unpack.ts'
import { readHtml } from './html.ts'
import { textUrls } from './links/text-urls.ts'
import { unwrap } from './links/unwrap.ts'
import type { MailAddress, MailAttachment, MailHeader, MailLink, ParsedMail } from './parsed-mail.ts'
import { readBroken } from './read-broken.ts'

/**
 * Reads a mail (RFC 5322), with whatever its attachments hold. Never throws, whatever the sender made of it: what cannot be
 * read is reported in `notOpened`. A mail too broken to take apart is read as plain text.
 */
export function parseMail(mime: Uint8Array): Promise<ParsedMail> {
  return readMessage(mime, [], freshBudget())
}

async function readMessage(mime: Uint8Array, within: string[], budget: Budget): Promise<ParsedMail> {
  const email = await takeApart(mime)
  if (typeof email === 'string') {
    const { headers, text } = readBroken(mime)
    const mail = describe(headers, text, '', within)
    return { ...mail, notOpened: [{ path: within, why: `the message cannot be taken apart: ${email}` }] }
  }
  const isEmpty = !email.text && !email.html && email.attachments.length === 0
  const headers = email.headers.map(({ originalKey, value }) => ({ name: originalKey, value }))
  const text = isEmpty ? readBroken(mime).text : (email.text ?? '')
  const mail = describe(headers, text, email.html ?? '', within, email.subject)
  for (const attachment of email.attachments) await addAttachment(mail, attachmentOf(attachment, within), budget)
  return mail
}

/** Or why it cannot be. Attached messages stay whole here, so that they count as attachments, and are read after. */
async function takeApart(mime: Uint8Array): Promise<Email | string> {
  try {
    return await PostalMime.parse(mime, { forceRfc822Attachments: true })
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function describe(headers: MailHeader[], plain: string, html: string, within: string[], subject = ''): ParsedMail {
  const read = html === '' ? { text: '', urls: [] } : readHtml(html)
  const urls = new Set([...textUrls(plain), ...read.urls, ...textUrls(read.text)])
  return {
    headers,
    from: addressesOf(headers, 'from'),
    to: addressesOf(headers, 'to'),
    cc: addressesOf(headers, 'cc'),
    bcc: addressesOf(headers, 'bcc'),
    subject,
    internetMessageId: headers.find(({ name }) => name.toLowerCase() === 'message-id')?.value.trim() ?? '',
    text: [plain, read.text].filter((part) => part !== '').join('\n'),
    html,
    links: linksOf(urls, within),
    attachments: [],
    notOpened: [],
  }
}

function linksOf(urls: Iterable<string>, within: string[]): MailLink[] {
  return [...urls].map((url) => ({ chain: unwrap(url), within }))
}

function addressesOf(headers: readonly MailHeader[], field: string): MailAddress[] {
  return headers
    .filter(({ name }) => name.toLowerCase() === field)
    .flatMap(({ value }) => addressParser(value, { flatten: true }))
    .flatMap(({ name, address }) => (address ? [{ name, address }] : []))
}

function attachmentOf({ filename, mimeType, content }: Attachment, within: string[]): MailAttachment {
  const bytes = typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content)
  return { name: filename ?? '', mediaType: mimeType, bytes, within }
}

/** Adds the attachment, and after it whatever lies in it. */
async function addAttachment(mail: ParsedMail, attachment: MailAttachment, budget: Budget): Promise<void> {
  const { mediaType, bytes, within } = attachment
  mail.attachments.push(attachment)
  if (within.length >= DEEPEST) {
    if (isMessage(attachment) || archiveKind(attachment))
      mail.notOpened.push({ path: [...within, attachment.name], why: TOO_DEEP })
    return
  }
  if (isMessage(attachment)) {
    const inner = await readMessage(bytes, [...within, attachment.name || 'attached message'], budget)
    if (attachment.name === '') attachment.name = `${inner.subject || 'attached message'}.eml`
    mail.links.push(...inner.links)
    mail.attachments.push(...inner.attachments)
    mail.notOpened.push(...inner.notOpened)
    return
  }
  if (mediaType.startsWith('text/') || /\.(x?html?|shtml|svg|ics|txt)$/i.test(attachment.name)) {
    mail.links.push(...linksOf(urlsIn(attachment), [...within, attachment.name]))
  }
  const { files, notOpened } = await unpack(attachment, budget)
  mail.notOpened.push(...notOpened)
  for (const file of files) await addAttachment(mail, file, budget)
}

const TOO_DEEP = `nested deeper than ${DEEPEST}`

const isMessage = ({ mediaType, name }: MailAttachment) => mediaType === 'message/rfc822' || /\.eml$/i.test(name)

/** A web page sent as a file leads to the same places as a link in the body. */
function urlsIn({ mediaType, name, bytes }: MailAttachment): string[] {
  const text = decoded(bytes)
  if (mediaType !== 'text/html' && !/\.(x?html?|shtml|svg)$/i.test(name))
    return textUrls(text.replace(/\r?\n[ \t]/g, ''))
  const read = readHtml(text)
  return [...new Set([...read.urls, ...textUrls(read.text)])]
}

function decoded(bytes: Uint8Array): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
  return new TextDecoder(encoding).decode(bytes)
}
