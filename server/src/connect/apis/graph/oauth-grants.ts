import { z } from 'zod'

import type { Microsoft, MicrosoftRequest } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'

import { percentEncode } from './odata.ts'
import { principalPath, READ_PRINCIPALS } from './service-principals.ts'

/**
 * What an application was allowed in the tenant: delegated permissions that people or an administrator consented to, and app
 * roles. Tokens that are out work on for about an hour after either is taken away.
 *
 * @see https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant
 * @see https://learn.microsoft.com/graph/api/resources/approleassignment
 */
export const PermissionGrant = z.object({
  id: z.string(),
  /** Object id of the service principal that was allowed. */
  clientId: z.string(),
  /** `AllPrincipals`: on behalf of everybody; `Principal`: of one user. */
  consentType: z.enum(['AllPrincipals', 'Principal']),
  /** The user; null for everybody. */
  principalId: z.string().nullish(),
  /** Object id of the API's service principal. */
  resourceId: z.string(),
  /** Parted by spaces. */
  scope: z.string(),
})
export type PermissionGrant = z.infer<typeof PermissionGrant>

export const AppRoleAssignment = z.object({
  id: z.string(),
  appRoleId: z.string(),
  /** Object id of the service principal that holds the role. */
  principalId: z.string(),
  resourceId: z.string(),
  resourceDisplayName: z.string().nullish(),
})
export type AppRoleAssignment = z.infer<typeof AppRoleAssignment>

export const CHANGE_GRANTS = 'DelegatedPermissionGrant.ReadWrite.All'
export const CHANGE_ASSIGNMENTS = 'AppRoleAssignment.ReadWrite.All'

/** Delegated permissions of a service principal. @throws AppError CONNECT_*. */
export function listPermissionGrants(
  microsoft: Microsoft,
  clientId: string,
  signal?: AbortSignal,
): Promise<PermissionGrant[]> {
  const path = `${principalPath(clientId)}/oauth2PermissionGrants`
  const what = 'Could not list what an application was allowed on behalf of users.'
  return all(microsoft, request({ path, what, permission: CHANGE_GRANTS }, signal), PermissionGrant)
}

/** Deletes delegated permissions; those that are not there any more are deleted. @throws AppError CONNECT_*. */
export function deletePermissionGrant(microsoft: Microsoft, id: string, signal?: AbortSignal): Promise<void> {
  const path = `/v1.0/oauth2PermissionGrants/${percentEncode(id)}`
  return remove(microsoft, request({ path, what: 'Could not revoke a consent.', permission: CHANGE_GRANTS }, signal))
}

/** Gives delegated permissions again as they were; gives those that are there. @throws AppError CONNECT_*. */
export async function recreatePermissionGrant(
  microsoft: Microsoft,
  stored: PermissionGrant,
  signal?: AbortSignal,
): Promise<PermissionGrant> {
  const { id: _, ...grant } = stored
  const there = await listPermissionGrants(microsoft, grant.clientId, signal)
  const same = there.find(
    ({ resourceId, principalId }) =>
      resourceId === grant.resourceId && (principalId ?? null) === (grant.principalId ?? null),
  )
  if (same) return same
  const post = { method: 'POST', path: '/v1.0/oauth2PermissionGrants', body: grant } as const
  const what = 'Could not give a consent again.'
  return microsoft.json(request({ ...post, what, permission: CHANGE_GRANTS }, signal), PermissionGrant)
}

/** App roles of a service principal. @throws AppError CONNECT_*. */
export function listAppRoleAssignments(
  microsoft: Microsoft,
  principalId: string,
  signal?: AbortSignal,
): Promise<AppRoleAssignment[]> {
  const path = `${principalPath(principalId)}/appRoleAssignments`
  const what = 'Could not list the app roles of an application.'
  return all(microsoft, request({ path, what, permission: READ_PRINCIPALS }, signal), AppRoleAssignment)
}

/** Takes an app role away; one that is not there any more is taken away. @throws AppError CONNECT_*. */
export function deleteAppRoleAssignment(
  microsoft: Microsoft,
  { id, principalId }: Pick<AppRoleAssignment, 'id' | 'principalId'>,
  signal?: AbortSignal,
): Promise<void> {
  const path = `${principalPath(principalId)}/appRoleAssignments/${percentEncode(id)}`
  const what = 'Could not take an app role away from an application.'
  return remove(microsoft, request({ path, what, permission: CHANGE_ASSIGNMENTS }, signal))
}

/** Gives an app role again; gives it where it is there. @throws AppError CONNECT_*. */
export async function recreateAppRoleAssignment(
  microsoft: Microsoft,
  { principalId, resourceId, appRoleId }: AppRoleAssignment,
  signal?: AbortSignal,
): Promise<AppRoleAssignment> {
  const there = await listAppRoleAssignments(microsoft, principalId, signal)
  const same = there.find((each) => each.resourceId === resourceId && each.appRoleId === appRoleId)
  if (same) return same
  const path = `${principalPath(principalId)}/appRoleAssignments`
  const post = { method: 'POST', path, body: { principalId, resourceId, appRoleId } } as const
  const what = 'Could not give an app role to an application again.'
  return microsoft.json(request({ ...post, what, permission: CHANGE_ASSIGNMENTS }, signal), AppRoleAssignment)
}

function request(of: Omit<MicrosoftRequest, 'api' | 'signal'>, signal: AbortSignal | undefined): MicrosoftRequest {
  return { api: 'graph', ...of, ...(signal && { signal }) }
}

async function all<T>(microsoft: Microsoft, first: MicrosoftRequest, item: z.ZodType<T>): Promise<T[]> {
  const found: T[] = []
  for await (const page of microsoft.pages(first, item)) found.push(...page)
  return found
}

async function remove(microsoft: Microsoft, of: MicrosoftRequest): Promise<void> {
  try {
    await microsoft.send({ ...of, method: 'DELETE', repeatable: true })
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'CONNECT_NOT_FOUND') throw error
  }
}
