import type { PermissionNeed } from '#domain/tenant.ts'

import { PAIR_PERMISSIONS } from './mail/pairs/permissions.ts'
import { PEOPLE_PERMISSIONS } from './mail/people/permissions.ts'

/** What investigating needs. The connection test and the set-up page are made from this list. */
export const INVESTIGATE_PERMISSIONS: readonly PermissionNeed[] = [
  {
    resource: 'Microsoft Graph',
    permission: 'User.Read.All',
    why: 'To list the mailboxes to search, and to find a user by any of their addresses.',
  },
  {
    resource: 'Microsoft Graph',
    permission: 'Mail.Read',
    why: 'To find messages, and to read what is in one where a filter or evidence asks for it.',
  },
  {
    resource: 'Microsoft Graph',
    permission: 'GroupMember.Read.All',
    why: 'To search the mailboxes of a group and of the groups inside it.',
  },
  ...PAIR_PERMISSIONS,
  ...PEOPLE_PERMISSIONS,
]
