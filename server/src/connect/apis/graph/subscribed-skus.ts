import { z } from 'zod'

import type { Microsoft } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'

/** What the tenant has bought: products, each with the service plans that come with it. */
const SubscribedSku = z.object({
  capabilityStatus: z.string().nullish(),
  servicePlans: z.array(z.object({ servicePlanName: z.string().nullish() })),
})

export const READ_SKUS = 'LicenseAssignment.Read.All'
/** In the others the tenant has let a subscription run out. */
const GOOD = new Set(['Enabled', 'Warning'])

/**
 * Names of the service plans that the tenant has subscribed to, `AAD_PREMIUM` for instance; undefined where the application may
 * not read them.
 *
 * @throws AppError CONNECT_*
 * @see https://learn.microsoft.com/graph/api/subscribedsku-list
 * @see https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference
 */
export async function findServicePlans(microsoft: Microsoft): Promise<Set<string> | undefined> {
  const path = '/v1.0/subscribedSkus?$select=capabilityStatus,servicePlans'
  const what = 'Could not read the subscriptions of the tenant.'
  try {
    const { value } = await microsoft.json(
      { api: 'graph', path, what, permission: READ_SKUS },
      z.object({ value: z.array(SubscribedSku) }),
    )
    const good = value.filter(({ capabilityStatus }) => capabilityStatus == null || GOOD.has(capabilityStatus))
    return new Set(good.flatMap(({ servicePlans }) => servicePlans.flatMap((plan) => plan.servicePlanName ?? [])))
  } catch (error) {
    if (error instanceof AppError && error.code === 'CONNECT_PERMISSION_MISSING') return undefined
    throw error
  }
}
