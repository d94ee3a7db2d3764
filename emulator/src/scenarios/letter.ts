import { addressOf } from '#world/mail/addresses.ts'
import { messageIds, ordinary } from '#world/mail/item.ts'
import { random } from '#world/random.ts'
import type { Item, MailAddress } from '#world/mail/item.ts'
import type { MailItem } from '#world/audit/records/exchange.ts'
import type { MailSource } from '#world/mail/mailbox.ts'
import type { Person } from '#world/directory.ts'
import type { QuarantinedMessage } from '#world/mail/quarantine.ts'
import type { World } from '#world/world.ts'

import { once } from './once.ts'

/** A message of a story: written once, and the same under its ids in every mailbox that holds it. */
export interface Letter {
  item: Item
  copies: readonly Copy[]
}

/** Where a person has it: key of a folder. */
export interface Copy {
  person: Person
  folder: string
  isRead?: boolean
}

/** What a story has to say of a letter; the rest has a usual value. */
export interface LetterFacts extends Partial<Item> {
  /** Unique in the world. */
  key: string
  /** Milliseconds; rounded down to whole seconds. */
  at: number
  /** Somebody of the company, or somebody outside. */
  from: Item['from']
  subject: string
  text: string
}

/** A message with ids of its own. Mail from outside names the server that handed it over: `senderIp`. */
export function letter(world: World, { at, ...facts }: LetterFacts): Item {
  const r = random(world.seed, 'letter', facts.key)
  const inside = `${world.initialDomain.split('.')[0]}.prod.outlook.example`
  return {
    ...ordinary,
    folder: 'inbox',
    conversation: r.guid(),
    ...messageIds(r, facts.senderIp ? `mail.${facts.from.address.split('@')[1]!}` : inside),
    to: [],
    isRead: false,
    receivedAt: Math.floor(at / 1000) * 1000,
    ...facts,
  }
}

/** An answer or a forward: in the same conversation, with the headers that say so. */
export function inReplyTo(world: World, before: Item, facts: Omit<LetterFacts, 'subject'> & { prefix?: string }): Item {
  const { prefix = 'RE', ...rest } = facts
  const plain = before.subject.replace(/^((RE|FW): )+/, '')
  const references = before.headers?.find(([name]) => name === 'References')?.[1] ?? ''
  return letter(world, {
    ...rest,
    subject: `${prefix}: ${plain}`,
    conversation: before.conversation,
    headers: [
      ['In-Reply-To', before.internetMessageId],
      ['References', `${references} ${before.internetMessageId}`.trim()],
    ],
  })
}

export const people = (...list: readonly Person[]): MailAddress[] => list.map(addressOf)

/** The mail of a story out of its letters. */
export function lettersOf(letters: (world: World) => readonly Letter[]): MailSource {
  const byPerson = once((world) =>
    Map.groupBy(
      letters(world).flatMap(({ item, copies }) =>
        copies.map(({ person, folder, isRead = folder === 'sentitems' }) => ({
          person,
          item: { ...item, folder, isRead },
        })),
      ),
      ({ person }) => person.index,
    ),
  )
  return (world, person) => (byPerson(world).get(person.index) ?? []).map(({ item }) => item)
}

/** The copy of a letter that filtering held back from one of its recipients. */
export const heldBack = (
  world: World,
  item: Item,
  recipient: Person,
  verdict: Pick<QuarantinedMessage, 'type' | 'policyType'>,
): QuarantinedMessage => ({
  ...verdict,
  identity: `${item.networkMessageId}\\${random(world.seed, 'held', item.key, recipient.index).guid()}`,
  networkMessageId: item.networkMessageId,
  internetMessageId: item.internetMessageId,
  from: item.from,
  recipient: recipient.userPrincipalName,
  subject: item.subject,
  text: item.text,
  attachments: [],
  senderIp: item.senderIp ?? '',
  authentication: item.authentication ?? { spf: 'fail', dkim: 'none', dmarc: 'fail', compauth: 'fail', reason: '000' },
  receivedAt: item.receivedAt,
  expiresAt: item.receivedAt + 30 * 86_400_000,
  policyName: 'Default',
  releaseStatus: 'NOTRELEASED',
  releasedTo: [],
  reported: false,
})

/** A message as audit records of Exchange name it. */
export const mailItem = (world: World, owner: Person, item: Item, path: string): MailItem => ({
  id: `RgAAAA${random(world.seed, 'audited item', owner.index, item.key).hex(40)}`,
  subject: item.subject,
  internetMessageId: item.internetMessageId,
  path,
  size: 6000 + 2 * item.text.length,
})
