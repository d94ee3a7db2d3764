import type { PermissionNeed } from '#domain/tenant.ts'

/** What following a mail needs besides reading mail (Mail.Read) and hunting (ThreatHunting.Read.All). */
export const PEOPLE_PERMISSIONS: readonly PermissionNeed[] = [
  {
    resource: 'Microsoft Graph',
    permission: 'Calendars.Read',
    why: 'To find the events that a malicious meeting invitation put into calendars.',
  },
]
