import { heldBack, inReplyTo, letter, people } from '#scenarios/letter.ts'
import { once } from '#scenarios/once.ts'
import { random } from '#world/random.ts'
import type { Copy, Letter } from '#scenarios/letter.ts'
import type { QuarantinedMessage } from '#world/mail/quarantine.ts'
import type { World } from '#world/world.ts'

import { campaignOf, domainLike, phishOf } from './campaign.ts'
import { castOf } from './cast.ts'

/** What recipients made of the message, and the campaign's second one, which filtering knew better. */
export const lettersByName = once((world) => {
  const { recipients, sender, text, link } = campaignOf(world)
  const { forwards, replier, repliedAt, second } = castOf(world)
  const original = phishOf(world, recipients[0]!)
  const domain = domainLike(world, 'hr')
  const path = random(world.seed, 'phish-campaign', 'second link').hex(12)
  return {
    forwards: forwards.map(({ by, to, at }, i) =>
      inReplyTo(world, original, {
        key: `phish.forward.${i}`,
        prefix: 'FW',
        at,
        from: people(by)[0]!,
        to: people(...to),
        text: `Have you seen this? Do we all have to do it?\n\n${by.givenName}\n\nFrom: ${sender.name} <${sender.address}>\nSubject: ${original.subject}\n\n${text}`,
      }),
    ),
    reply: inReplyTo(world, original, {
      key: 'phish.reply',
      at: repliedAt,
      from: people(replier)[0]!,
      to: [sender],
      text: `Hello,\n\nthe page does not open here. Can you confirm my account for me?\n\n${replier.givenName}`,
    }),
    second: letter(world, {
      key: 'phish.second',
      at: second.at,
      from: { name: `${world.name} HR`, address: `hr@${domain}` },
      to: people(...second.quarantined, ...second.junked, ...second.removed),
      subject: 'Your salary statement is on hold',
      text: `Dear colleague,\n\nYour salary statement could not be delivered. Sign in to release it.\n\n${link.slice(0, link.lastIndexOf('/'))}/${path}\n\nHR Team`,
      senderIp: '203.0.113.67',
      threats: ['Phish'],
      authentication: { spf: 'pass', dkim: 'none', dmarc: 'none', compauth: 'fail', reason: '001' },
    }),
  }
})

export function letters(world: World): Letter[] {
  const { forwards, replier, second } = castOf(world)
  const { forwards: forwarded, reply, second: again } = lettersByName(world)
  return [
    ...forwards.map(({ by, to }, i): Letter => {
      const received = to.map((person, n): Copy => ({ person, folder: 'inbox', isRead: n === 0 }))
      return { item: forwarded[i]!, copies: [{ person: by, folder: 'sentitems' }, ...received] }
    }),
    { item: reply, copies: [{ person: replier, folder: 'sentitems' }] },
    { item: again, copies: second.junked.map((person) => ({ person, folder: 'junkemail' })) },
    {
      item: { ...again, deliveredTo: 'inbox' },
      copies: second.removed.map((person) => ({ person, folder: 'junkemail' })),
    },
  ]
}

/** The second message's copies that never came to a mailbox. */
export const held = (world: World): QuarantinedMessage[] =>
  castOf(world).second.quarantined.map((person) =>
    heldBack(world, lettersByName(world).second, person, { type: 'HighConfPhish', policyType: 'AntiSpamPolicy' }),
  )
