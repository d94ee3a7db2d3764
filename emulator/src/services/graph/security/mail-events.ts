import { createHash } from 'node:crypto'

import { homeIp } from '#world/audit/records/record.ts'
import { huntedLocation, postDeliveries } from '#world/security/post-delivery.ts'
import { random } from '#world/random.ts'
import { urlClicks } from '#world/security/clicks.ts'
import type { Delivery } from '#world/mail/deliveries.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'
import type { PostDelivery } from '#world/security/post-delivery.ts'
import type { Tenant } from '#cloud.ts'
import type { Trace } from '#world/surface.ts'
import type { UrlClick } from '#world/security/clicks.ts'

/**
 * What filtering knows about a delivery, in the words of Defender for Office 365: the hunting tables and analyzed e-mails
 * say the same.
 */
export interface MailEvent {
  delivery: Delivery
  /** Joins the tables; the id of the analyzed e-mail as well. */
  reportId: string
  urls: readonly string[]
  /** Where it went, and what that was called. */
  location: string
  action: 'Delivered' | 'Junked' | 'Blocked'
  /** Where it is now. */
  latestLocation: string
  latestAction: string
  /** Spam confidence level. */
  spamConfidence: number
  bulkComplaints: number
  clusterId: number
}

/** Mailboxes that somebody has changed, by position of the owner: elsewhere everything lies where it was delivered. */
export type Changed = ReadonlyMap<number, Mailbox>

export const changedMailboxes = (tenant: Tenant): Changed =>
  new Map([...tenant.openedMailboxes].map((mailbox) => [mailbox.person.index, mailbox]))

const LOCATIONS: Record<string, string> = {
  quarantine: 'Quarantine',
  external: 'On-premises/external',
  failed: 'Failed',
  dropped: 'Dropped',
}

export function mailEvent(tenant: Tenant, delivery: Delivery, changed: Changed): MailEvent {
  const { item, location: place } = delivery
  const location = LOCATIONS[place] ?? huntedLocation(place)
  const action =
    place === 'junkemail' ? 'Junked' : /^(quarantine|failed|dropped)$/.test(place) ? 'Blocked' : 'Delivered'
  const isSpam = delivery.threats.length > 0
  return {
    delivery,
    reportId: reportIdOf(tenant, delivery),
    urls: urlsOf(delivery),
    location,
    action,
    ...latest(delivery, location, action, changed),
    spamConfidence: item.senderIp === null ? -1 : isSpam ? 5 : 1,
    bulkComplaints: delivery.threats.includes('Spam') ? 6 : 0,
    clusterId: clusterOf(delivery),
  }
}

/** `<network message id>-<number>-1` */
function reportIdOf({ world }: Tenant, { networkMessageId, recipient }: Delivery): string {
  const number = random(world.seed, 'report', networkMessageId, recipient.address.toLowerCase()).between(1e9, 9e15)
  return `${networkMessageId}-${number}-1`
}

function latest({ item, recipient }: Delivery, location: string, action: string, changed: Changed) {
  const mailbox = recipient.person && changed.get(recipient.person.index)
  const folder = mailbox ? mailbox.messages.find((message) => isSame(message.item, item))?.folder : item.folder
  const isHere = location === 'Inbox/folder' || location === 'Junk folder'
  const latestLocation = !isHere || folder === undefined ? location : huntedLocation(folder)
  const moved = latestLocation !== location
  return { latestLocation, latestAction: moved ? `Moved to ${latestLocation.toLowerCase()}` : action }
}

const isSame = (a: Delivery['item'], b: Delivery['item']) =>
  a.key === b.key && a.networkMessageId === b.networkMessageId

/** Links in the body, each once. */
function urlsOf({ item }: Delivery): string[] {
  return [
    ...new Set([...item.text.matchAll(/https?:\/\/[^\s<>"')\]]+/g)].map(([url]) => url.replace(/[.,;:!?]+$/, ''))),
  ]
}

/** Mail of one sender's domain about the same thing is one cluster, whatever numbers are in it. */
function clusterOf({ sender, subject }: Delivery): number {
  const text = `${domainOf(sender.address)} ${subject.replaceAll(/\d+/g, '#').toLowerCase()}`
  return createHash('sha256').update(text).digest().readUInt32BE()
}

export const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1)

/** How long until something can be hunted for: some minutes, not the same for every message. */
const delayOf = (seed: number, id: string) => random(seed, 'hunted after', id).between(60, 480) * 1000
const LONGEST_DELAY = 480_000

/** True from when on an event of this moment is in the tables. */
export const isPublished = ({ world, now }: Tenant, at: number, id: string): boolean =>
  at <= now - LONGEST_DELAY || at + delayOf(world.seed, id) <= now

/** Clicks on the links of a message, by people who read it: some of them, some time later. */
export function everydayClicks(tenant: Tenant, { delivery, urls }: MailEvent): Trace<UrlClick>[] {
  const { recipient, item, networkMessageId, at } = delivery
  const { person } = recipient
  if (!person || urls.length === 0 || !item.isRead || delivery.threats.length > 0) return []
  const r = random(tenant.world.seed, 'click', networkMessageId, person.index)
  if (!r.chance(0.2)) return []
  const url = r.pick(urls)
  const record: UrlClick = {
    url,
    action: 'ClickAllowed',
    account: person.userPrincipalName,
    workload: 'Email',
    networkMessageId,
    threats: [],
    ipAddress: homeIp(tenant.world, person),
    isClickedThrough: false,
    chain: [url],
  }
  const clickedAt = at + r.between(60, 20_000) * 1000
  if (clickedAt > tenant.now) return []
  return [{ id: r.guid(), at: clickedAt, publishedAt: clickedAt, record }]
}

/** Clicks and actions that were left behind by attacks and applications. */
export const clicksBetween = (tenant: Tenant, from: number, to: number): Trace<UrlClick>[] =>
  tenant.log(urlClicks).between(from, to, tenant.now)
export const actionsBetween = (tenant: Tenant, from: number, to: number): Trace<PostDelivery>[] =>
  tenant.log(postDeliveries).between(from, to, tenant.now)
