import { random } from '#world/random.ts'
import type { Kind } from '#world/objects.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

import { messageIds, ordinary, workingMoment } from './item.ts'
import type { Authentication, Threat } from './authentication.ts'
import type { Item, MailAddress } from './item.ts'

/**
 * Mail that filtering held back: it lies in no mailbox. Every recipient's copy is one object, under the identity that
 * Exchange gives it, `<network message id>\<guid>`. Plain data, so that a change can be written down.
 */
export interface QuarantinedMessage {
  identity: string
  networkMessageId: string
  internetMessageId: string
  from: MailAddress
  recipient: string
  subject: string
  text: string
  attachments: readonly { name: string; contentType: string; base64: string }[]
  senderIp: string
  authentication: Authentication
  /** Milliseconds of tenant time. */
  receivedAt: number
  expiresAt: number
  type: QuarantineType
  /** The policy that caught it. */
  policyType: 'AntiMalwarePolicy' | 'AntiPhishPolicy' | 'AntiSpamPolicy' | 'SafeAttachmentPolicy'
  policyName: string
  /** What was decided about it; {@link releaseStatusAt} tells how far that has come. */
  releaseStatus: ReleaseStatus
  /** Addresses it has been released to, its recipient's or others of the company. */
  releasedTo: readonly string[]
  /** Until then the newest release is under way; milliseconds of tenant time. */
  releasingUntil?: number
  /** True once a user or administrator reported it as wrongly held. */
  reported: boolean
}

/** As Exchange names them. */
export type QuarantineType = 'Spam' | 'Bulk' | 'Phish' | 'HighConfPhish' | 'Malware'
export type ReleaseStatus =
  | 'NOTRELEASED'
  | 'PREPARINGTORELEASE'
  | 'RELEASED'
  | 'REQUESTED'
  | 'DENIED'
  | 'APPROVED'
  | 'ERROR'

/** Everything in quarantine, of all recipients; nobody walks all 50,000 to find one. */
export const quarantinedMessages: Kind<QuarantinedMessage> = {
  name: 'exchange.quarantinedMessage',
  born: (world) => ({
    find: (identity) => {
      const person = world.directory.at(recipientIn(world, identity))
      return heldBackFrom(world, person).find((message) => message.identity === identity.toLowerCase())
    },
    *all() {
      for (let index = 0; index < world.directory.mailboxes; index++)
        for (const message of heldBackFrom(world, world.directory.at(index))) yield [message.identity, message]
    },
  }),
}

/** How long a release takes. */
export const RELEASES_WITHIN = 30_000

/** Its status as Exchange shows it. */
export const releaseStatusAt = ({ releaseStatus, releasingUntil = 0 }: QuarantinedMessage, now: number) =>
  now < releasingUntil ? 'PREPARINGTORELEASE' : releaseStatus

/** How long a message is kept. */
const KEPT_FOR = 30 * 86_400_000

const LURES = [
  ['Spam', 'Unclaimed freight refund', 'We hold a refund in your name. Reply with your details.'],
  ['Bulk', 'Supplier fair: early tickets', 'Book your stand at the supplier fair before Friday.'],
  ['Phish', 'Mailbox storage is full', 'Keep your messages: https://mailbox-storage.example/keep'],
  ['HighConfPhish', 'Document shared with you', 'Sign in to read it: https://files-review.example/open'],
  ['Malware', 'Overdue payment reminder', 'The statement is in the attachment.'],
] as const satisfies readonly (readonly [QuarantineType, string, string])[]

/** The messages for one person that filtering held back in the month before the epoch. */
export function heldBackFrom(world: World, person: Person): QuarantinedMessage[] {
  const count = random(world.seed, 'quarantine', person.index).between(0, 3)
  return Array.from({ length: count }, (_, i) => heldBack(world, person, i))
}

function heldBack(world: World, person: Person, i: number): QuarantinedMessage {
  const r = random(world.seed, 'quarantine', person.index, i)
  const [type, subject, text] = r.pick(LURES)
  const host = `sender${r.between(1, 60)}.example`
  const ids = messageIds(r, host)
  const receivedAt = workingMoment(r, world.epoch, 29, 0)
  return {
    ...ids,
    identity: `${ids.networkMessageId}\\${withRecipient(world, person.index, r.guid())}`,
    from: { name: r.pick(['Accounts', 'Document Center', 'Notice', 'Service']), address: `info@${host}` },
    recipient: person.userPrincipalName,
    subject,
    text,
    attachments:
      type === 'Malware'
        ? [
            {
              name: `statement-${r.between(100, 999)}.zip`,
              contentType: 'application/zip',
              base64: Buffer.from(`PK${r.hex(200)}`).toString('base64'),
            },
          ]
        : [],
    senderIp: `203.0.113.${r.between(100, 200)}`,
    authentication: r.pick([
      { spf: 'fail', dkim: 'none', dmarc: 'fail', compauth: 'fail', reason: '000' },
      { spf: 'softfail', dkim: 'none', dmarc: 'none', compauth: 'fail', reason: '001' },
    ]),
    receivedAt: Math.min(receivedAt, world.epoch - 600_000),
    expiresAt: receivedAt + KEPT_FOR,
    type,
    policyType:
      type === 'Malware' ? 'AntiMalwarePolicy' : type.endsWith('Phish') ? 'AntiPhishPolicy' : 'AntiSpamPolicy',
    policyName: 'Default',
    releaseStatus: 'NOTRELEASED',
    releasedTo: [],
    reported: false,
  }
}

/** The message as a piece of mail, as it would lie in the mailbox. */
export const itemOfQuarantined = (message: QuarantinedMessage): Item => ({
  ...ordinary,
  key: `quarantine.${message.identity}`,
  folder: 'inbox',
  conversation: random('quarantined conversation', message.networkMessageId).guid(),
  internetMessageId: message.internetMessageId,
  networkMessageId: message.networkMessageId,
  from: message.from,
  to: [{ name: message.recipient, address: message.recipient }],
  subject: message.subject,
  text: message.text,
  receivedAt: message.receivedAt,
  isRead: false,
  senderIp: message.senderIp,
  attachments: message.attachments.map(({ name, contentType, base64 }) => ({
    name,
    contentType,
    content: Buffer.from(base64, 'base64'),
  })),
  authentication: message.authentication,
  threats: [THREATS[message.type]],
})

const THREATS: Record<QuarantineType, Threat> = {
  Spam: 'Spam',
  Bulk: 'Spam',
  Phish: 'Phish',
  HighConfPhish: 'Phish',
  Malware: 'Malware',
}

/** The last eight digits of an identity tell the recipient, masked, so that it can be found without a table. */
const withRecipient = (world: World, index: number, guid: string) =>
  `${guid.slice(0, -8)}${((index ^ mask(world)) >>> 0).toString(16).padStart(8, '0')}`

/** Position of the recipient; some position for an identity that is none of ours. */
const recipientIn = (world: World, identity: string): number => {
  const index = (Number.parseInt(identity.slice(-8), 16) ^ mask(world)) >>> 0
  return index < world.directory.mailboxes ? index : 0
}

const mask = (world: World) => Number.parseInt(random(world.seed, 'quarantine mask').hex(8), 16)
