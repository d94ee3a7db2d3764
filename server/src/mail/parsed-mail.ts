/**
 * A mail after it was read: what its headers say, what a reader sees, where its links go, and every file in it, those
 * within archives and attached messages included. It lives in memory while it is looked at and is not stored.
 */
export interface ParsedMail {
  /** In order, unfolded, as they were sent. */
  headers: MailHeader[]
  /** Every address of the header: more than one in `From` is a trick that some clients fall for. */
  from: MailAddress[]
  to: MailAddress[]
  cc: MailAddress[]
  bcc: MailAddress[]
  subject: string
  /** With its angle brackets; empty where the mail has none. */
  internetMessageId: string
  /** What a reader may see: the plain text, then the text of the HTML. */
  text: string
  /** The HTML source; empty where the mail has none. */
  html: string
  links: MailLink[]
  attachments: MailAttachment[]
  /** What could not be read, and why: an encrypted archive, a bomb, a message too broken to take apart. */
  notOpened: NotOpened[]
}

export interface MailHeader {
  name: string
  value: string
}

export interface MailAddress {
  name: string
  address: string
}

export interface MailLink {
  /** As written, then each address found within by unwrapping; the last one is where it goes. */
  chain: string[]
  /** Names of the attachments it lies in, outermost first; empty in the body. */
  within: string[]
}

export interface MailAttachment {
  name: string
  /** `application/pdf`; of a file within an archive `application/octet-stream`. */
  mediaType: string
  bytes: Uint8Array
  /** Names of the archives and messages it lies in, outermost first. */
  within: string[]
}

export interface NotOpened {
  /** Names of what it lies in, and its own. */
  path: string[]
  why: string
}
