import { useQuery } from '@tanstack/react-query'

import { queries } from '#lib/queries.ts'
import { ActionRunTable } from '#parts/action-run-table.tsx'
import { Empty, SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

/** What was planned and done with the hits of one investigation. */
export function ActionRuns({ tenantId, investigationId }: { tenantId: string; investigationId: string }) {
  const { data, error, refetch } = useQuery(queries.actionRuns(tenantId, investigationId))
  if (error) return <ProblemBanner error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <SkeletonRows rows={3} />
  return (
    <ActionRunTable
      tenantId={tenantId}
      label="Action runs"
      runs={data.actionRuns}
      empty={
        <Empty title="Nothing was done yet">
          Choose an action on the hits. It is planned first and shows what it would do; every run is kept here with its
          proof.
        </Empty>
      }
    />
  )
}
