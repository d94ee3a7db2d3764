import { hashOf } from '#mail/hash.ts'
import { readHtml } from '#mail/html.ts'
import type { MailAttachment, MailLink, ParsedMail } from '#mail/parsed-mail.ts'

import { defang, unlinked } from './defang.ts'
import { shownTexts } from './shown-texts.ts'

/** A message as a person may look at it: nothing in it can be clicked, nothing is fetched, nothing runs. */
export interface MessageView {
  headers: { name: string; value: string }[]
  /** What a reader sees, as plain text, the beginning where it is very long. */
  text: string
  textLength: number
  links: LinkView[]
  attachments: AttachmentView[]
  /** What could not be opened, and why. */
  notOpened: { path: string; why: string }[]
}

export interface LinkView {
  /** What the reader sees in its place; absent where it is not in HTML. */
  shown?: string
  /** As the sender, or a mail gateway, wrote it. */
  written: string
  /** Where it leads after unwrapping. */
  goesTo: string
  /** The attachments it lies in, outermost first; empty in the body. */
  within: string[]
}

export interface AttachmentView {
  name: string
  mediaType: string
  /** Bytes. */
  size: number
  /** Hexadecimal, lower case. */
  hashes: { md5: string; sha1: string; sha256: string }
  within: string[]
}

/** A body has been seen of tens of megabytes; a person reads the beginning. */
const LONGEST_TEXT = 200_000

export function viewMessage(mail: ParsedMail): MessageView {
  const shown = shownTexts(mail.html)
  // Mail programs show the HTML where there is any; the plain text beside it says the same, or is there to deceive filters.
  const text = mail.html === '' ? mail.text : readHtml(mail.html).text
  return {
    headers: mail.headers.map(({ name, value }) => ({ name: unlinked(name), value: unlinked(value) })),
    text: defang(text.slice(0, LONGEST_TEXT)),
    textLength: text.length,
    links: mail.links.map((link) => viewLink(link, shown)),
    attachments: mail.attachments.map(viewAttachment),
    notOpened: mail.notOpened.map(({ path, why }) => ({ path: unlinked(path.join(' / ')), why })),
  }
}

function viewLink({ chain, within }: MailLink, shownOf: ReadonlyMap<string, string>): LinkView {
  const written = chain[0] ?? ''
  const shown = within.length === 0 ? shownOf.get(written) : undefined
  return {
    ...(shown !== undefined && { shown: defang(shown) }),
    written: defang(written),
    goesTo: defang(chain.at(-1) ?? ''),
    within: within.map(unlinked),
  }
}

function viewAttachment(attachment: MailAttachment): AttachmentView {
  const { name, mediaType, bytes, within } = attachment
  return {
    name: unlinked(name),
    mediaType: unlinked(mediaType),
    size: bytes.length,
    hashes: { md5: hashOf(bytes, 'md5'), sha1: hashOf(bytes, 'sha1'), sha256: hashOf(bytes, 'sha256') },
    within: within.map(unlinked),
  }
}
