import { parseTenantId } from '#domain/ids.ts'
import { type Role, ROLES, type Standing } from '#domain/user.ts'

/** What somebody may do, as app roles in Entra say it. */
export interface SignOnRoles {
  role: Standing
  tenantRoles: Record<string, Role>
}

const EVERYWHERE = /^Cordon\.(Viewer|Analyst|Responder|Administrator)$/
const IN_TENANT = /^Cordon\.(Viewer|Analyst|Responder|Administrator)\/(.+)$/

/**
 * The roles that values of app roles stand for: `Cordon.Analyst` for the installation, `Cordon.Responder/<directory ID>` in one
 * tenant. Of several the highest counts; whatever else is in the list is not Cordon's. Only tenants in `known` count.
 */
export function readSignOnRoles(values: readonly string[], known: ReadonlySet<string>): SignOnRoles {
  const roles = values.flatMap((value) => wordIn(EVERYWHERE.exec(value)))
  const inTenants = values.flatMap((value) => {
    const match = IN_TENANT.exec(value)
    const tenantId = parseTenantId(match?.[2] ?? '')
    return tenantId && known.has(tenantId) ? wordIn(match).map((role) => ({ tenantId, role })) : []
  })
  const byTenant = Object.groupBy(inTenants, ({ tenantId }) => tenantId)
  const tenantRoles = Object.entries(byTenant).flatMap(([id, held = []]) => {
    const role = highest(held.map((each) => each.role))
    return role === 'none' ? [] : [[id, role] as const]
  })
  return { role: highest(roles), tenantRoles: Object.fromEntries(tenantRoles) }
}

const wordIn = (match: RegExpExecArray | null): Role[] => ROLES.filter((role) => role === match?.[1]?.toLowerCase())

const highest = (roles: readonly Role[]): Standing => ROLES.findLast((role) => roles.includes(role)) ?? 'none'
