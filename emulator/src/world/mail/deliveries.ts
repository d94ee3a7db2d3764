import { setImmediate } from 'node:timers/promises'

import type { Person } from '#world/directory.ts'
import type { Tenant } from '#cloud.ts'
import type { World } from '#world/world.ts'

import { DeliveryIndex, mailOf } from './delivery-index.ts'
import { authenticationOf, threatsOf } from './authentication.ts'
import { sizeOf as sizeOfFile } from './item.ts'
import { wasSent } from './delivery.ts'
import { isOwnAddress, personAt } from './addresses.ts'
import { itemOfQuarantined, quarantinedMessages } from './quarantine.ts'
import { outgoing } from './outgoing.ts'
import { restore } from './stored.ts'
import type { Authentication, Threat } from './authentication.ts'
import type { Item, MailAddress } from './item.ts'
import type { Mailbox } from './mailbox.ts'
import type { OneOrMore } from './delivery-index.ts'
import type { QuarantinedMessage } from './quarantine.ts'

/**
 * The flow of mail: one delivery for each message and recipient. Message trace, the hunting tables, analyzed e-mails and
 * Exchange's own trace all read it, so that they agree with each other and with the mailboxes.
 */
export interface Delivery {
  /** Milliseconds of tenant time. */
  at: number
  networkMessageId: string
  /** With angle brackets. */
  internetMessageId: string
  /** The message, as it lies in the recipient's mailbox, or the sender's if the recipient is outside. */
  item: Item
  sender: Party
  recipient: Party
  direction: 'Inbound' | 'Outbound' | 'Intra-org'
  /** The server that handed it over; null for mail that never left the company. */
  senderIp: string | null
  subject: string
  /** Bytes as sent. */
  readonly size: number
  /**
   * Where it went at first: key of a folder of the recipient, `quarantine`, `external` for a recipient outside, `failed` for
   * one that does not exist, `dropped`.
   */
  location: string
  authentication: Authentication
  threats: readonly Threat[]
  /** Exchange's identity of the message in quarantine; only where it went there. */
  quarantineIdentity?: string
}

export interface Party {
  name: string
  address: string
  /** Undefined for somebody outside. */
  person: Person | undefined
}

/** Which deliveries: in [from, to) of tenant time, and those that match everything else that is given. In any case. */
export interface DeliveryCriteria {
  from: number
  to: number
  sender?: OneOrMore
  recipient?: string
  networkMessageId?: OneOrMore
  /** With angle brackets. */
  internetMessageId?: OneOrMore
  /** One delivery of each message is enough. */
  once?: boolean
}

/**
 * Deliveries up to now, oldest first. With a recipient of the company only that mailbox is computed. Without, the first
 * question of a tenant makes an index of all mailboxes (a quarter of a second for 220, up to a minute of computing for
 * 50,000, in small steps), and each delivery that matches costs the computing of its mailbox.
 */
export async function* deliveries(tenant: Tenant, criteria: DeliveryCriteria): AsyncGenerator<Delivery> {
  const wanted = { ...criteria, to: Math.min(criteria.to, tenant.now + 1) }
  const person = criteria.recipient === undefined ? undefined : tenant.world.directory.find(criteria.recipient)
  if (person?.mail) return yield* matching(deliveriesTo(tenant, person), wanted)
  let since = performance.now()
  for (const each of fromAll(tenant, await indexOf(tenant), wanted)) {
    yield each
    if (performance.now() - since < 20) continue
    await setImmediate()
    since = performance.now()
  }
}

/** What {@link deliveries} gives, as a list. */
export async function deliveriesIn(tenant: Tenant, criteria: DeliveryCriteria): Promise<Delivery[]> {
  const found: Delivery[] = []
  for await (const each of deliveries(tenant, criteria)) found.push(each)
  return found
}

/** Once the index is there: a way to ask as {@link deliveries} does, without waiting. */
export async function indexedDeliveries(tenant: Tenant): Promise<(criteria: DeliveryCriteria) => Iterable<Delivery>> {
  const index = await indexOf(tenant)
  return (criteria) => fromAll(tenant, index, { ...criteria, to: Math.min(criteria.to, tenant.now + 1) })
}

