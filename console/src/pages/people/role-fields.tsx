import { RoleName, StandingName } from '@cordon/api'
import { useSuspenseQuery } from '@tanstack/react-query'

import { queries } from '#lib/queries.ts'
import { Select } from '#parts/field.tsx'

export interface Roles {
  role: StandingName
  tenantRoles: Record<string, RoleName>
}

/** The role for all tenants, and for each one where it is more. */
export function RoleFields({ roles, onChange }: { roles: Roles; onChange: (roles: Roles) => void }) {
  const { tenants } = useSuspenseQuery(queries.session()).data
  const { role, tenantRoles } = roles
  const inTenant = (id: string, chosen: string) => {
    const { [id]: _before, ...rest } = tenantRoles
    const parsed = RoleName.safeParse(chosen).data
    onChange({ role, tenantRoles: parsed ? { ...rest, [id]: parsed } : rest })
  }
  return (
    <div className="space-y-3">
      <Select
        label="Role in every tenant"
        hint="Administrators of every tenant also administer people, connections and this installation."
        value={role}
        onChange={({ target }) => onChange({ role: StandingName.parse(target.value), tenantRoles })}
      >
        {StandingName.options.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </Select>
      {tenants.map(({ id, name }) => (
        <Select
          key={id}
          label={`In ${name}`}
          value={tenantRoles[id] ?? ''}
          onChange={({ target }) => inTenant(id, target.value)}
        >
          <option value="">as in every tenant</option>
          {RoleName.options.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </Select>
      ))}
    </div>
  )
}
