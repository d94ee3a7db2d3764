import type { Safeguards } from '@cordon/api'
import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'

import { queries } from './queries.ts'

/** Stands for every action among those that only run as shadow. */
export const EVERY_ACTION = '*'

/** What holds actions of the tenant back; undefined until it is known, or without a tenant. */
export function useSafeguards(tenantId: string): Safeguards | undefined {
  return useQuery({ ...queries.safeguards(tenantId), enabled: tenantId !== '' }).data
}

/** Whether the action only says what it would have done. */
export function isShadowOnly({ shadowActions }: Pick<Safeguards, 'shadowActions'>, action: string): boolean {
  return shadowActions.includes(EVERY_ACTION) || shadowActions.includes(action)
}

/** Whether one may stop all acting, and let it go on: in the tenant, everywhere. The server decides. */
export function useMayStop(tenantId: string): { here: boolean; everywhere: boolean } {
  const { user, tenants } = useSuspenseQuery(queries.session()).data
  const everywhere = user.role === 'administrator'
  const here = everywhere || tenants.some(({ id, role }) => id === tenantId && role === 'administrator')
  return { here, everywhere }
}

/** Changes what holds actions back, and shows it as it then is. */
export function useSafeguardChange<T>(tenantId: string, change: (given: T) => Promise<unknown>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSettled: () => client.invalidateQueries({ queryKey: queries.safeguards(tenantId).queryKey }),
  })
}