/** The same deliveries in no order, mailbox by mailbox and without an index: what takes the least where most are wanted. */
export function* deliveriesByMailbox(tenant: Tenant, criteria: DeliveryCriteria): Generator<Delivery> {
  const wanted = { ...criteria, to: Math.min(criteria.to, tenant.now + 1) }
  for (let index = 0; index < tenant.world.directory.mailboxes; index++) {
    const owner = tenant.world.directory.at(index)
    for (const { item, held } of mailOf(tenant, index))
      yield* matching(held ? [quarantined(tenant, item, owner)] : deliveriesOf(tenant.world, owner, item), wanted)
  }
  yield* matching(sinceBirth(tenant), wanted)
}

/** Everything that was ever addressed to a person, oldest first. */
export function deliveriesTo(tenant: Tenant, person: Person): Delivery[] {
  const { world } = tenant
  const born = mailOf(tenant, person.index).filter(({ held }) => !held)
  const mailbox = tenant.mailbox(person)
  const items = [...born.map(({ item }) => item), ...(mailbox ? added(mailbox) : [])]
  const held = [...quarantineOf(tenant, person)]
  return [
    ...items
      .flatMap((item) => deliveriesOf(world, person, item))
      .filter(({ recipient }) => recipient.person?.index === person.index),
    ...held,
  ].sort(byTime)
}

function* fromAll(tenant: Tenant, index: DeliveryIndex, wanted: DeliveryCriteria): Generator<Delivery> {
  const later = matching(sinceBirth(tenant), wanted)
  let next = later.next()
  const seen = new Set<number>()
  for (const { at, person, place, message } of index.between(wanted.from, wanted.to, wanted)) {
    if (wanted.once && seen.has(message)) continue
    while (!next.done && next.value.at < at) {
      yield next.value
      next = later.next()
    }
    const { item, held } = mailboxAtBirth(tenant, person)[place]!
    const owner = tenant.world.directory.at(person)
    const made = held ? [quarantined(tenant, item, owner)] : deliveriesOf(tenant.world, owner, item)
    for (const each of matching(made, wanted)) {
      seen.add(message)
      yield each
    }
  }
  while (!next.done) {
    yield next.value
    next = later.next()
  }
}

function* matching(all: Iterable<Delivery>, wanted: DeliveryCriteria): Generator<Delivery> {
  const same = (value: string, sought: OneOrMore | undefined) =>
    sought === undefined ||
    (typeof sought === 'string' ? value.toLowerCase() === sought.toLowerCase() : sought.has(value.toLowerCase()))
  for (const each of all) {
    if (each.at < wanted.from || each.at >= wanted.to) continue
    if (!same(each.sender.address, wanted.sender) || !same(each.recipient.address, wanted.recipient)) continue
    if (!same(each.networkMessageId, wanted.networkMessageId)) continue
    if (!same(each.internetMessageId, wanted.internetMessageId)) continue
    yield each
  }
}

/** What clients and scenarios added to the flow, oldest first. */
function sinceBirth(tenant: Tenant): Delivery[] {
  const mail = [...tenant.openedMailboxes].flatMap((mailbox) =>
    added(mailbox).flatMap((item) => deliveriesOf(tenant.world, mailbox.person, item)),
  )
  const bornHeld = (identity: string) => quarantinedMessages.born(tenant.world).find(identity) !== undefined
  const held = [...tenant.objects(quarantinedMessages).touched()]
    .filter(({ identity }) => !bornHeld(identity))
    .map((message) => heldDelivery(tenant, message))
  const passedOn = tenant
    .log(outgoing)
    .between(-Infinity, Infinity, tenant.now)
    .flatMap(({ record: { item, recipients } }) =>
      recipients.map((recipient) => delivery(tenant.world, restore(item), partyOf(tenant.world, recipient))),
    )
  return [...mail, ...held, ...passedOn].sort(byTime)
}

/** The deliveries that an item in somebody's mailbox tells of: to its owner, or by its owner to people outside. */
export function deliveriesOf(world: World, owner: Person, item: Item): Delivery[] {
  if (item.isDraft) return []
  if (item.folder !== 'sentitems')
    return [delivery(world, item, { name: owner.displayName, address: owner.userPrincipalName, person: owner })]
  return [...item.to, ...item.cc, ...(item.bcc ?? [])]
    .map((recipient) => partyOf(world, recipient))
    .filter(({ person }) => person === undefined)
    .map((recipient) => delivery(world, item, recipient))
}

