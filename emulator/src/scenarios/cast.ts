import { DEPARTMENTS } from '#world/names.ts'
import { itStaff } from '#world/roles.ts'
import { random } from '#world/random.ts'
import { travels } from '#world/entra/risk.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

import { once } from './once.ts'
import { recipientsOf } from './phish-campaign/campaign.ts'
import { victimOf } from './account-takeover/victim.ts'

/**
 * Who takes part in which story. Nobody takes part in two, so that a cloud can be made with all of them and what is found
 * about one person belongs to one story. Heads of departments, IT and travelers are left out: they have records of the
 * same kinds in everyday life.
 */
const STORIES = [
  'phish-campaign',
  'business-email-compromise',
  'oauth-consent',
  'password-spray',
  'mfa-fatigue',
  'mass-download',
  'mailbox-delegation',
  'audit-disabled',
  'sharing-links',
  'malware-device',
] as const

/** How many people a story has. */
const ROOM = 10

/** Ten people with mailboxes of their own who take part in no other story; the same whatever the other stories do. */
export function castOf(world: World, story: (typeof STORIES)[number]): readonly Person[] {
  const first = STORIES.indexOf(story) * ROOM
  return everybody(world).slice(first, first + ROOM)
}

/** Who takes part in the usual stories, or traveled. */
const busy = once(
  (world) =>
    new Set([
      ...recipientsOf(world).map(({ index }) => index),
      ...travels(world).map(({ sign }) => sign.person.index),
      victimOf(world).index,
    ]),
)

/** Stories of administrators: each has one of the IT department. */
const ADMINISTRATORS = ['mailbox-delegation', 'audit-disabled'] as const

/** Those of the IT department who hold a role from birth come first. */
const HOLDERS = 5

/** Somebody of the IT department who takes part in no other story, and from birth holds no role if there are enough. */
export function administratorOf(world: World, story: (typeof ADMINISTRATORS)[number]): Person {
  const staff = itStaff(world.directory, HOLDERS + 20)
  const free = [...staff.slice(HOLDERS), ...staff.slice(0, HOLDERS)].filter(({ index }) => !busy(world).has(index))
  return free[ADMINISTRATORS.indexOf(story)] ?? castOf(world, story).at(-1)!
}

/** True for somebody who takes part in some story. */
export const isCast = (world: World, { index }: Person): boolean =>
  busy(world).has(index) ||
  everybody(world).some((each) => each.index === index) ||
  ADMINISTRATORS.some((story) => administratorOf(world, story).index === index)

const everybody = once((world): readonly Person[] => {
  const { directory } = world
  const taken = new Set(busy(world))
  const r = random(world.seed, 'cast')
  const chosen: Person[] = []
  while (chosen.length < STORIES.length * ROOM) {
    const person = directory.at(r.between(DEPARTMENTS.length, directory.users - 1))
    if (taken.has(person.index) || person.department === 'IT') continue
    taken.add(person.index)
    chosen.push(person)
  }
  return chosen
})
