import type { ActionRun } from '@cordon/api'
import { Link, useNavigate } from '@tanstack/react-router'
import { useMemo, type ReactNode } from 'react'

import { awaitsApproval } from '#lib/approvals.ts'
import { ACTION_RUN_STATE, actionable, count, endedTargets, number, TARGET_KIND } from '#lib/words.ts'

import { Badge } from './badge.tsx'
import { CompactRow } from './panel.tsx'
import { Table, type Column } from './table.tsx'
import { When } from './when.tsx'

function State({ run }: { run: ActionRun }) {
  if (awaitsApproval(run)) return <Badge tone="warn">Needs approval</Badge>
  const { word, tone } = ACTION_RUN_STATE[run.state]
  return <Badge tone={tone}>{word}</Badge>
}

const columnsFor = (tenantId: string): Column<ActionRun>[] => [
  {
    id: 'effect',
    title: 'Action',
    track: 'minmax(0, 1fr)',
    cell: ({ id, effect, shadow }) => (
      <span className="flex items-center gap-2">
        {shadow && <Badge tone="quiet">Shadow</Badge>}
        <Link
          to="/tenants/$tenantId/action-runs/$actionRunId"
          params={{ tenantId, actionRunId: id }}
          className="truncate font-medium hover:underline"
          title={effect}
        >
          {effect}
        </Link>
      </span>
    ),
  },
  { id: 'state', title: 'State', track: '120px', cell: (run) => <State run={run} />, sortBy: ({ state }) => state },
  {
    id: 'targets',
    title: 'Targets',
    track: '130px',
    cell: (run) => `${number(endedTargets(run))} of ${count(actionable(run), TARGET_KIND[run.targetKind].noun)}`,
    sortBy: ({ targetsTotal }) => targetsTotal,
  },
  { id: 'by', title: 'By', track: '120px', from: 700, cell: ({ createdBy }) => createdBy },
  {
    id: 'when',
    title: 'When',
    track: '100px',
    cell: ({ createdAt }) => <When at={createdAt} />,
    sortBy: ({ createdAt }) => createdAt,
  },
]

const compact = (run: ActionRun) => (
  <CompactRow
    first={run.effect}
    second={
      <>
        <State run={run} />
        {run.shadow && <Badge tone="quiet">Shadow</Badge>}
        <span className="truncate">
          {run.createdBy} · <When at={run.createdAt} />
        </span>
      </>
    }
  />
)

/** Action runs, each the way to its plan and proof. */
export function ActionRunTable(props: {
  tenantId: string
  runs: readonly ActionRun[]
  label: string
  empty: ReactNode
}) {
  const { tenantId, runs, label, empty } = props
  const navigate = useNavigate()
  const columns = useMemo(() => columnsFor(tenantId), [tenantId])
  return (
    <Table
      label={label}
      rows={runs}
      columns={columns}
      compact={compact}
      idOf={({ id }) => id}
      onOpen={({ id }) =>
        void navigate({ to: '/tenants/$tenantId/action-runs/$actionRunId', params: { tenantId, actionRunId: id } })
      }
      empty={empty}
    />
  )
}
