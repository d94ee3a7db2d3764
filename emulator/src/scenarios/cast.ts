import { DEPARTMENTS } from '#world/names.ts'
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
  'insider-sharing',
  'device-malware',
] as const

/** How many people a story has. */
const ROOM = 10

/** Ten people with mailboxes of their own who take part in no other story; the same whatever the other stories do. */
export function castOf(world: World, story: (typeof STORIES)[number]): readonly Person[] {
  const first = STORIES.indexOf(story) * ROOM
  return everybody(world).slice(first, first + ROOM)
}

const everybody = once((world): readonly Person[] => {
  const { directory } = world
  const taken = new Set([
    ...recipientsOf(world).map(({ index }) => index),
    ...travels(world).map(({ sign }) => sign.person.index),
    victimOf(world).index,
  ])
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
