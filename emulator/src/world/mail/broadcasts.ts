import { NEWSLETTERS } from '#world/names.ts'
import { random } from '#world/random.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

import { messageIds, ordinary, workingMoment } from './item.ts'
import type { Item } from './item.ts'

const ANNOUNCEMENTS = [
  ['Office closed on the holiday', 'The offices are closed on the public holiday. The dispatch desk stays reachable.'],
  [
    'New expense rules from next month',
    'Receipts above 25 euro are now scanned in the expense app. Ask Finance for help.',
  ],
  ['Welcome our new colleagues', 'Please say hello to the new colleagues in Operations and Engineering.'],
  [
    'Reminder: security awareness training',
    'Your yearly security training is due this month. It takes twenty minutes.',
  ],
  ['Parking garage works', 'Level two of the garage is closed this week. Please use the quay entrance.'],
] as const

/** Mail that many mailboxes hold as the same message: announcements to all, and newsletters to those who subscribed. */
export function broadcasts(world: World, person: Person): Item[] {
  return [...announcements(world, person), ...newsletters(world, person)]
}

function announcements(world: World, person: Person): Item[] {
  const sender = world.directory.at(0)
  return ANNOUNCEMENTS.map(([subject, text], i) => {
    const r = random(world.seed, 'announcement', i)
    const reader = random(world.seed, 'announcement', i, person.index)
    return {
      ...ordinary,
      key: `announcement.${i}`,
      folder: reader.chance(0.1) ? 'deleteditems' : 'inbox',
      conversation: r.guid(),
      ...messageIds(r, `${world.initialDomain.split('.')[0]}.prod.outlook.example`),
      from: { name: sender.displayName, address: sender.userPrincipalName },
      to: [{ name: `All ${world.name}`, address: `all@${world.domain}` }],
      subject,
      text,
      receivedAt: workingMoment(r, world.epoch, 30, 2),
      isRead: reader.chance(0.8),
    }
  })
}

const ISSUES = 6

/** Whether a person gets the newsletter with this number. */
export const subscribes = (world: World, person: Person, letter: number): boolean =>
  person.kind === 'user' && random(world.seed, 'subscribed', letter, person.index).chance(0.4)

function newsletters(world: World, person: Person): Item[] {
  return NEWSLETTERS.flatMap((letter, n) => {
    if (!subscribes(world, person, n)) return []
    return Array.from({ length: ISSUES }, (_, issue) => {
      const r = random(world.seed, 'newsletter', n, issue)
      const reader = random(world.seed, 'newsletter', n, issue, person.index)
      return {
        ...ordinary,
        key: `newsletter.${n}.${issue}`,
        folder: n === 0 ? 'user:Newsletters' : reader.chance(0.3) ? 'deleteditems' : 'inbox',
        conversation: r.guid(),
        ...messageIds(r, letter.address.split('@')[1]!),
        from: letter,
        to: [{ name: person.displayName, address: person.userPrincipalName }],
        subject: `${letter.name}: issue ${40 + issue}`,
        text: `This week in ${letter.topic}.\n\nRead more at https://${letter.address.split('@')[1]}/issues/${40 + issue}\n\nUnsubscribe at any time.`,
        receivedAt: workingMoment(r, world.epoch, 29 - issue * 4, 27 - issue * 4),
        isRead: reader.chance(0.5),
        senderIp: `198.51.100.${20 + n}`,
      }
    })
  })
}
