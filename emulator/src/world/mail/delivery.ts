import { leave } from '#world/surface.ts'
import type { Person } from '#world/directory.ts'
import type { Placement } from '#world/changes.ts'
import type { Tenant } from '#cloud.ts'

import { addressOf, isOwnAddress, personAt } from './addresses.ts'
import { applyRules } from './rule-engine.ts'
import { attachedMessage } from './files.ts'
import { inboxRules } from './rules.ts'
import { mailboxSettings } from './settings.ts'
import { mailboxStates } from './mailbox-state.ts'
import { ordinary } from './item.ts'
import { outgoing } from './outgoing.ts'
import { store } from './stored.ts'
import type { Item, MailAddress } from './item.ts'

/**
 * How new mail goes round in the company: into the inboxes of those it is for, through forwarding that was set on the
 * mailbox and through inbox rules, with automatic replies and reports of what could not be delivered. Mail to outside
 * leaves only the sender's copy.
 */

/** Whether an item came by way of delivery, and was not drafted, copied or dropped into the mailbox. */
export const wasSent = ({ key }: Item): boolean => !key.startsWith('made.')

/** Forwarding that goes in circles ends here. */
const HOPS = 4

/**
 * Sends a message. `item.folder` and `item.key` say nothing yet.
 *
 * @param appId application that did it.
 * @param sender whose Sent Items get a copy; undefined for none.
 */
export function send(tenant: Tenant, appId: string, item: Item, sender: Person | undefined): void {
  const kept: Placement[] = sender
    ? [{ mailbox: sender.id, key: `out.${item.networkMessageId}`, folder: 'sentitems', set: { isRead: true } }]
    : []
  pass(tenant, appId, item, [...item.to, ...item.cc, ...(item.bcc ?? [])], kept, HOPS)
}

/** A message that is being passed on. */
function pass(
  tenant: Tenant,
  appId: string,
  item: Item,
  recipients: readonly MailAddress[],
  kept: readonly Placement[],
  hops: number,
): void {
  const copies = [...kept]
  const onward: (() => void)[] = []
  const seen = new Set<string>()
  for (const { address } of recipients) {
    const person = personAt(tenant.world, address)
    const who = person?.id ?? address.toLowerCase()
    if (seen.has(who)) continue
    seen.add(who)
    if (person) receive(tenant, appId, item, person, copies, onward, hops)
    else if (isOwnAddress(tenant.world, address)) onward.push(() => bounce(tenant, appId, item, address, hops))
  }
  // Only the sender sees to whom blind copies went.
  const { bcc: _, ...open } = item
  if (kept.length > 0) tenant.change({ type: 'mail.placed', item: store(item), copies: [...kept], appId })
  const received = copies.slice(kept.length)
  if (received.length > 0) tenant.change({ type: 'mail.placed', item: store(open), copies: received, appId })
  const outside = kept.length > 0 ? [] : recipients.filter(({ address }) => !isOwnAddress(tenant.world, address))
  if (outside.length > 0) {
    const { receivedAt: at } = item
    const record = { item: store(open), recipients: outside }
    tenant.leave(leave(outgoing, { id: tenant.newId('outgoing'), at, publishedAt: at, record }))
  }
  for (const go of onward) go()
}

function receive(
  tenant: Tenant,
  appId: string,
  item: Item,
  person: Person,
  copies: Placement[],
  onward: (() => void)[],
  hops: number,
): void {
  const state = tenant.objects(mailboxStates).find(person.id)
  const elsewhere = state?.forwardingAddress ?? state?.forwardingSmtpAddress
  if (elsewhere && hops > 0)
    onward.push(() => pass(tenant, appId, item, [{ name: '', address: elsewhere }], [], hops - 1))
  if (elsewhere && !state?.deliverToMailboxAndForward) return
  const rules = [...tenant.objects(inboxRules).of(person.id)]
  const { folder, copies: also, set, forwards } = applyRules(rules, person, { ...item, folder: 'inbox' })
  const key = freeKey(tenant, person, `in.${item.networkMessageId}`, copies)
  copies.push({ mailbox: person.id, key, folder, set: { isRead: false, ...set } })
  for (const [i, target] of also.entries())
    copies.push({ mailbox: person.id, key: `${key}.${i}`, folder: target, set: { isRead: false, ...set } })
  if (hops > 0) {
    for (const { how, to } of forwards)
      onward.push(() => pass(tenant, appId, onwards(tenant, item, person, how, to), to, [], hops - 1))
    onward.push(() => replyAutomatically(tenant, appId, item, person))
  }
}

