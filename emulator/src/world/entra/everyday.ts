import { groupId } from '#world/roles.ts'
import { directoryChange, signIn } from '#world/audit/records/entra.ts'
import { homeIp } from '#world/audit/records/record.ts'
import { projectOf } from '#world/groups.ts'
import type { AuditRecord } from '#world/audit/records/record.ts'
import type { Occasion } from '#world/audit/benign.ts'
import type { Person } from '#world/directory.ts'
import type { SignIn } from '#world/audit/records/entra.ts'
import type { World } from '#world/world.ts'

import { changeOf } from './directory-activity.ts'
import { APPLICATIONS } from './sign-in-applications.ts'
import { localHour } from './places.ts'
import type { DirectoryActivity } from './directory-activity.ts'

/**
 * What people do in Entra ID all day: they sign in, and now and then something in the directory is changed. The audit feed
 * and Graph's sign-in and directory logs tell of the same events, each in its own words and with its own delay.
 */
export type EntraEvent = { signIn: SignIn } | { activity: DirectoryActivity }

export function entraEvent(occasion: Occasion): EntraEvent {
  const { r } = occasion
  const kind = r.next() * 100
  if (kind < 95) return { signIn: logOn(occasion, somebodyAwake(occasion), kind >= 88) }
  const { directory } = occasion.world
  const person = directory.at(r.between(0, directory.users - 1))
  return { activity: kind < 98 ? updateUser(occasion, person) : joinGroup(occasion, person) }
}

/** The event as the audit feed tells it. */
export const entraRecord = (world: World, event: EntraEvent): AuditRecord =>
  'signIn' in event ? signIn(world, event.signIn) : directoryChange(world, changeOf(event.activity))

const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
]

const ERRORS = [
  { number: 50_126, word: 'InvalidUserNameOrPassword' },
  { number: 50_074, word: 'UserStrongAuthClientAuthNRequiredInterrupt' },
  { number: 50_055, word: 'InvalidPasswordExpiredPassword' },
]

function logOn({ world, r, id, at }: Occasion, person: Person, failed: boolean): SignIn {
  const application = r.pick(APPLICATIONS)
  return {
    id,
    at,
    person,
    ip: homeIp(world, person),
    // A person has one computer.
    userAgent: AGENTS[person.index % 5 === 0 ? 1 : 0]!,
    applicationId: application.id,
    resourceId: application.resourceId,
    sessionId: r.guid(),
    ...(failed ? { error: r.pick(ERRORS) } : {}),
  }
}

/** Mostly somebody for whom it is day; a few work at night. */
function somebodyAwake({ world, r, at }: Occasion): Person {
  let person = world.directory.at(r.between(0, world.directory.users - 1))
  for (let attempt = 0; attempt < 4; attempt++) {
    const hour = localHour(person.office.office, at)
    if (hour >= 7 && hour < 19) break
    person = world.directory.at(r.between(0, world.directory.users - 1))
  }
  return person
}

/** The administrator who looks after the directory. */
const ADMINISTRATOR = 7

const updateUser = ({ world, r, id, at }: Occasion, person: Person): DirectoryActivity => ({
  id,
  at,
  activityDisplayName: 'Update user',
  category: 'UserManagement',
  operationType: 'Update',
  actor: world.directory.at(ADMINISTRATOR),
  ip: homeIp(world, world.directory.at(ADMINISTRATOR)),
  targets: [
    {
      type: 'User',
      id: person.id,
      userPrincipalName: person.userPrincipalName,
      modified: [
        { name: 'PhysicalDeliveryOfficeName', old: '[]', new: `["${r.pick(['Rotterdam', 'Lisbon'])}"]` },
        { name: 'Included Updated Properties', old: null, new: '"PhysicalDeliveryOfficeName"' },
      ],
    },
  ],
})

function joinGroup({ world, id, at }: Occasion, person: Person): DirectoryActivity {
  const project = projectOf(person)
  const group = groupId(world.seed, `Project ${project}`)
  return {
    id,
    at,
    activityDisplayName: 'Add member to group',
    category: 'GroupManagement',
    operationType: 'Assign',
    actor: world.directory.at(ADMINISTRATOR),
    ip: homeIp(world, world.directory.at(ADMINISTRATOR)),
    targets: [
      {
        type: 'User',
        id: person.id,
        userPrincipalName: person.userPrincipalName,
        modified: [
          { name: 'Group.ObjectID', old: null, new: `"${group}"` },
          { name: 'Group.DisplayName', old: null, new: `"Project ${project}"` },
        ],
      },
      { type: 'Group', id: group, displayName: `Project ${project}`, groupType: 'unifiedGroups', modified: [] },
    ],
  }
}
