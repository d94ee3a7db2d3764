import { useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate, useRouterState } from '@tanstack/react-router'
import { Building2, ChevronsUpDown } from 'lucide-react'

import { setPreferences } from '#lib/preferences.ts'
import { queries } from '#lib/queries.ts'

import { Menu, MenuChoice } from '#parts/menu.tsx'

/** Where one acts, always in sight: acting in the wrong tenant is the worst mistake. */
export function TenantSwitcher({ tenantId }: { tenantId: string }) {
  const { tenants } = useSuspenseQuery(queries.session()).data
  const navigate = useNavigate()
  const page = useRouterState({ select: ({ location }) => /^\/tenants\/[^/]+\/([a-z]+)/.exec(location.pathname)?.[1] })
  const current = tenants.find((tenant) => tenant.id === tenantId)

  const go = (id: string) => {
    setPreferences({ tenantId: id })
    // One thing of the old tenant does not exist in the new one, its list does.
    const list =
      page === 'alerts' || page === 'rules' || page === 'events' || page === 'investigations' ? page : 'overview'
    void navigate({ to: `/tenants/$tenantId/${list}`, params: { tenantId: id } })
  }
  if (tenants.length === 0) return <span className="text-sm text-ink-3">No tenant connected</span>
  return (
    <Menu
      trigger={
        <button
          type="button"
          aria-label={`Tenant: ${current?.name ?? tenantId}`}
          className="flex h-8 min-w-0 items-center gap-2 rounded-md border border-line px-2.5 text-sm font-medium hover:bg-sunken max-sm:h-10"
        >
          <Building2 aria-hidden className="size-4 shrink-0 text-ink-3" />
          <span className="truncate">{current?.name ?? tenantId}</span>
          <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-ink-3" />
        </button>
      }
    >
      <MenuChoice
        label="Tenant"
        value={tenantId}
        choices={tenants.map((tenant) => ({
          value: tenant.id,
          title: (
            <span>
              {tenant.name}
              <span className="block font-mono text-xs text-ink-3">{tenant.id}</span>
            </span>
          ),
        }))}
        onChange={go}
      />
    </Menu>
  )
}
