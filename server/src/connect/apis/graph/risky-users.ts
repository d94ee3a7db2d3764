import { z } from 'zod'

import { AppError } from '#domain/errors.ts'
import type { Microsoft, MicrosoftRequest } from '#connect/microsoft.ts'

import { percentEncode } from './odata.ts'

/** Users at risk, as Identity Protection holds them: Microsoft Entra ID P2, in Microsoft's words. */

const RiskyUser = z.object({ riskState: z.string(), riskLevel: z.string(), riskDetail: z.string().nullish() })
export type RiskyUser = z.infer<typeof RiskyUser>

export const READ_RISK = 'IdentityRiskyUser.Read.All'
export const WRITE_RISK = 'IdentityRiskyUser.ReadWrite.All'
export const RISK_LICENSE = 'Microsoft Entra ID P2'

const RISKY_USERS = '/v1.0/identityProtection/riskyUsers'

/**
 * How the user stands; undefined for one that never was at risk.
 *
 * @throws AppError CONNECT_*; CONNECT_REQUEST_REFUSED where the tenant has no license for it.
 * @see https://learn.microsoft.com/graph/api/riskyuser-get
 */
export async function readRiskyUser(
  microsoft: Microsoft,
  id: string,
  signal?: AbortSignal,
): Promise<RiskyUser | undefined> {
  const path = `${RISKY_USERS}/${percentEncode(id)}`
  try {
    return await microsoft.json(request(path, `Could not read the risk of the user ${id}.`, signal), RiskyUser)
  } catch (error) {
    if (error instanceof AppError && error.code === 'CONNECT_NOT_FOUND') return undefined
    throw error
  }
}

/** Asks whether the tenant has Identity Protection. @throws AppError CONNECT_*, CONNECT_REQUEST_REFUSED where it has not. */
export async function checkRiskyUsers(microsoft: Microsoft): Promise<void> {
  const path = `${RISKY_USERS}?$top=1`
  await microsoft.json(request(path, 'Could not read the users at risk.'), z.object({ value: z.array(RiskyUser) }))
}

/**
 * Says of a user that it is compromised, or that its risk is none. Microsoft takes it at once, and may show it later.
 *
 * @throws AppError CONNECT_*
 * @see https://learn.microsoft.com/graph/api/riskyuser-confirmcompromised
 * @see https://learn.microsoft.com/graph/api/riskyuser-dismiss
 */
export async function decideRisk(
  microsoft: Microsoft,
  id: string,
  decision: 'confirmCompromised' | 'dismiss',
  signal?: AbortSignal,
): Promise<void> {
  const what = `Could not ${decision === 'dismiss' ? 'dismiss the risk of' : 'confirm as compromised'} the user ${id}.`
  await microsoft.send({
    ...request(`${RISKY_USERS}/${decision}`, what, signal),
    method: 'POST',
    body: { userIds: [id] },
    permission: WRITE_RISK,
    repeatable: true,
  })
}

function request(path: string, what: string, signal?: AbortSignal): MicrosoftRequest {
  return { api: 'graph', path, what, permission: READ_RISK, license: RISK_LICENSE, ...(signal && { signal }) }
}
