import { z } from 'zod'

import { type AppError, toAppError } from '#domain/errors.ts'
import type { ConnectionSettings, MailboxVerdict } from '#domain/tenant.ts'

import { permissionFix } from './faults.ts'
import type { Microsoft } from './microsoft.ts'

/**
 * Which mailboxes the application really reaches. Neither its token nor any list says so: RBAC for Applications grants what the
 * token does not hold, an application access policy takes away what it holds. So a mailbox that must open is opened, and so is
 * one that must not.
 *
 * @param roles what its token for Microsoft Graph holds.
 */
export async function tryMailboxes(
  microsoft: Microsoft,
  { testMailbox, outsideMailbox }: ConnectionSettings,
  roles: readonly string[],
): Promise<MailboxVerdict[]> {
  const wanted = [
    ...(testMailbox === undefined ? [] : [{ address: testMailbox, expected: 'reachable' as const }]),
    ...(outsideMailbox === undefined ? [] : [{ address: outsideMailbox, expected: 'unreachable' as const }]),
  ]
  return Promise.all(
    wanted.map(async ({ address, expected }) => {
      const fault = await openInbox(microsoft, address)
      const code = fault?.microsoft?.code
      const judged = expected === 'reachable' ? mustOpen(fault, roles) : mustStayShut(fault, roles)
      return { address, expected, ...(code && { microsoftCode: code }), ...judged }
    }),
  )
}

type Judged = Pick<MailboxVerdict, 'verdict' | 'detail' | 'fix'>

function mustOpen(fault: AppError | undefined, roles: readonly string[]): Judged {
  if (!fault) {
    const scoped = mailRole(roles)
      ? ''
      : ' No token holds the permission: a role in Exchange Online (RBAC for Applications) gives it.'
    return { verdict: 'as-expected', detail: `Its Inbox was opened.${scoped}` }
  }
  if (fault.code !== 'CONNECT_PERMISSION_MISSING') return { verdict: 'unknown', detail: fault.why, fix: fault.fix }
  const role = mailRole(roles)
  if (role === undefined) {
    const fix = `${permissionFix('Mail.Read', 'Microsoft Graph')} Or assign the role "Application Mail.Read" with a management scope in Exchange Online.`
    return { verdict: 'otherwise', detail: `Exchange refused it: ${fault.why}`, fix }
  }
  return {
    verdict: 'otherwise',
    detail: `The token holds ${role}, but Exchange keeps the application out of this mailbox: an application access policy limits it.`,
    fix: 'In Exchange Online PowerShell see `Get-ApplicationAccessPolicy` and `Test-ApplicationAccessPolicy -Identity <mailbox> -AppId <application ID>`; add the mailbox to its group, or choose a test mailbox inside.',
  }
}

function mustStayShut(fault: AppError | undefined, roles: readonly string[]): Judged {
  if (fault?.code === 'CONNECT_PERMISSION_MISSING') {
    return { verdict: 'as-expected', detail: 'Exchange keeps the application out of it.' }
  }
  if (fault) return { verdict: 'unknown', detail: fault.why, fix: fault.fix }
  const role = mailRole(roles)
  return {
    verdict: 'otherwise',
    detail: 'Its Inbox was opened, although the application must not reach it.',
    fix: role
      ? `The consent to ${role} in Entra reaches every mailbox, and a role in Exchange Online adds to it: remove the consent under App registrations > the application > API permissions, and keep the scoped role alone.`
      : 'Narrow the management scope of the role assignment in Exchange Online: `Get-ManagementRoleAssignment -RoleAssigneeType ServicePrincipal`.',
  }
}

function mailRole(roles: readonly string[]): string | undefined {
  return roles.find((role) => role === 'Mail.Read' || role === 'Mail.ReadWrite')
}

async function openInbox(microsoft: Microsoft, address: string): Promise<AppError | undefined> {
  const what = `Could not open the Inbox of ${address}.`
  const path = `/v1.0/users/${encodeURIComponent(address)}/mailFolders/inbox?$select=id`
  try {
    await microsoft.json({ api: 'graph', path, what, permission: 'Mail.Read' }, z.unknown())
    return undefined
  } catch (error) {
    return toAppError(error, what)
  }
}
