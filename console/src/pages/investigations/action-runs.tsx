import type { ActionRun } from '@cordon/api'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'

import { queries } from '#lib/queries.ts'
import { ACTION_RUN_STATE, endedTargets, number } from '#lib/words.ts'
import { Badge } from '#parts/badge.tsx'
import { Empty, SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { Table, type Column } from '#parts/table.tsx'
import { When } from '#parts/when.tsx'

const columnsFor = (tenantId: string): Column<ActionRun>[] => [
  {
    id: 'effect',
    title: 'Action',
    track: 'minmax(0, 1fr)',
    cell: ({ id, effect }) => (
      <Link
        to="/tenants/$tenantId/action-runs/$actionRunId"
        params={{ tenantId, actionRunId: id }}
        className="font-medium hover:underline"
        title={effect}
      >
        {effect}
      </Link>
    ),
  },
  {
    id: 'state',
    title: 'State',
    track: '104px',
    cell: ({ state }) => <Badge tone={ACTION_RUN_STATE[state].tone}>{ACTION_RUN_STATE[state].word}</Badge>,
  },
  {
    id: 'targets',
    title: 'Messages',
    track: '110px',
    from: 560,
    cell: (run) => `${number(endedTargets(run))} of ${number(run.targetsTotal)}`,
  },
  { id: 'by', title: 'By', track: '120px', from: 700, cell: ({ createdBy }) => createdBy },
  { id: 'when', title: 'When', track: '100px', from: 480, cell: ({ createdAt }) => <When at={createdAt} /> },
]

/** What was planned and done with the hits of one investigation. */
export function ActionRuns({ tenantId, investigationId }: { tenantId: string; investigationId: string }) {
  const navigate = useNavigate()
  const columns = useMemo(() => columnsFor(tenantId), [tenantId])
  const { data, error, refetch } = useQuery(queries.actionRuns(tenantId, investigationId))
  if (error) return <ProblemBanner error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <SkeletonRows rows={3} />
  return (
    <Table
      label="Action runs"
      rows={data.actionRuns}
      columns={columns}
      idOf={({ id }) => id}
      onOpen={({ id }) =>
        void navigate({ to: '/tenants/$tenantId/action-runs/$actionRunId', params: { tenantId, actionRunId: id } })
      }
      empty={
        <Empty title="Nothing was done yet">
          Choose an action on the hits. It is planned first and shows what it would do; every run is kept here with its
          proof.
        </Empty>
      }
    />
  )
}
