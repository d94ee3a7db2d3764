import { randomBytes } from 'node:crypto'

import type { Tenant } from '#cloud.ts'

/** Claims that every token of Entra has, besides those that say for whom and to whom it is. Times are seconds. */
export const commonClaims = (tenant: Tenant, now: number, lifetime: number) => ({
  iat: now,
  nbf: now,
  exp: now + lifetime,
  aio: randomBytes(24).toString('base64'),
  rh: `1.${randomBytes(18).toString('base64url')}.`,
  tid: tenant.world.tenantId,
  uti: randomBytes(16).toString('base64url'),
})
