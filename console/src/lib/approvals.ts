import type { ActionRun } from '@cordon/api'
import { useQuery } from '@tanstack/react-query'

import { queries } from './queries.ts'

/** Plans that cannot be carried out before somebody else than their planner approves them. */
export const awaitsApproval = ({ state, needsApproval }: ActionRun) => state === 'planned' && needsApproval

/** Those of the tenant, newest first; undefined until they are known. */
export function useApprovals(tenantId: string): ActionRun[] | undefined {
  const { data } = useQuery({ ...queries.actionRuns(tenantId), enabled: tenantId !== '' })
  return data?.actionRuns.filter(awaitsApproval)
}
