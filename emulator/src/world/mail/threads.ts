import { random } from '#world/random.ts'
import { PROJECTS } from '#world/names.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

import { file } from './files.ts'
import { messageIds, ordinary, workingMoment } from './item.ts'
import type { Item } from './item.ts'

const THREADS_EACH = 5
const HOUR = 3_600_000

const SUBJECTS = [
  'Project {p}: status before Thursday',
  '{p} budget, second draft',
  'Who has the {p} drawings?',
  'Handover notes for {p}',
  'Invoice approval for {p}',
  'Berth plan next week',
  'Payroll cut-off this month',
  'Please verify the {p} figures',
  'Minutes of the {p} review',
  'Training slots',
  'Shared mailbox clean-up',
  'Password rotation for the {p} portal',
]

const SENTENCES = [
  'Thanks for the quick turnaround, that helps a lot.',
  'I have put the latest numbers in the shared folder.',
  'Can we move this to Thursday afternoon?',
  'The customer asked for one more change, nothing dramatic.',
  'I will check with the terminal and come back to you.',
  'Please have a look at page three before we send it out.',
  'Let us keep the old layout until the audit is through.',
  'Works for me, go ahead.',
  'Two containers are still waiting for papers.',
  'I would rather wait for the signed version.',
]

/**
 * Conversations between colleagues. The thread (a, j) lies between user a and the user j-th stride further on, so both
 * mailboxes hold the same messages and neither needs to be stored.
 */
export function threads(world: World, person: Person): Item[] {
  if (person.kind !== 'user') return []
  const n = world.directory.users
  return strides(world).flatMap((stride, j) => [
    ...thread(world, person.index, (person.index + stride) % n, j, person),
    ...thread(world, (person.index - stride + n) % n, person.index, j, person),
  ])
}

const strides = (world: World): number[] => {
  const r = random(world.seed, 'strides')
  const room = Math.floor((world.directory.users - 1) / 2 / THREADS_EACH)
  return Array.from({ length: THREADS_EACH }, (_, j) => 1 + j * room + r.between(0, room - 1))
}

function thread(world: World, a: number, b: number, j: number, owner: Person): Item[] {
  const r = random(world.seed, 'thread', a, j)
  const conversation = r.guid()
  const project = r.pick(PROJECTS)
  const subject = r.pick(SUBJECTS).replace('{p}', project)
  const pair = [a, b].map((index) => world.directory.at(index))
  const filed = r.chance(0.2)
  let at = workingMoment(r, world.epoch, 28, 2)
  return Array.from({ length: r.between(1, 6) }, (_, k) => {
    const sender = pair[k % 2]!
    const recipient = pair[(k + 1) % 2]!
    at += k === 0 ? 0 : r.between(60, 7 * 3600) * 1000
    const mine = sender.index === owner.index
    const withFile = r.chance(0.12)
    return {
      ...ordinary,
      key: `thread.${a}.${j}.${k}`,
      folder: mine ? 'sentitems' : filed ? 'user:Project' : 'inbox',
      conversation,
      ...messageIds(r, `${world.initialDomain.split('.')[0]}.prod.outlook.example`),
      from: { name: sender.displayName, address: sender.userPrincipalName },
      to: [{ name: recipient.displayName, address: recipient.userPrincipalName }],
      subject: k === 0 ? subject : `RE: ${subject}`,
      text: [`Hi ${recipient.givenName},`, r.pick(SENTENCES), r.pick(SENTENCES), sender.givenName].join('\n\n'),
      receivedAt: Math.min(at, world.epoch - HOUR),
      isRead: mine || !random(world.seed, 'read', a, j, k).chance(0.1),
      attachments: withFile ? [plan(project, r.hex(6))] : [],
    }
  })
}

const plan = (project: string, load: string) =>
  file(`${project.toLowerCase()}-plan.csv`, 'text/csv', undefined, () =>
    Buffer.from(`week,load\n${Array.from({ length: 60 }, (_, week) => `${week},${load}\n`).join('')}`),
  )
