import { PARTNERS } from '#world/names.ts'
import { file, pdf } from '#world/mail/files.ts'
import { inReplyTo, letter, people } from '#scenarios/letter.ts'
import { once } from '#scenarios/once.ts'
import type { Letter } from '#scenarios/letter.ts'
import type { World } from '#world/world.ts'

import { castOf } from './cast.ts'

const MINUTE = 60_000
const DAY = 86_400_000

/** Where the rule puts what the victim is not to see. */
export const HIDDEN = 'user:RSS Feeds'

/** The thread about an invoice, from the honest beginning to the money; and the lure that opened the mailbox. */
export const lettersByName = once((world) => {
  const { victim, approver, tidy, unimpressed, partner, lookAlike, lureLink, invoice, start } = castOf(world)
  const name = (what: string) => `bec.${what}`
  const partnerIp = `198.51.100.${40 + PARTNERS.findIndex(({ name: known }) => known === partner.name)}`
  const mine = people(victim)[0]!
  const document = `invoice-${invoice}.pdf`
  const bill = letter(world, {
    key: name('invoice'),
    at: start - 3 * DAY,
    from: partner,
    to: people(victim),
    cc: people(approver),
    subject: `Invoice ${invoice}`,
    text: `Dear ${victim.givenName},\n\nPlease find invoice ${invoice} attached. Payment within thirty days to our usual account.\n\n${partner.name}`,
    senderIp: partnerIp,
    attachments: [file(document, 'application/pdf', 48_000, () => pdf(document, 48_000, world.seed, invoice))],
  })
  const thanks = inReplyTo(world, bill, {
    key: name('thanks'),
    at: start - 2 * DAY,
    from: mine,
    to: [partner],
    cc: people(approver),
    text: `Thank you, we have received invoice ${invoice}. ${approver.givenName} will pay it with the next run.\n\n${victim.givenName}`,
  })
  const lure = letter(world, {
    key: name('lure'),
    at: start,
    from: { name: 'Files', address: 'no-reply@sharefiles-notice.example' },
    to: people(victim, unimpressed),
    subject: 'A document was shared with you',
    text: `A colleague has shared a document with you. Sign in to read it.\n\n${lureLink}\n\nThis link is for you alone.`,
    senderIp: '203.0.113.209',
  })
  const reminder = inReplyTo(world, thanks, {
    key: name('reminder'),
    at: start + 150 * MINUTE,
    from: partner,
    to: [mine],
    text: `Good day, when may we expect the payment of invoice ${invoice}?\n\n${partner.name}`,
    senderIp: partnerIp,
  })
  const changed = inReplyTo(world, thanks, {
    key: name('changed'),
    at: start + 180 * MINUTE,
    from: lookAlike,
    to: people(approver),
    text: `Dear ${approver.givenName},\n\nOur bank details have changed. Please pay invoice ${invoice} to the new account, XX00 0000 0000 4471, and use it from now on.\n\n${partner.name}`,
    senderIp: '203.0.113.208',
  })
  const urged = inReplyTo(world, thanks, {
    key: name('urged'),
    at: start + 192 * MINUTE,
    from: mine,
    to: [...people(approver), partner],
    cc: [lookAlike],
    text: `Hi ${approver.givenName},\n\nI have checked the new bank details by telephone. Please pay invoice ${invoice} today, and let me know when it is done.\n\n${victim.givenName}`,
  })
  const asked = inReplyTo(world, urged, {
    key: name('asked'),
    at: start + 240 * MINUTE,
    from: people(approver)[0]!,
    to: [mine],
    text: `Are you sure about the new bank account for invoice ${invoice}? It is in another country.\n\n${approver.givenName}`,
  })
  const assured = inReplyTo(world, asked, {
    key: name('assured'),
    at: start + 251 * MINUTE,
    from: mine,
    to: people(approver),
    text: `Yes, go ahead.\n\n${victim.givenName}`,
  })
  const denied = inReplyTo(world, urged, {
    key: name('denied'),
    at: start + 300 * MINUTE,
    from: partner,
    to: [mine],
    text: `We have not changed our bank details, and nobody has called us. Who is ${lookAlike.address}? Please do not pay invoice ${invoice} before we have spoken.\n\n${partner.name}`,
    senderIp: partnerIp,
  })
  const telephone = letter(world, {
    key: name('telephone'),
    at: start - DAY,
    from: partner,
    to: people(tidy),
    subject: 'Our telephone number has changed',
    text: `Our dispatch has a new telephone number from today. Bank details and addresses stay as they are.\n\n${partner.name}`,
    senderIp: partnerIp,
  })
  return { bill, thanks, lure, reminder, changed, urged, asked, assured, denied, telephone }
})

export function letters(world: World): Letter[] {
  const { victim, approver, tidy, unimpressed } = castOf(world)
  const { bill, thanks, lure, reminder, changed, urged, asked, assured, denied, telephone } = lettersByName(world)
  const [hidden, sent] = [
    { person: victim, folder: HIDDEN, isRead: true },
    { person: victim, folder: 'sentitems' },
  ]
  const paying = { person: approver, folder: 'inbox', isRead: true }
  return [
    { item: bill, copies: [{ person: victim, folder: 'inbox', isRead: true }, paying] },
    { item: thanks, copies: [sent, paying] },
    {
      item: lure,
      copies: [
        { person: victim, folder: 'inbox', isRead: true },
        { person: unimpressed, folder: 'deleteditems', isRead: true },
      ],
    },
    { item: reminder, copies: [hidden] },
    { item: changed, copies: [paying] },
    { item: urged, copies: [sent, paying] },
    { item: asked, copies: [{ person: approver, folder: 'sentitems' }, hidden] },
    { item: assured, copies: [sent, paying] },
    { item: denied, copies: [hidden] },
    { item: telephone, copies: [{ person: tidy, folder: 'user:Invoices' }] },
  ]
}
