import { useParams } from '@tanstack/react-router'
import { useSuspenseQuery } from '@tanstack/react-query'

import { usePreferences } from './preferences.ts'
import { queries } from './queries.ts'

/** The tenant in the address; pages without one go on with the last looked at. Empty when there is none yet. */
export function useTenantId(): string {
  const { tenantId } = useParams({ strict: false })
  const { tenants } = useSuspenseQuery(queries.session()).data
  const last = usePreferences().tenantId
  return tenantId ?? tenants.find((tenant) => tenant.id === last)?.id ?? tenants[0]?.id ?? ''
}
