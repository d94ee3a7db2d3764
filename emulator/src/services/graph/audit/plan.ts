import { GraphError } from '#services/graph/errors.ts'
import { entraPlan } from '#world/entra/plan.ts'
import type { EntraPlan } from '#world/entra/plan.ts'
import type { Tenant } from '#cloud.ts'

const DAY = 86_400_000

export const planOf = (tenant: Tenant): EntraPlan['plan'] => tenant.objects(entraPlan).find('plan')!.plan

/** How long sign-ins and directory audits are kept, milliseconds. */
export const retentionOf = (tenant: Tenant): number => (planOf(tenant) === 'free' ? 7 : 30) * DAY

/** @throws GraphError 403 where the tenant has not paid for it. */
export function requirePlan(tenant: Tenant, ...plans: readonly EntraPlan['plan'][]): void {
  if (plans.includes(planOf(tenant))) return
  throw new GraphError(
    403,
    'Authentication_RequestFromNonPremiumTenantOrB2CTenant',
    "Neither tenant is B2C or tenant doesn't have premium license",
  )
}
