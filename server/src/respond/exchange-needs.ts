import { EXCHANGE_PERMISSION } from '#connect/apis/exchange-admin/invoke-command.ts'
import { CHANGE_MAILBOX_ROLE } from '#connect/apis/exchange-admin/mailbox.ts'
import { RESOURCE_TITLES } from '#connect/clouds.ts'
import { AppError } from '#domain/errors.ts'
import type { PermissionNeed, RequirementNeed } from '#domain/tenant.ts'

/** What lets an application run commands of Exchange at all. */
export function manageExchange(why: string): PermissionNeed {
  return { resource: RESOURCE_TITLES['exchange-admin'], permission: EXCHANGE_PERMISSION, why }
}

/** What opens to it those that change mailboxes. */
export const EXCHANGE_ADMINISTRATOR: RequirementNeed = {
  kind: 'directory-role',
  name: CHANGE_MAILBOX_ROLE,
  why: 'Exchange opens its commands by roles: this one lets the application change mailboxes. Assigned in Microsoft Entra > Roles and administrators.',
}

/** An object id that no mailbox has. */
const NOBODY = '00000000-0000-0000-0000-000000000000'

/**
 * Finds out whether Exchange opens a command to the application: run on nobody's mailbox it changes nothing, and only who may
 * run it is told that the mailbox is not there. A role group of Exchange opens commands as well, of which no token tells.
 *
 * @throws AppError CONNECT_PERMISSION_MISSING where it does not; other CONNECT_*.
 */
export async function checkCommand(run: (mailbox: string) => Promise<unknown>): Promise<void> {
  try {
    await run(NOBODY)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'CONNECT_NOT_FOUND') throw error
  }
}
