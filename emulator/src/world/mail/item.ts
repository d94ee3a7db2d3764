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
}

export interface MailAddress {
  name: string
  address: string
}

export interface Attachment {
  name: string
  contentType: string
  content: Buffer
}

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
