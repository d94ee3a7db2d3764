import type { ActingApplication, DirectoryChange } from '#world/audit/records/entra.ts'
import type { Person } from '#world/directory.ts'

/** A change of the directory, from which the audit record of the feed and the one of Graph are made. */
export interface DirectoryActivity {
  /** Of the feed's record. */
  id: string
  at: number
  /** `Add member to role`: the feed writes it with a period. */
  activityDisplayName: string
  /** `UserManagement`, `GroupManagement`, `RoleManagement`, `ApplicationManagement`, `Policy`, … */
  category: string
  operationType: 'Add' | 'Update' | 'Delete' | 'Assign' | 'Unassign'
  actor: Person | ActingApplication
  /** Of the client that a person used. */
  ip: string
  targets: readonly DirectoryTarget[]
  /** `Core Directory` unless given. */
  loggedByService?: string
  /** Why it failed; absent for what worked. */
  failure?: string
  /** What is said of it beside that it worked. */
  remark?: string
  details?: readonly { key: string; value: string }[]
}

export interface DirectoryTarget {
  type: 'User' | 'Group' | 'ServicePrincipal' | 'Application' | 'Role' | 'Policy' | 'Device' | 'Directory' | 'Other'
  id: string
  displayName?: string
  userPrincipalName?: string
  groupType?: 'unifiedGroups' | 'azureAD'
  /** Values are JSON text, as on the wire: `"\"Reader\""`, `"[true]"`. */
  modified: readonly { name: string; old: string | null; new: string | null }[]
}

/** What the feed tells of it. Types of a target: 5 a user principal name, 2 an object, 1 a display name. */
export function changeOf(activity: DirectoryActivity): DirectoryChange {
  const [first] = activity.targets
  return {
    id: activity.id,
    at: activity.at,
    operation: `${activity.activityDisplayName}.`,
    actor: activity.actor,
    ip: activity.ip,
    objectId: first?.userPrincipalName ?? first?.id ?? 'Not Available',
    target: activity.targets.flatMap(({ type, id, displayName, userPrincipalName }) => [
      { ID: `${type}_${id}`, Type: 2 },
      { ID: id, Type: 2 },
      { ID: type, Type: 2 },
      ...(displayName === undefined ? [] : [{ ID: displayName, Type: 1 }]),
      ...(userPrincipalName === undefined ? [] : [{ ID: userPrincipalName, Type: 5 }]),
    ]),
    modified: activity.targets.flatMap(({ modified }) =>
      modified.map((each) => ({ Name: each.name, NewValue: each.new ?? '', OldValue: each.old ?? '' })),
    ),
    ...(activity.details
      ? {
          extended: [
            {
              Name: 'additionalDetails',
              Value: JSON.stringify(Object.fromEntries(activity.details.map(({ key, value }) => [key, value]))),
            },
          ],
        }
      : {}),
    ...(activity.failure === undefined ? {} : { failed: true }),
  }
}
