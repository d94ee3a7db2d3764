import { parseTenantId, type TenantId } from '#domain/ids.ts'
import { type Role, ROLES, type Standing } from '#domain/user.ts'

/** What somebody may do, as app roles in Entra say it. */
export interface SignOnRoles {
  role: Standing
  tenantRoles: Record<TenantId, Role>
}

const VALUE = /^Cordon\.(Viewer|Analyst|Responder|Administrator)(?:\/(.+))?$/

/**
 * The roles that values of app roles stand for: `Cordon.Analyst` for the installation, `Cordon.Responder/<directory ID>` in one
 * tenant. Of several the highest counts, and whatever else is in the list is somebody else's. Only tenants in `known` count.
 */
export function readSignOnRoles(values: readonly string[], known: ReadonlySet<string>): SignOnRoles {
  const found = values.flatMap((value) => {
    const [, word, tenant] = VALUE.exec(value) ?? []
    if (word === undefined) return []
    const tenantId = tenant === undefined ? undefined : parseTenantId(tenant)
    return [{ role: word.toLowerCase() as Role, ...(tenant !== undefined && { tenantId: tenantId ?? '' }) }]
  })
  const highest = (roles: readonly { role: Role }[]) => ROLES.findLast((role) => roles.some((each) => each.role === role))
  const tenants = new Set(found.flatMap(({ tenantId }) => (tenantId && known.has(tenantId) ? [tenantId] : [])))
  const tenantRoles = [...tenants].map((id) => [id, highest(found.filter(({ tenantId }) => tenantId === id))!] as const)
  return {
    role: highest(found.filter(({ tenantId }) => tenantId === undefined)) ?? 'none',
    tenantRoles: Object.fromEntries(tenantRoles),
  }
}
