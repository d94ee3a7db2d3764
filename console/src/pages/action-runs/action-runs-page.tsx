import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'

import { awaitsApproval } from '#lib/approvals.ts'
import { queries } from '#lib/queries.ts'
import { ActionRunTable } from '#parts/action-run-table.tsx'
import { Empty, Page, PageHeader, Panel, SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

import { ShadowOnly } from './shadow-only.tsx'
import { StopButton } from './stop-button.tsx'

const route = getRouteApi('/frame/tenants/$tenantId/action-runs')

/** Everything that was planned or done in the tenant; what waits for approval comes first. */
export function ActionRunsPage() {
  const { tenantId } = route.useParams()
  const { data, error, refetch } = useQuery(queries.actionRuns(tenantId))
  const waiting = data?.actionRuns.filter(awaitsApproval) ?? []
  const others = data?.actionRuns.filter((run) => !awaitsApproval(run)) ?? []
  return (
    <Page>
      <PageHeader
        title="Actions"
        actions={
          <>
            <ShadowOnly tenantId={tenantId} />
            <StopButton tenantId={tenantId} />
          </>
        }
      />
      {error && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      {waiting.length > 0 && (
        <Panel title="Waiting for approval">
          <ActionRunTable tenantId={tenantId} label="Waiting for approval" runs={waiting} empty={undefined} />
        </Panel>
      )}
      {data === undefined ? (
        !error && <SkeletonRows rows={6} />
      ) : (
        <Panel title={waiting.length > 0 ? 'All others' : 'All'}>
          <ActionRunTable
            tenantId={tenantId}
            label="Actions"
            runs={others}
            empty={
              <Empty title="No actions yet">
                An action begins on the hits of an investigation, or on a user, device or indicator of an event: it is
                planned, perhaps tried as a shadow run, approved, carried out, and proved one by one.
              </Empty>
            }
          />
        </Panel>
      )}
    </Page>
  )
}
