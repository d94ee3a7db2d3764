import type { PermissionNeed } from '#domain/tenant.ts'

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
    why: 'To find messages by sender, subject, date and message ID; the body is never asked for.',
  },
]
