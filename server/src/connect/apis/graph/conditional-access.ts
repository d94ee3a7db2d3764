import { z } from 'zod'

import type { Microsoft, MicrosoftRequest } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'

import { CHANGE_POLICIES, READ_POLICIES } from './named-locations.ts'
import { percentEncode } from './odata.ts'

/**
 * Policies of Conditional Access: who is let in under which conditions. They are asked after the first factor, and hold for
 * users; a sign-in of an application passes them.
 *
 * @see https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy
 */
const Users = z.looseObject({ excludeUsers: z.array(z.string()).nullish() })

export const AccessPolicy = z.object({
  id: z.string(),
  displayName: z.string(),
  /** `enabled`, `disabled`, or `enabledForReportingButNotEnforced`: then sign-ins tell what it would have done. */
  state: z.string(),
  conditions: z.object({
    users: Users.nullish(),
    locations: z.object({ includeLocations: z.array(z.string()).nullish() }).nullish(),
  }),
})
export type AccessPolicy = z.infer<typeof AccessPolicy>

/** Microsoft asks for it with writes of policies, as they name applications. */
export const READ_APPLICATIONS = 'Application.Read.All'

const ROOT = '/v1.0/identity/conditionalAccess/policies'
const ADVICE =
  'Look at https://entra.microsoft.com > Protection > Conditional Access > Policies: while security defaults are on, no policy can be enabled, and a tenant has 195 policies.'

/** All policies. @throws AppError CONNECT_*. */
export async function listPolicies(microsoft: Microsoft, signal?: AbortSignal): Promise<AccessPolicy[]> {
  const found: AccessPolicy[] = []
  const first = { ...request('Could not list the policies of Conditional Access.', signal), permission: READ_POLICIES }
  for await (const page of microsoft.pages(first, AccessPolicy)) found.push(...page)
  return found
}

/**
 * Makes a policy that blocks every sign-in from a named location, to whatever application, of everybody but `excludeUsers`.
 *
 * @throws AppError CONNECT_*
 * @see https://learn.microsoft.com/graph/api/conditionalaccessroot-post-policies
 */
export function createBlockPolicy(
  microsoft: Microsoft,
  policy: { displayName: string; state: string; locationId: string; excludeUsers: readonly string[] },
  signal?: AbortSignal,
): Promise<AccessPolicy> {
  const { displayName, state, locationId, excludeUsers } = policy
  return microsoft.json(
    {
      ...request(`Could not make the policy ${displayName} of Conditional Access.`, signal),
      method: 'POST',
      body: {
        displayName,
        state,
        conditions: {
          clientAppTypes: ['all'],
          applications: { includeApplications: ['All'] },
          users: { includeUsers: ['All'], excludeUsers },
          locations: { includeLocations: [locationId] },
        },
        grantControls: { operator: 'OR', builtInControls: ['block'] },
      },
    },
    AccessPolicy,
  )
}

/** Has a policy leave out these users beside those that it leaves out. Idempotent. @throws AppError CONNECT_*. */
export async function excludeFromPolicy(
  microsoft: Microsoft,
  { id, displayName, conditions: { users } }: AccessPolicy,
  userIds: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const excludeUsers = [...new Set([...(users?.excludeUsers ?? []), ...userIds])]
  await microsoft.send({
    ...request(`Could not exclude users from the policy ${displayName} of Conditional Access.`, signal),
    method: 'PATCH',
    path: `${ROOT}/${percentEncode(id)}`,
    body: { conditions: { users: { ...users, excludeUsers } } },
    repeatable: true,
  })
}

/** Deletes a policy; one that is not there any more is deleted. @throws AppError CONNECT_*. */
export async function deletePolicy(microsoft: Microsoft, id: string, signal?: AbortSignal): Promise<void> {
  try {
    await microsoft.send({
      ...request('Could not delete a policy of Conditional Access.', signal),
      method: 'DELETE',
      path: `${ROOT}/${percentEncode(id)}`,
      repeatable: true,
    })
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'CONNECT_NOT_FOUND') throw error
  }
}

function request(what: string, signal?: AbortSignal): MicrosoftRequest {
  return {
    api: 'graph',
    path: ROOT,
    what,
    permission: CHANGE_POLICIES,
    license: 'Microsoft Entra ID P1',
    advice: ADVICE,
    ...(signal && { signal }),
  }
}
