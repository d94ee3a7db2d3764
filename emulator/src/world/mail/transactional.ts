import { random } from '#world/random.ts'
import type { Person } from '#world/directory.ts'
import type { Random } from '#world/random.ts'
import type { World } from '#world/world.ts'

import { addressOf } from './addresses.ts'
import { escapeHtml, htmlPage } from './html.ts'
import { messageIds, ordinary, workingMoment } from './item.ts'
import { png } from './files.ts'
import type { Item, MailAddress } from './item.ts'

interface Service extends MailAddress {
  ip: string
  /** Subject, first paragraph, and what the button says. `{n}` is a number. */
  notices: readonly (readonly [subject: string, text: string, button: string])[]
}

/** Made-up companies whose machines write to people: shops, banks, couriers, software. */
const SERVICES: readonly Service[] = [
  {
    name: 'Parcelgate',
    address: 'no-reply@parcelgate.example',
    ip: '198.51.100.61',
    notices: [
      ['Your parcel {n} is on its way', 'Your parcel arrives between ten and noon tomorrow.', 'Track parcel'],
      ['Delivered: parcel {n}', 'Your parcel was handed over at the reception.', 'See proof of delivery'],
    ],
  },
  {
    name: 'Northbank Business',
    address: 'service@northbank.example',
    ip: '198.51.100.62',
    notices: [
      [
        'Your statement for last month is ready',
        'Statement {n} is ready in your mailbox at the bank.',
        'Open statement',
      ],
      ['New sign-in to your account', 'Somebody signed in from a new browser. Was it you?', 'Review activity'],
    ],
  },
  {
    name: 'Tickettrail',
    address: 'notifications@tickettrail.example',
    ip: '198.51.100.63',
    notices: [
      ['[TT-{n}] was assigned to you', 'A ticket was assigned to you. It is due in three days.', 'Open ticket'],
      ['[TT-{n}] was resolved', 'Your ticket was resolved. Tell us how we did.', 'Rate us'],
    ],
  },
  {
    name: 'Railwright Travel',
    address: 'bookings@railwright.example',
    ip: '198.51.100.64',
    notices: [['Booking {n} confirmed', 'Your seat is reserved. Have a pleasant journey.', 'Show ticket']],
  },
  {
    name: 'Inkwell Sign',
    address: 'documents@inkwellsign.example',
    ip: '198.51.100.65',
    notices: [
      ['Please sign: agreement {n}', 'A partner has sent you a document to sign.', 'Review document'],
      ['Completed: agreement {n}', 'All parties have signed the document.', 'Download'],
    ],
  },
]

/** Mail from machines: buttons, pictures that tell that it was opened, ways to unsubscribe, links wrapped by Safe Links. */
export function transactional(world: World, person: Person): Item[] {
  const count = random(world.seed, 'transactional', person.index).between(3, 8)
  return Array.from({ length: count }, (_, i) => notice(world, person, i))
}

function notice(world: World, person: Person, i: number): Item {
  const r = random(world.seed, 'transactional', person.index, i)
  const service = r.pick(SERVICES)
  const [subject, text, button] = r.pick(service.notices)
  const number = String(r.between(100_000, 999_999))
  const host = service.address.split('@')[1]!
  const token = r.hex(24)
  const [wrapped, withLogo] = [r.chance(0.5), r.chance(0.3)]
  const target = `https://app.${host}/go/${token}?utm_source=mail`
  const link = wrapped ? safeLink(target, person, r) : target
  return {
    ...ordinary,
    key: `transactional.${i}`,
    folder: r.chance(0.12) ? 'deleteditems' : 'inbox',
    conversation: r.guid(),
    ...messageIds(r, `mta.${host}`),
    from: { name: service.name, address: service.address },
    replyTo: [{ name: `${service.name} help`, address: `help@${host}` }],
    to: [addressOf(person)],
    subject: subject.replace('{n}', number),
    text: `Hello ${person.givenName ?? person.displayName},\n\n${text.replace('{n}', number)}\n\n${button}: ${link}\n\n${service.name}`,
    receivedAt: workingMoment(r, world.epoch, 28, 1),
    isRead: r.chance(0.7),
    senderIp: service.ip,
    headers: [
      ['List-Unsubscribe', `<https://app.${host}/unsubscribe/${token}>, <mailto:unsubscribe@${host}?subject=${token}>`],
      ['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'],
      ['Precedence', 'bulk'],
      ['Feedback-ID', `${number}:${host}`],
    ],
    attachments: withLogo
      ? [
          {
            name: 'logo.png',
            contentType: 'image/png',
            isInline: true,
            contentId: `logo.${token.slice(0, 8)}@${host}`,
            get content() {
              return png(host)
            },
          },
        ]
      : [],
    get html() {
      const logo = withLogo
        ? `<img src="cid:logo.${token.slice(0, 8)}@${host}" width="32" height="32" alt="${service.name}">`
        : ''
      return htmlPage(
        `<table width="600" align="center" style="font-family:Segoe UI,sans-serif"><tr><td>${logo}<h2>${escapeHtml(subject.replace('{n}', number))}</h2><p>Hello ${escapeHtml(person.givenName ?? person.displayName)},</p><p>${escapeHtml(text.replace('{n}', number))}</p><p><a href="${escapeHtml(link)}" style="background:#0a5;color:#fff;padding:8px 16px">${button}</a></p><p style="font-size:11px;color:#777">${service.name} &middot; <a href="https://app.${host}/unsubscribe/${token}">Unsubscribe</a></p></td></tr></table><img src="https://track.${host}/o/${token}.gif" width="1" height="1" alt="">`,
      )
    },
  }
}

/** A link as Safe Links rewrites it on arrival. */
export function safeLink(url: string, person: Person, r: Random): string {
  const data = [
    '05',
    '02',
    person.userPrincipalName,
    r.hex(32),
    '0',
    '0',
    String(r.between(6e17, 7e17)),
    'Unknown',
  ].join('|')
  return `https://emea01.safelinks.protection.outlook.com/?url=${encodeURIComponent(url)}&data=${encodeURIComponent(data)}&sdata=${encodeURIComponent(Buffer.from(r.hex(64), 'hex').toString('base64'))}&reserved=0`
}
