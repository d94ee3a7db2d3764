import { correspondence } from '#world/mail/correspondence.ts'
import { heldBack, letter, people } from '#scenarios/letter.ts'
import { once } from '#scenarios/once.ts'
import type { Item } from '#world/mail/item.ts'
import type { Letter } from '#scenarios/letter.ts'
import type { QuarantinedMessage } from '#world/mail/quarantine.ts'
import type { World } from '#world/world.ts'

import { castOf } from './cast.ts'

const MINUTE = 60_000

/** When the application sends the mail on. */
export const SENT_ON = 185

export const lettersByName = once((world) => {
  const { victim, decliner, late, unimpressed, spared, second, application, link, sender, senderIp, start } =
    castOf(world)
  const subject = `Action needed: allow ${application.displayName}`
  const text = `Your mailbox moves to ${application.displayName} today. Allow access with your usual account to keep your mail.\n\n${link}`
  return {
    lure: letter(world, {
      key: 'consent.lure',
      at: start,
      from: sender,
      to: people(victim, decliner, late, unimpressed, ...spared),
      subject,
      text: `Dear colleague,\n\n${text}\n\nIT Service Desk`,
      senderIp,
    }),
    sentOn: letter(world, {
      key: 'consent.sent-on',
      at: start + SENT_ON * MINUTE,
      from: people(victim)[0]!,
      to: people(...second),
      subject,
      text: `Hi,\n\n${text}\n\n${victim.givenName}`,
    }),
  }
})

export function letters(world: World): Letter[] {
  const { victim, decliner, late, unimpressed, second } = castOf(world)
  const { lure, sentOn } = lettersByName(world)
  return [
    {
      item: lure,
      copies: [
        { person: victim, folder: 'inbox', isRead: true },
        { person: decliner, folder: 'deleteditems', isRead: true },
        { person: late, folder: 'inbox', isRead: true },
        { person: unimpressed, folder: 'inbox' },
      ],
    },
    {
      item: sentOn,
      copies: [{ person: victim, folder: 'sentitems' }, ...second.map((person) => ({ person, folder: 'inbox' }))],
    },
  ]
}

/** The copies that never came to a mailbox. */
export const held = (world: World): QuarantinedMessage[] =>
  castOf(world).spared.map((person) =>
    heldBack(world, lettersByName(world).lure, person, { type: 'Phish', policyType: 'AntiPhishPolicy' }),
  )

/** What the application reads: mail that really lies in the victim's inbox. */
export const readItems = (world: World): Item[] =>
  correspondence(world, castOf(world).victim)
    .filter(({ folder, receivedAt }) => folder === 'inbox' && receivedAt < castOf(world).start)
    .slice(0, 6)
