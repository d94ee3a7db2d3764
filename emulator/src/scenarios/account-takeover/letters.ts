import { PARTNERS } from '#world/names.ts'
import { letter, people } from '#scenarios/letter.ts'
import { once } from '#scenarios/once.ts'
import { random } from '#world/random.ts'
import type { Letter } from '#scenarios/letter.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

import { castOf } from './cast.ts'

const MINUTE = 60_000
const DAY = 86_400_000

/** What was read, what was sent, and what the rule kept from its owner. */
export const lettersByName = once((world) => {
  const { victim, drop, start } = castOf(world)
  const colleague = colleagueOf(world, victim)
  const [partner] = PARTNERS
  const outside = { name: partner.name, address: `office@${partner.domain}` }
  // Ids by subject: audit records name these messages as well.
  const named = (subject: string) => {
    const r = random(world.seed, 'account-takeover', 'mail', subject)
    return { key: `takeover.${subject}`, subject, internetMessageId: `<${r.hex(24).toUpperCase()}@${world.domain}>` }
  }
  const between = { from: people(colleague)[0]!, to: people(victim) }
  const reminder = letter(world, {
    key: 'takeover.reminder',
    at: start + 60 * MINUTE,
    from: outside,
    to: people(victim),
    subject: 'Payment reminder',
    text: `Your payment is still open. Why have your bank details changed?\n\n${partner.name}`,
    senderIp: '198.51.100.40',
  })
  return {
    approval: letter(world, {
      ...between,
      ...named('Invoice approval for Gantry'),
      at: start - 4 * DAY,
      text: 'Please approve the invoice for Gantry by Friday.',
    }),
    details: letter(world, {
      ...between,
      ...named('Bank details of suppliers'),
      at: start - 9 * DAY,
      text: 'Here is the list of our suppliers with their bank details, as agreed.',
    }),
    run: letter(world, {
      ...named('Payment run'),
      at: start - 2 * DAY,
      from: people(victim)[0]!,
      to: people(colleague),
      text: 'The payment run goes out tomorrow at ten.',
    }),
    updated: letter(world, {
      ...named('Updated bank details'),
      at: start + 40 * MINUTE,
      from: people(victim)[0]!,
      to: [outside],
      text: `Dear partner,\n\nplease use our new account XX00 0000 0000 9038 for the next payment.\n\n${victim.givenName}`,
    }),
    reminder,
    forwarded: letter(world, {
      key: 'takeover.forwarded',
      at: start + 60 * MINUTE,
      from: people(victim)[0]!,
      to: [{ name: '', address: drop }],
      subject: `FW: ${reminder.subject}`,
      text: `From: ${outside.name} <${outside.address}>\nSubject: ${reminder.subject}\n\n${reminder.text}`,
      conversation: reminder.conversation,
      headers: [['X-MS-Exchange-Generated-Message-Source', 'Mailbox Rules Agent']],
    }),
  }
})

/** Somebody of the same department. */
function colleagueOf(world: World, { index, department }: Person): Person {
  const { directory } = world
  for (let step = 1; step < directory.users; step++) {
    const other = directory.at((index + step) % directory.users)
    if (other.department === department) return other
  }
  return directory.at(0)
}

export function letters(world: World): Letter[] {
  const { victim } = castOf(world)
  const colleague = colleagueOf(world, victim)
  const { approval, details, run, updated, reminder } = lettersByName(world)
  const read = (person: Person, folder: string) => ({ person, folder, isRead: true })
  return [
    { item: approval, copies: [read(victim, 'inbox'), read(colleague, 'sentitems')] },
    { item: details, copies: [read(victim, 'inbox'), read(colleague, 'sentitems')] },
    { item: run, copies: [read(victim, 'sentitems'), read(colleague, 'inbox')] },
    { item: updated, copies: [read(victim, 'sentitems')] },
    // The rule forwards and deletes it.
    { item: reminder, copies: [{ person: victim, folder: 'deleteditems' }] },
  ]
}
