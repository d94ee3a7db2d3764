import { addressOf } from '#world/mail/addresses.ts'
import { letter, people } from '#scenarios/letter.ts'
import { once } from '#scenarios/once.ts'
import type { Item } from '#world/mail/item.ts'
import type { Letter } from '#scenarios/letter.ts'
import type { World } from '#world/world.ts'

import { takeoverOf } from './takeover.ts'

/** When the request to pay goes out: milliseconds after the attack began. */
export const SENT = 88 * 60_000

/** What the delegate reads, and what they send in the name of the mailbox's owner; what the assistant reads. */
export const lettersOfTakeover = once((world: World): { read: readonly Item[]; sent: Item; honest: Item } => {
  const { target, payer, start, honest } = takeoverOf(world)
  const received = (key: string, hours: number, subject: string, text: string) =>
    letter(world, {
      key: `mailbox-delegation.${key}`,
      at: start - hours * 3_600_000,
      from: addressOf(payer),
      to: people(target),
      subject,
      text,
    })
  return {
    read: [
      received('run', 90, 'Payment run of this week', 'The list is ready. I release it on Thursday unless you object.'),
      received(
        'limit',
        66,
        'Limits for urgent payments',
        'Up to 40,000 a message from you is enough, above I call you.',
      ),
      received('carrier', 42, 'New carrier: account details', 'Their account is in the supplier list as of today.'),
      received('audit', 20, 'Questions of the auditors', 'They ask how we release urgent payments. I answer tomorrow.'),
    ],
    sent: letter(world, {
      key: 'mailbox-delegation.sent',
      at: start + SENT,
      from: addressOf(target),
      to: people(payer),
      subject: 'Urgent payment today',
      text: 'Please pay 38,400 to the account below before noon. I am in meetings, do not call.\n\nIBAN XX00 EXAM PLE0 0000 0000 00',
      importance: 'high',
    }),
    honest: letter(world, {
      key: 'mailbox-delegation.honest',
      at: start - 3_600_000,
      from: addressOf(payer),
      to: people(honest.head),
      subject: 'Appointment next week',
      text: 'Could we meet on Tuesday? Half an hour is enough.',
    }),
  }
})

export function letters(world: World): Letter[] {
  const { target, delegate, payer, honest } = takeoverOf(world)
  const { read, sent, honest: appointment } = lettersOfTakeover(world)
  return [
    ...read.map((item) => ({
      item,
      copies: [
        { person: target, folder: 'inbox', isRead: true },
        { person: payer, folder: 'sentitems' },
      ],
    })),
    {
      item: sent,
      // What is sent as somebody else stays with the one who sent it.
      copies: [
        { person: delegate, folder: 'sentitems' },
        { person: payer, folder: 'inbox' },
      ],
    },
    {
      item: appointment,
      copies: [
        { person: honest.head, folder: 'inbox', isRead: true },
        { person: payer, folder: 'sentitems' },
      ],
    },
  ]
}
