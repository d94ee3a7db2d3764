import { messageIds, ordinary, workingMoment } from '#world/mail/item.ts'
import { random } from '#world/random.ts'
import type { Item } from '#world/mail/item.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

import { SUBJECT } from './campaign.ts'

/**
 * Honest mail that a careless hunt would take for the campaign: the company's real payroll notice under nearly the same
 * subject, a colleague's question about it, and a bank's notice from a sender of nearly the same name.
 */
export function lookAlikes(world: World, person: Person): Item[] {
  if (person.kind !== 'user') return []
  return [payrollNotice, question, bankNotice].flatMap((make, i) =>
    random(world.seed, 'look-alike', i, person.index).chance(0.25) ? [make(world, person)] : [],
  )
}

function payrollNotice(world: World, person: Person): Item {
  const shared = random(world.seed, 'payroll-notice')
  return {
    ...item(world, person, 'payroll'),
    ...messageIds(shared, `${world.initialDomain.split('.')[0]}.prod.outlook.example`),
    from: { name: `${world.name} Payroll`, address: `payroll@${world.domain}` },
    subject: 'Action required: confirm your payroll details',
    text: 'Please check that your bank details in the people portal are up to date before the 25th.',
    receivedAt: workingMoment(shared, world.epoch, 9, 9),
    senderIp: null,
  }
}

function question(world: World, person: Person): Item {
  const colleague = world.directory.at((person.index + 7) % world.directory.users)
  return {
    ...item(world, person, 'question'),
    from: { name: colleague.displayName, address: colleague.userPrincipalName },
    subject: `Is this real? ${SUBJECT}`,
    text: 'Did you get one of these as well? I have not clicked it, just asking.',
    receivedAt: world.epoch - random(world.seed, 'question', person.index).between(1800, 7200) * 1000,
    senderIp: null,
  }
}

function bankNotice(world: World, person: Person): Item {
  return {
    ...item(world, person, 'bank'),
    from: { name: 'Harbour Finance Payroll', address: 'payroll@harbourfinance.example' },
    subject: 'Your payroll run is complete',
    text: 'The payroll run you ordered has been carried out. Nothing needs to be done.',
  }
}

function item(world: World, person: Person, name: string): Item {
  const r = random(world.seed, 'look-alike', name, person.index)
  return {
    ...ordinary,
    key: `look-alike.${name}`,
    folder: 'inbox',
    conversation: r.guid(),
    ...messageIds(r, `mail.${name}.example`),
    from: {
      name: '',
      address: '',
    },
    to: [
      {
        name: person.displayName,
        address: person.userPrincipalName,
      },
    ],
    subject: '',
    text: '',
    receivedAt: workingMoment(r, world.epoch, 8, 1),
    isRead: r.chance(0.6),
    senderIp: '198.51.100.77',
  }
}
