import { z } from 'zod'

import { readUser, setAccountEnabled } from '#connect/apis/graph/users.ts'
import type { PermissionNeed } from '#domain/tenant.ts'

import { usersOf } from './count.ts'
import type { Account } from './define-account-switch.ts'
import type { UserTarget } from './kinds/user.ts'

/** How an account stands, as the directory says. */
export const UserState = z.object({
  accountEnabled: z.boolean(),
  /** From when on sessions count; earlier ones are worth nothing. */
  sessionsValidFrom: z.string().optional(),
  /** Copied from the company's own Active Directory, which may undo what is done here. */
  isSynced: z.boolean(),
  /** A guest, who signs in at another tenant or provider: those alone can end the sessions. */
  isExternal: z.boolean(),
})
export type UserState = z.infer<typeof UserState>

/** @throws AppError CONNECT_* */
export async function readUserState({ microsoft, user, signal }: UserTarget): Promise<UserState> {
  const { accountEnabled, onPremisesSyncEnabled, signInSessionsValidFromDateTime } = await readUser(
    microsoft,
    user.id,
    signal,
  )
  return {
    accountEnabled: accountEnabled ?? false,
    isSynced: onPremisesSyncEnabled ?? false,
    isExternal: isExternal(user),
    ...(typeof signInSessionsValidFromDateTime === 'string' && { sessionsValidFrom: signInSessionsValidFromDateTime }),
  }
}

/** Evidence of whether the account may sign in, and what may undo it. */
export function accountProof({ accountEnabled, isSynced }: UserState): string {
  const now = `The account is ${accountEnabled ? 'enabled' : 'disabled'}.`
  if (!isSynced) return now
  return `${now} It is mastered in Active Directory on premises, and a synchronization from there may undo this: change it there, too.`
}

/** Evidence of which sessions count. */
export function sessionsProof({ sessionsValidFrom }: UserState): string {
  return sessionsValidFrom === undefined
    ? 'Microsoft does not say which sessions count.'
    : `Sessions from before ${sessionsValidFrom} are worth nothing.`
}

/** Whether sessions that counted `before` no longer do. */
export function areRevoked(before: UserState, now: UserState): boolean {
  if (now.sessionsValidFrom === undefined) return false
  return Date.parse(now.sessionsValidFrom) > Date.parse(before.sessionsValidFrom ?? '1970-01-01T00:00:00Z')
}

/** Invited from another tenant or provider: by the name that Entra gives them. */
export function isExternal({ userPrincipalName }: UserTarget['user']): boolean {
  return /#EXT#@/i.test(userPrincipalName)
}

/** Reads are answered by copies of the directory, which hear of a write within seconds, rarely minutes. */
export const DIRECTORY_PATIENCE: readonly number[] = [0.5, 1, 2, 4, 8, 15, 30, 60].map((seconds) => seconds * 1000)

/** What every action on users needs to read. */
export const READ_USERS: PermissionNeed = {
  resource: 'Microsoft Graph',
  permission: 'User.Read.All',
  why: 'To find users and the directory roles they hold, and to read them back afterwards.',
}

export const ENABLE_ACCOUNTS: PermissionNeed = {
  resource: 'Microsoft Graph',
  permission: 'User.EnableDisableAccount.All',
  why: 'To disable accounts, and to enable them again.',
}

export const REVOKE_SESSIONS: PermissionNeed = {
  resource: 'Microsoft Graph',
  permission: 'User.RevokeSessions.All',
  why: 'To end the sessions of users.',
}

/** Users as something that signs in, or may not. */
export const USER_ACCOUNT: Account<UserState, UserTarget> = {
  on: 'user',
  noun: 'account',
  countOf: usersOf,
  permissions: [ENABLE_ACCOUNTS, READ_USERS],
  sensitive: true,
  state: UserState,
  patience: DIRECTORY_PATIENCE,
  read: readUserState,
  put: ({ microsoft, user, signal }, accountEnabled) => setAccountEnabled(microsoft, user, accountEnabled, signal),
  proof: accountProof,
}
