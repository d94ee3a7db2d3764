import { PARTNERS } from '#world/names.ts'
import { random } from '#world/random.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

import { file as attach, pdf } from './files.ts'
import { messageIds, ordinary, workingMoment } from './item.ts'
import type { Item } from './item.ts'

const BUSINESS = [
  ['Invoice {n}', 'Please find invoice {n} attached. Payment within thirty days.', 'invoice-{n}.pdf'],
  ['Your order {n} has shipped', 'Order {n} left our warehouse today. You need not do anything.', null],
  ['Quote {n} for your review', 'Attached is quote {n}. It is valid for two weeks.', 'quote-{n}.pdf'],
  ['Account statement {n}', 'Your statement {n} is ready in the customer portal.', null],
  ['Meeting on Tuesday', 'Shall we meet on Tuesday at ten? Reference {n}.', null],
] as const

const SPAM = [
  'Cheap printer ink',
  'You have been selected',
  'Lower your energy bill',
  'Last chance: 80 % off',
  'Re: your parcel',
]

/** Mail from outside that is meant for one mailbox: partners' business, some junk, and the owner's own drafts. */
export function correspondence(world: World, person: Person): Item[] {
  return [...business(world, person), ...junk(world, person), ...drafts(world, person)]
}

function business(world: World, person: Person): Item[] {
  const count = random(world.seed, 'business', person.index).between(6, 14)
  return Array.from({ length: count }, (_, i) => {
    const r = random(world.seed, 'business', person.index, i)
    const partner = r.pick(PARTNERS)
    const [subject, text, file] = r.pick(BUSINESS)
    const number = String(r.between(10_000, 99_999))
    const name = file?.replace('{n}', number)
    const size = 18_000 + r.between(0, 9) ** 5 * 12
    const attachments = name ? [attach(name, 'application/pdf', size, () => pdf(name, size, world.seed, number))] : []
    return {
      ...ordinary,
      key: `business.${i}`,
      folder: file?.startsWith('invoice') && r.chance(0.5) ? 'user:Invoices' : r.chance(0.1) ? 'archive' : 'inbox',
      conversation: r.guid(),
      ...messageIds(r, `mail.${partner.domain}`),
      from: { name: partner.name, address: `office@${partner.domain}` },
      to: [{ name: person.displayName, address: person.userPrincipalName }],
      subject: subject.replace('{n}', number),
      text: text.replace('{n}', number),
      receivedAt: workingMoment(r, world.epoch, 30, 1),
      isRead: r.chance(0.85),
      attachments,
      senderIp: `198.51.100.${40 + PARTNERS.indexOf(partner)}`,
    }
  })
}

function junk(world: World, person: Person): Item[] {
  const count = random(world.seed, 'junk', person.index).between(2, 7)
  return Array.from({ length: count }, (_, i) => {
    const r = random(world.seed, 'junk', person.index, i)
    const host = `bulk${r.between(1, 9)}.example`
    return {
      ...ordinary,
      key: `junk.${i}`,
      folder: 'junkemail',
      conversation: r.guid(),
      ...messageIds(r, host),
      from: { name: 'Great Offers', address: `offers@${host}` },
      to: [{ name: person.displayName, address: person.userPrincipalName }],
      subject: r.pick(SPAM),
      text: 'Click here before midnight.',
      receivedAt: workingMoment(r, world.epoch, 20, 1),
      isRead: false,
      senderIp: `203.0.113.${r.between(100, 200)}`,
    }
  })
}

function drafts(world: World, person: Person): Item[] {
  if (person.kind !== 'user') return []
  const r = random(world.seed, 'draft', person.index)
  const draft: Item = {
    ...ordinary,
    key: 'draft.0',
    folder: 'drafts',
    conversation: r.guid(),
    ...messageIds(r, 'prod.outlook.example'),
    from: { name: person.displayName, address: person.userPrincipalName },
    to: [],
    subject: 'Notes',
    text: 'To be finished.',
    receivedAt: workingMoment(r, world.epoch, 5, 1),
    isDraft: true,
  }
  return [draft]
}
