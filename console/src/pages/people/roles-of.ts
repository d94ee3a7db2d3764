import type { User } from '@cordon/api'

import { count } from '#lib/words.ts'

/** What somebody may do, in a few words. */
export function rolesOf({ role, tenantRoles = {} }: User): string {
  const tenants = Object.keys(tenantRoles).length
  const words = [...(role === 'none' ? [] : [role]), ...(tenants > 0 ? [`roles in ${count(tenants, 'tenant')}`] : [])]
  return words.join(', ') || 'none'
}
