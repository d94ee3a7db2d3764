import { z } from 'zod'

import {
  AppRoleAssignment,
  CHANGE_ASSIGNMENTS,
  CHANGE_GRANTS,
  listAppRoleAssignments,
  listPermissionGrants,
  PermissionGrant,
} from '#connect/apis/graph/oauth-grants.ts'
import { findUsers } from '#connect/apis/graph/users.ts'
import { RESOURCE_TITLES } from '#connect/clouds.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'
import type { PermissionNeed } from '#domain/tenant.ts'

import type { Settled, Verdict } from './action.ts'
import type { ServicePrincipalTarget } from './kinds/service-principal.ts'

/** What is revoked of an application. */
export const GrantOptions = z
  .strictObject({
    user: z
      .string()
      .trim()
      .min(1)
      .optional()
      .describe('Object id or user principal name of one user; what everybody consented to when absent.'),
    appRoles: z
      .boolean()
      .default(false)
      .describe(
        'Take away its app roles too: what it does without a user. It asks for AppRoleAssignment.ReadWrite.All, which lets Cordon give any application, itself too, any right.',
      ),
  })
  .refine(({ user, appRoles }) => user === undefined || !appRoles, {
    error: 'App roles are not of one user: leave out `user` or `appRoles`.',
  })

/** What an application was allowed, as far as the action is about it. */
export const GrantState = z.object({
  grants: z.array(PermissionGrant),
  assignments: z.array(AppRoleAssignment),
  /** Object id of the one user whom it is about. */
  userId: z.string().optional(),
  /** What an administrator allowed it on behalf of everybody, where it is about one user. */
  forAll: z.string().optional(),
  /** In a word, for people. */
  wasAllowed: z.string(),
})
export type GrantState = z.infer<typeof GrantState>

/** @throws AppError CONNECT_*: CONNECT_NOT_FOUND where the application is not there, or the user. */
export async function readGrantState(target: ServicePrincipalTarget, before?: GrantState): Promise<GrantState> {
  const { microsoft, principal, options, signal } = target
  const { user, appRoles } = GrantOptions.parse(options ?? {})
  const userId = before?.userId ?? (user === undefined ? undefined : await idOf(microsoft, user, signal))
  const all = await listPermissionGrants(microsoft, principal.id, signal)
  const grants = userId === undefined ? all : all.filter(({ principalId }) => principalId === userId)
  const assignments = appRoles ? await listAppRoleAssignments(microsoft, principal.id, signal) : []
  const forAll = all.find(({ consentType }) => consentType === 'AllPrincipals')?.scope
  return {
    grants,
    assignments,
    ...(userId !== undefined && { userId, ...(forAll !== undefined && { forAll }) }),
    wasAllowed: [...new Set(grants.flatMap(({ scope }) => scope.split(' ').filter(Boolean)))].join(' '),
  }
}

async function idOf(microsoft: Microsoft, user: string, signal: AbortSignal | undefined): Promise<string> {
  const [found] = await findUsers(microsoft, [user], signal)
  if (found) return found.id
  throw new AppError({
    code: 'CONNECT_NOT_FOUND',
    what: 'Could not read what a user allowed an application.',
    why: `The directory has no user ${user}.`,
    fix: 'Name the user by object id or user principal name; an alias does not do.',
  })
}

/** Why there is nothing to revoke. */
export function settledGrants({ grants, assignments, forAll }: GrantState): Settled | undefined {
  if (grants.length > 0 || assignments.length > 0) return undefined
  if (forAll === undefined)
    return { state: 'already-done', proof: 'The application was allowed nothing of the kind before.' }
  return {
    state: 'failed',
    reason: `The user has allowed it nothing: an administrator did on behalf of everybody (${forAll}). Leave the setting user out to revoke that.`,
  }
}

/** What it means for revoking that `now` is left of `before`. */
export function revoked(before: GrantState, now: GrantState): Verdict {
  const left = now.grants.length + now.assignments.length
  const proof = grantProof(now)
  if (left === 0) return { is: 'wanted', proof }
  return { is: left < before.grants.length + before.assignments.length ? 'partly' : 'unchanged', proof }
}

/** What it means for giving back that `now` is there of `before`. */
export function givenBack(before: GrantState, now: GrantState): Verdict {
  const proof = grantProof(now)
  const pairs = before.grants.map((was) => [was, now.grants.find((is) => isSameGrant(was, is))] as const)
  const holds = (was: AppRoleAssignment) =>
    now.assignments.some(({ resourceId, appRoleId }) => resourceId === was.resourceId && appRoleId === was.appRoleId)
  if (pairs.some(([, is]) => is === undefined) || !before.assignments.every(holds)) return { is: 'unchanged', proof }
  // Somebody has consented to more or less since: that stays as it is.
  return { is: pairs.every(([was, is]) => was.scope === is?.scope) ? 'wanted' : 'elsewhere', proof }
}

/** Microsoft keeps one grant for an application, an API and whom it is on behalf of. */
function isSameGrant(a: PermissionGrant, b: PermissionGrant): boolean {
  return a.resourceId === b.resourceId && (a.principalId ?? undefined) === (b.principalId ?? undefined)
}

function grantProof({ grants, assignments, userId, forAll }: GrantState): string {
  const whose = userId === undefined ? 'users' : 'the user'
  const consents =
    grants.length === 0
      ? `It is allowed nothing on behalf of ${whose}.`
      : `It is allowed on behalf of ${whose}: ${grants.map(({ scope, principalId }) => `${scope} (${principalId ?? 'everybody'})`).join('; ')}.`
  const roles = assignments.map(({ appRoleId, resourceDisplayName }) => `${appRoleId} of ${resourceDisplayName}`)
  const own = roles.length === 0 ? '' : ` It holds app roles: ${roles.join('; ')}.`
  const still =
    forAll === undefined
      ? ''
      : ` What an administrator allowed on behalf of everybody covers the user still: ${forAll}.`
  return `${consents}${own}${still}`
}

export const REVOKE_GRANTS: PermissionNeed = {
  resource: RESOURCE_TITLES.graph,
  permission: CHANGE_GRANTS,
  why: 'To see and revoke what applications were allowed on behalf of users, and to allow it again.',
}

export const REVOKE_APP_ROLES: PermissionNeed = {
  resource: RESOURCE_TITLES.graph,
  permission: CHANGE_ASSIGNMENTS,
  why: 'To take app roles away from applications, and to give them again. It lets Cordon give any application any right: grant it only where this is wanted.',
}
