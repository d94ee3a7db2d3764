import { findServicePlans } from '#connect/apis/graph/subscribed-skus.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'
import type { RequirementNeed } from '#domain/tenant.ts'

import { NOT_PLANNED } from './not-planned.ts'

export const CONDITIONAL_ACCESS_LICENSE: RequirementNeed = {
  kind: 'license',
  name: 'Microsoft Entra ID P1',
  why: 'Conditional Access is part of it; assigned to the users concerned.',
}

/** Microsoft Entra ID P1 and P2, by themselves or within a suite. */
const SERVICE_PLANS = ['AAD_PREMIUM', 'AAD_PREMIUM_P2']

/**
 * Whether the tenant has what Conditional Access is part of. Where the application may not read subscriptions, Microsoft
 * tells it when a policy is written.
 *
 * @throws AppError ACTION_NOT_OFFERED where it has not; CONNECT_*.
 */
export async function checkConditionalAccess(microsoft: Microsoft): Promise<void> {
  const plans = await findServicePlans(microsoft)
  if (plans === undefined || SERVICE_PLANS.some((name) => plans.has(name))) return
  throw new AppError({
    code: 'ACTION_NOT_OFFERED',
    what: NOT_PLANNED,
    why: 'Conditional Access is part of Microsoft Entra ID P1, and no subscription of the tenant has it (service plan AAD_PREMIUM).',
    fix: 'Look at https://admin.microsoft.com > Billing > Your products. Without it, end sessions or disable the users who signed in from there.',
  })
}