function delivery(world: World, item: Item, recipient: Party): Delivery {
  const sender = partyOf(world, item.from)
  return {
    at: item.receivedAt,
    networkMessageId: item.networkMessageId,
    internetMessageId: item.internetMessageId,
    item,
    sender,
    recipient,
    direction:
      !recipient.person && !isOwnAddress(world, recipient.address)
        ? 'Outbound'
        : item.senderIp
          ? 'Inbound'
          : 'Intra-org',
    senderIp: item.senderIp,
    subject: item.subject,
    // Attachments are made when somebody looks at them.
    get size() {
      return sizeOf(item)
    },
    location: locationOf(world, item, recipient),
    authentication: authenticationOf(item),
    threats: threatsOf(item),
  }
}

/** Bytes of the message as it was sent, headers and encoded attachments included. */
export const sizeOf = (item: Item): number =>
  6_000 + 2 * item.text.length + item.attachments.reduce((sum, each) => sum + Math.ceil(sizeOfFile(each) * 1.37), 0)

function locationOf(world: World, item: Item, { person, address }: Party): string {
  if (!person) return isOwnAddress(world, address) ? 'failed' : 'external'
  if (item.deliveredTo !== undefined) return item.deliveredTo
  // Rules file mail as it comes; everything else that lies elsewhere was put there by hand later.
  return item.folder === 'junkemail' || item.folder.startsWith('user:') ? item.folder : 'inbox'
}

const partyOf = (world: World, { name, address }: MailAddress): Party => ({
  name,
  address,
  person: personAt(world, address),
})

function* quarantineOf(tenant: Tenant, person: Person): Generator<Delivery> {
  const objects = tenant.objects(quarantinedMessages)
  const born = mailOf(tenant, person.index).filter(({ held }) => held)
  yield* born.map(({ item }) => quarantined(tenant, item, person))
  const known = new Set(born.map(({ item }) => item.networkMessageId))
  for (const message of objects.touched())
    if (message.recipient.toLowerCase() === person.userPrincipalName && !known.has(message.networkMessageId))
      yield heldDelivery(tenant, message)
}

const heldDelivery = (tenant: Tenant, message: QuarantinedMessage): Delivery => ({
  ...delivery(
    tenant.world,
    itemOfQuarantined(message),
    partyOf(tenant.world, { name: message.recipient, address: message.recipient }),
  ),
  location: 'quarantine',
  quarantineIdentity: message.identity,
})

const quarantined = (tenant: Tenant, item: Item, person: Person): Delivery => ({
  ...delivery(tenant.world, item, { name: person.displayName, address: person.userPrincipalName, person }),
  location: 'quarantine',
  quarantineIdentity: item.key.slice('quarantine.'.length),
})

/** What has come into a mailbox, or gone out of it, since it was born; copies of one message count once. */
function added(mailbox: Mailbox): Item[] {
  const found = new Map<string, Item>()
  for (const item of mailbox.placed())
    if (isMail(item) && wasSent(item) && !found.has(passage(item))) found.set(passage(item), item)
  return [...found.values()]
}

const isMail = (item: Item) => !item.isDraft

/** A message that one sends to oneself goes out and comes in. */
const passage = (item: Item) => `${item.networkMessageId} ${item.folder === 'sentitems' ? 'out' : 'in'}`

const byTime = (a: Delivery, b: Delivery) => a.at - b.at

const indexes = new WeakMap<Tenant, Promise<DeliveryIndex>>()

function indexOf(tenant: Tenant): Promise<DeliveryIndex> {
  if (!indexes.has(tenant)) indexes.set(tenant, DeliveryIndex.build(tenant))
  return indexes.get(tenant)!
}

type Mail = ReturnType<typeof mailOf>

/** Mailboxes computed last, so that a small company is computed once. */
const RECENT = 256
const recent = new WeakMap<Tenant, Map<number, Mail>>()

function mailboxAtBirth(tenant: Tenant, person: number): Mail {
  if (!recent.has(tenant)) recent.set(tenant, new Map())
  const kept = recent.get(tenant)!
  const mail = kept.get(person) ?? mailOf(tenant, person)
  kept.delete(person)
  kept.set(person, mail)
  if (kept.size > RECENT) kept.delete(kept.keys().next().value!)
  return mail
}
