import { directoryAuditOf } from '#world/entra/directory-audits.ts'
import { principalNameOf } from '#world/users.ts'
import type { Call } from '#services/graph/route.ts'
import type { ChangeMade } from '#world/entra/directory-audits.ts'
import type { DirectoryTarget } from '#world/entra/directory-activity.ts'
import type { Group } from '#world/groups.ts'
import type { User } from '#world/users.ts'

/** What the directory's audit log tells of a write, in its own words. */
export function audit(
  call: Call,
  activityDisplayName: string,
  category: string,
  operationType: ChangeMade['operationType'],
  targets: readonly DirectoryTarget[],
  loggedByService?: string,
): void {
  directoryAuditOf(call.tenant, {
    activityDisplayName,
    category,
    operationType,
    by: { appId: call.appId },
    targets,
    ...(loggedByService === undefined ? {} : { loggedByService }),
  })
}

export type Modified = DirectoryTarget['modified']

/** A value as the log writes it: JSON text of a list. */
export const listed = (value: unknown): string => JSON.stringify(value === null || value === undefined ? [] : [value])

/** One property; the log also names all of them in a row. */
export const changed = (properties: readonly { name: string; old: unknown; new: unknown }[]): Modified => [
  ...properties.map((each) => ({ name: each.name, old: listed(each.old), new: listed(each.new) })),
  {
    name: 'Included Updated Properties',
    old: null,
    new: JSON.stringify(properties.map(({ name }) => name).join(', ')),
  },
]

export const userTarget = (user: User, modified: Modified = []): DirectoryTarget => ({
  type: 'User',
  id: user.id,
  userPrincipalName: principalNameOf(user),
  modified,
})

export const groupTarget = (group: Group, modified: Modified = []): DirectoryTarget => ({
  type: 'Group',
  id: group.id,
  displayName: group.displayName,
  groupType: group.sort === 'Microsoft 365' ? 'unifiedGroups' : 'azureAD',
  modified,
})