function freeKey(tenant: Tenant, person: Person, wanted: string, copies: readonly Placement[]): string {
  const mailbox = tenant.mailbox(person)!
  const taken = (key: string) =>
    mailbox.message(key) !== undefined || copies.some((copy) => copy.mailbox === person.id && copy.key === key)
  for (let n = 0; ; n++) {
    const key = n === 0 ? wanted : `${wanted}~${n}`
    if (!taken(key)) return key
  }
}

/** What a rule sends on: the same message, or one of the mailbox's owner. */
function onwards(
  tenant: Tenant,
  item: Item,
  owner: Person,
  how: 'forward' | 'attachment' | 'redirect',
  to: readonly MailAddress[],
): Item {
  if (how === 'redirect') return item
  const { text, subject, from } = item
  return {
    ...freshItem(tenant, owner),
    headers: [['X-MS-Exchange-Generated-Message-Source', 'Mailbox Rules Agent']],
    conversation: item.conversation,
    to,
    subject: `FW: ${subject}`,
    text: how === 'forward' ? `From: ${from.name} <${from.address}>\nSubject: ${subject}\n\n${text}` : '',
    attachments: how === 'forward' ? item.attachments : [attachedMessage(item)],
  }
}

/** A new message of a person, with ids of its own. */
export function freshItem(tenant: Tenant, person: Person): Item {
  const [network, message, conversation] = ['network', 'message', 'conversation'].map((what) =>
    tenant.newId(`mail ${what} ${person.index}`),
  )
  const host = `${tenant.world.initialDomain.split('.')[0]}.prod.outlook.example`
  return {
    ...ordinary,
    key: '',
    folder: '',
    conversation: conversation!,
    networkMessageId: network!,
    internetMessageId: `<${message!.replaceAll('-', '').toUpperCase()}@${host}>`,
    from: addressOf(person),
    to: [],
    subject: '',
    text: '',
    receivedAt: Math.floor(tenant.now / 1000) * 1000,
  }
}

/** Once to each sender while the owner is away. */
function replyAutomatically(tenant: Tenant, appId: string, item: Item, owner: Person): void {
  const sender = personAt(tenant.world, item.from.address)
  const setting = tenant.objects(mailboxSettings).find(owner.id)?.automaticRepliesSetting
  if (!sender || sender.index === owner.index || !setting || setting.status === 'disabled') return
  if ((item.headers ?? []).some(([name]) => /^(auto-submitted|x-auto-response-suppress)$/i.test(name))) return
  const [start, end] = [setting.scheduledStartDateTime, setting.scheduledEndDateTime].map(({ dateTime }) =>
    Date.parse(`${dateTime.slice(0, 19)}Z`),
  )
  if (setting.status === 'scheduled' && (tenant.now < start! || tenant.now >= end!)) return
  const key = `oof.${owner.index}.${start}`
  if (tenant.mailbox(sender)!.message(key)) return
  const reply: Item = {
    ...freshItem(tenant, owner),
    headers: [
      ['Auto-Submitted', 'auto-generated'],
      ['X-Auto-Response-Suppress', 'All'],
      ['In-Reply-To', item.internetMessageId],
    ],
    conversation: item.conversation,
    to: [addressOf(sender)],
    subject: `Automatic reply: ${item.subject}`,
    text: setting.internalReplyMessage.replaceAll(/<[^>]*>/g, ''),
    html: setting.internalReplyMessage,
  }
  const copy: Placement = { mailbox: sender.id, key, folder: 'inbox', set: { isRead: false } }
  tenant.change({ type: 'mail.placed', item: store(reply), copies: [copy], appId })
}

/** Tells the sender that an address of the company does not exist. */
function bounce(tenant: Tenant, appId: string, item: Item, address: string, hops: number): void {
  const sender = personAt(tenant.world, item.from.address)
  if (!sender || hops < HOPS) return
  const report: Item = {
    ...freshItem(tenant, sender),
    from: { name: 'Microsoft Outlook', address: `postmaster@${tenant.world.initialDomain}` },
    headers: [
      ['Auto-Submitted', 'auto-replied'],
      ['X-Failed-Recipients', address],
    ],
    conversation: item.conversation,
    to: [addressOf(sender)],
    subject: `Undeliverable: ${item.subject}`,
    text: `Your message to ${address} couldn't be delivered.\n\n550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ${address} not found by SMTP address lookup`,
    attachments: [attachedMessage(item)],
  }
  const key = `ndr.${report.networkMessageId}`
  const copy: Placement = { mailbox: sender.id, key, folder: 'inbox', set: { isRead: false } }
  tenant.change({ type: 'mail.placed', item: store(report), copies: [copy], appId })
}
