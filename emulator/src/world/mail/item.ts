import type { Random } from '#world/random.ts'

import type { Authentication, Threat } from './authentication.ts'

/**
 * A piece of mail as it was before anybody changed it. Kept as text; HTML, MIME and Graph's shape are made from it when
 * asked for.
 */
export interface Item {
  /** Stable name within the mailbox; ids are made from it. */
  key: string
  /** Folder key: a well-known name, or `user:<name>`. */
  folder: string
  /** Folder that it was delivered to, where filtering took it out of there later. */
  deliveredTo?: string
  conversation: string
  internetMessageId: string
  /** Joins headers, message trace, hunting and audit records. Same for every recipient of one message. */
  networkMessageId: string
  from: MailAddress
  to: readonly MailAddress[]
  cc: readonly MailAddress[]
  subject: string
  /** Paragraphs parted by blank lines. */
  text: string
  /** Milliseconds, whole seconds. */
  receivedAt: number
  isRead: boolean
  isDraft: boolean
  importance: 'low' | 'normal' | 'high'
  attachments: readonly Attachment[]
  /** The server that handed the message over; null for mail that never left the company. */
  senderIp: string | null
  /** Where it is not what the sender and the folder make one expect. */
  authentication?: Authentication
  /** What filtering took it for, where that is not told by the folder. */
  threats?: readonly Threat[]
  bcc?: readonly MailAddress[]
  replyTo?: readonly MailAddress[]
  /** Who sent it, where that is not whom it is from. */
  sender?: MailAddress
  /** The HTML body; made from the text where absent. May be computed when read. */
  readonly html?: string
  /** True for a message without HTML. */
  isPlain?: boolean
  /** Internet headers besides those that every message has. */
  headers?: readonly Header[]
  /** Of the MIME form, as `TextDecoder` names it; UTF-8 where absent. */
  charset?: string
  categories?: readonly string[]
  /** Calendar notices only. */
  meeting?: MeetingNotice
  /** Extended MAPI properties: values by id, `String 0x1000`. */
  extended?: Readonly<Record<string, string>>
}

export type Header = readonly [name: string, value: string]

/** What makes a message a meeting request, response or cancellation. */
export interface MeetingNotice {
  kind: 'request' | 'accepted' | 'tentativelyAccepted' | 'declined' | 'cancelled'
  /** `iCalUId` of the event. */
  uid: string
  /** Milliseconds. */
  start: number
  end: number
  location: string
  isAllDay: boolean
}

export interface MailAddress {
  name: string
  address: string
}

export interface Attachment {
  name: string
  contentType: string
  /** May be made when read: {@link sizeOf} does without where it can. Of an attached message empty. */
  readonly content: Buffer
  /** Bytes; where known without the content. */
  size?: number
  /** Shown within the HTML, which names its `contentId`. */
  isInline?: boolean
  contentId?: string
  /** The attached message. */
  item?: Item
}

/** Bytes of an attachment. */
export const sizeOf = (attachment: Attachment): number =>
  attachment.size ?? (attachment.item ? textSize(attachment.item) : attachment.content.length)

/** Bytes of a message in its mailbox, attachments included. */
export const sizeOfItem = (item: Item): number =>
  textSize(item) + item.attachments.reduce((sum, each) => sum + sizeOf(each), 0)

const textSize = ({ text, subject }: Item) => 4096 + 3 * text.length + 2 * subject.length

/** The parts of an item that have a usual value. */
export const ordinary = {
  cc: [],
  isRead: true,
  isDraft: false,
  importance: 'normal',
  attachments: [],
  senderIp: null,
} as const satisfies Partial<Item>

/** The two ids that a message carries wherever it goes. */
export const messageIds = (r: Random, host: string) => ({
  internetMessageId: `<${r.hex(24).toUpperCase()}@${host}>`,
  networkMessageId: r.guid(),
})

const DAY = 86_400_000

/** A moment in working hours (UTC), between `from` and `to` days before the epoch. */
export function workingMoment(r: Random, epoch: number, from: number, to: number): number {
  const midnight = Math.floor(epoch / DAY) * DAY
  const day = midnight - r.between(to, from) * DAY
  return day + r.between(7 * 3600, 17 * 3600) * 1000
}
