import { z } from 'zod'

import { readUser, SET_PASSWORDS } from '#connect/apis/graph/users.ts'
import { RESOURCE_TITLES } from '#connect/clouds.ts'
import { PASSWORD_ROLES, readDirectoryRoles } from '#connect/directory-roles.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'
import { isSealingKey } from '#domain/sealed-secret.ts'
import type { PermissionNeed, RequirementNeed } from '#domain/tenant.ts'

import type { Settled, Verdict } from './action.ts'
import type { UserTarget } from './kinds/user.ts'
import { NOT_PLANNED } from './not-planned.ts'
import { isExternal } from './user-state.ts'

/** For whom the new passwords are. */
export const PasswordOptions = z.strictObject({
  sealTo: z
    .string()
    .max(1000)
    .refine(isSealingKey, {
      error: 'It is no RSA public key (SPKI in base64). `npx cordon actions plan … --key <file>` makes one.',
    })
    .describe(
      'The public key of the person who is to know the new passwords: only its private key opens them. `--key <file>` of `npx cordon actions plan` makes it.',
    ),
})

/** What the directory says of a password, and the new one as only the person who asked for it can read it. */
export const PasswordState = z.object({
  passwordChangedAt: z.string().optional(),
  isSynced: z.boolean(),
  isExternal: z.boolean(),
  /** Absent before, and where Cordon was cut off right after Microsoft had taken the new one. */
  sealedPassword: z.string().optional(),
})
export type PasswordState = z.infer<typeof PasswordState>

/** @throws AppError CONNECT_* */
export async function readPasswordState(
  { microsoft, user, signal }: UserTarget,
  before?: PasswordState,
): Promise<PasswordState> {
  const { lastPasswordChangeDateTime: at, onPremisesSyncEnabled } = await readUser(microsoft, user.id, signal)
  const sealedPassword = before?.sealedPassword
  return {
    isSynced: onPremisesSyncEnabled ?? false,
    isExternal: isExternal(user),
    ...(typeof at === 'string' && { passwordChangedAt: at }),
    ...(sealedPassword !== undefined && { sealedPassword }),
  }
}

/** Why there is no password to set. */
export function settledPassword(now: PasswordState): Settled | undefined {
  if (now.isExternal)
    return { state: 'failed', reason: 'The user is a guest and signs in at home: only that tenant has a password.' }
  if (now.isSynced)
    return {
      state: 'failed',
      reason:
        'The user is mastered in Active Directory on premises, and an application can set no password that is written back there: reset it there, or in https://entra.microsoft.com > Users, where password writeback is set up.',
    }
  return undefined
}

/** What it means that `now` is there after `before`: the moment of the last change tells, whoever knows the password. */
export function passwordReset(before: PasswordState, now: PasswordState): Verdict {
  const at = (state: PasswordState) => Date.parse(state.passwordChangedAt ?? '1970-01-01T00:00:00Z')
  const since = now.passwordChangedAt ?? 'never'
  if (at(now) <= at(before)) return { is: 'unchanged', proof: `The password was last changed at ${since}.` }
  const known = now.sealedPassword === undefined ? LOST : 'The new one is sealed to the key of the plan.'
  return { is: 'wanted', proof: `The password was reset at ${since}. ${known}` }
}

const LOST =
  'Cordon was cut off before it could seal the new one, so that nobody knows it, and the user cannot sign in with either: reset it once more.'

/**
 * Setting a password takes a directory role, also where the user holds none.
 *
 * @throws AppError CONNECT_PERMISSION_MISSING without one; CONNECT_* when no token is issued.
 * @see https://learn.microsoft.com/graph/api/user-update
 */
export async function checkPasswordRole(microsoft: Microsoft): Promise<void> {
  const held = await readDirectoryRoles(microsoft)
  if (!held || held.some((role) => PASSWORD_ROLES.includes(role))) return
  throw new AppError({
    code: 'CONNECT_PERMISSION_MISSING',
    what: NOT_PLANNED,
    why: `Beside the permission, setting passwords takes a directory role of the application: ${PASSWORD_ROLES.join(', ')}. It holds ${held.length > 0 ? held.join(', ') : 'none'}.`,
    fix: `In https://entra.microsoft.com > Roles and administrators assign ${PASSWORD_ROLES[0]} to the application.`,
  })
}

export const RESET_PASSWORDS: PermissionNeed = {
  resource: RESOURCE_TITLES.graph,
  permission: SET_PASSWORDS,
  why: 'To set new passwords of users.',
}

export const PASSWORD_ROLE: RequirementNeed = {
  kind: 'directory-role',
  name: PASSWORD_ROLES[0]!,
  why: 'Microsoft lets an application set passwords of users only with a directory role; of administrators with one above theirs.',
}
