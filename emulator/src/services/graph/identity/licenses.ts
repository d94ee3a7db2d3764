import type { Tenant } from '#cloud.ts'
import { planOf } from '#services/graph/audit/plan.ts'
import { random } from '#world/random.ts'
import type { User } from '#world/users.ts'

/** The one product that the company has bought: Office 365 E3, with ids as published. */
export const SKU = { skuId: '6fd2c87f-b296-42f0-b197-1e91e994b900', skuPartNumber: 'ENTERPRISEPACK' }

const plan = (servicePlanId: string, servicePlanName: string, service: string) => ({
  servicePlanId,
  servicePlanName,
  service,
})

const PLANS = [
  plan('efb87545-963c-4e0d-99df-69c6916d9eb0', 'EXCHANGE_S_ENTERPRISE', 'exchange'),
  plan('5dbe027f-2339-4123-9542-606e4d348a72', 'SHAREPOINTENTERPRISE', 'SharePoint'),
  plan('57ff2da0-773e-42df-b2af-ffb7a2317929', 'TEAMS1', 'TeamspaceAPI'),
  plan('41781fb2-bc02-4b7c-bd55-b576c07bb09d', 'AAD_PREMIUM', 'AADPremiumService'),
  plan('eec0eb4f-6444-4f95-aba0-50c24d67f998', 'AAD_PREMIUM_P2', 'AADPremiumService'),
]

/** The directory's own plans go by what the tenant has paid for it: P2 holds P1. */
export const plansOf = (tenant: Tenant) => {
  const without = { free: ['AAD_PREMIUM', 'AAD_PREMIUM_P2'], P1: ['AAD_PREMIUM_P2'], P2: [] }[planOf(tenant)]
  return PLANS.filter(({ servicePlanName }) => !without.some((name) => name === servicePlanName))
}

export const servicePlans = (tenant: Tenant) =>
  plansOf(tenant).map(({ servicePlanId, servicePlanName }) => ({
    servicePlanId,
    servicePlanName,
    provisioningStatus: 'Success',
    appliesTo: 'User',
  }))

export const assignedPlans = (tenant: Tenant, at: string) =>
  plansOf(tenant).map(({ servicePlanId, service }) => ({
    assignedDateTime: at,
    capabilityStatus: 'Enabled',
    service,
    servicePlanId,
  }))

export const isLicensed = ({ person }: User): boolean => person?.kind === 'user'

export const licenseDetails = (tenant: Tenant, user: User): Record<string, unknown>[] =>
  isLicensed(user)
    ? [
        {
          id: Buffer.from(random(tenant.world.seed, 'license', user.id).hex(64), 'hex').toString('base64url'),
          ...SKU,
          servicePlans: servicePlans(tenant),
        },
      ]
    : []
