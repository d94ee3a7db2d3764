import type { ActionRun, ActionTarget } from '@cordon/api'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'

import { queries } from '#lib/queries.ts'
import { progressOf } from '#lib/progress.ts'
import { useNow } from '#lib/time.ts'
import { ACTION_RUN_STATE, count, endedTargets, isRunActive, number, TARGET_STATE } from '#lib/words.ts'
import { Badge } from '#parts/badge.tsx'
import { Copy } from '#parts/copy.tsx'
import { CompactRow, Page, PageHeader } from '#parts/panel.tsx'
import { Pace, ProgressRing } from '#parts/progress.tsx'
import { Table, type Column } from '#parts/table.tsx'
import { When } from '#parts/when.tsx'
import { PendingPage } from '#parts/pending-page.tsx'

import { ExecuteButton, UndoButton } from './run-buttons.tsx'

const route = getRouteApi('/frame/tenants/$tenantId/action-runs/$actionRunId')
/** The stream tells of changes; this is for the moments in which it is down. */
const WATCH_MS = 2000

const COLUMNS: Column<ActionTarget>[] = [
  {
    id: 'mailbox',
    title: 'Mailbox',
    track: 'minmax(0, 1fr)',
    cell: ({ userPrincipalName }) => <span title={userPrincipalName}>{userPrincipalName}</span>,
    sortBy: ({ userPrincipalName }) => userPrincipalName,
  },
  {
    id: 'state',
    title: 'State',
    track: '150px',
    cell: ({ state }) => <Badge tone={TARGET_STATE[state].tone}>{TARGET_STATE[state].word}</Badge>,
    sortBy: ({ state }) => state,
  },
  {
    id: 'before',
    title: 'Was in',
    track: '120px',
    from: 820,
    cell: ({ before }) => (typeof before?.['folderName'] === 'string' ? before['folderName'] : ''),
  },
  {
    id: 'proof',
    title: 'Proof',
    track: 'minmax(0, 1.6fr)',
    from: 560,
    cell: ({ proof, reason }) => <span title={reason ?? proof}>{reason ?? proof}</span>,
  },
  { id: 'when', title: 'When', track: '96px', from: 700, cell: ({ updatedAt }) => <When at={updatedAt} /> },
]

const compact = ({ userPrincipalName, state, proof, reason }: ActionTarget) => (
  <CompactRow
    first={userPrincipalName}
    second={
      <>
        <Badge tone={TARGET_STATE[state].tone}>{TARGET_STATE[state].word}</Badge>
        <span className="truncate">{reason ?? proof}</span>
      </>
    }
  />
)

/** One action: what it does, how far it is, and for each mailbox what was done and how that was verified. */
export function ActionRunPage() {
  const { tenantId, actionRunId } = route.useParams()
  const { data, error, refetch } = useQuery({
    ...queries.actionRun(tenantId, actionRunId),
    refetchInterval: ({ state }) => (state.data && isRunActive(state.data.actionRun.state) ? WATCH_MS : false),
  })
  const actions = useQuery(queries.actions()).data?.actions
  if (error || data === undefined) return <PendingPage error={error} onRetry={() => void refetch()} />
  const { actionRun, targets } = data
  const { word, tone } = ACTION_RUN_STATE[actionRun.state]
  const action = actions?.find((each) => each.id === actionRun.action)
  return (
    <Page>
      <PageHeader
        above={
          <Link
            to="/tenants/$tenantId/investigations/$investigationId"
            params={{ tenantId, investigationId: actionRun.investigationId }}
            className="hover:underline"
          >
            Back to the investigation
          </Link>
        }
        title={action?.title ?? actionRun.action}
        actions={
          <>
            <Badge tone={tone}>{word}</Badge>
            {action && <ExecuteButton tenantId={tenantId} actionRun={actionRun} action={action} />}
            <UndoButton tenantId={tenantId} actionRun={actionRun} />
          </>
        }
      />
      <RunSummary actionRun={actionRun} />
      <section aria-label="Targets" className="overflow-hidden rounded-lg border border-line bg-surface">
        <Table label="Targets" rows={targets} columns={COLUMNS} idOf={({ id }) => id} compact={compact} />
      </section>
    </Page>
  )
}

function RunSummary({ actionRun }: { actionRun: ActionRun }) {
  const now = useNow(1000)
  const done = actionRun.state === 'planned' ? 0 : endedTargets(actionRun)
  const progress = progressOf({ done, total: actionRun.targetsTotal, startedAt: actionRun.startedAt }, now)
  const undoing = actionRun.state === 'reverting' || actionRun.state === 'reverted'
  return (
    <section aria-label="Progress" className="flex items-center gap-5 rounded-lg border border-line bg-surface p-4">
      <ProgressRing fraction={progress.fraction} label={undoing ? 'Messages put back' : 'Messages done'} />
      <div className="min-w-0 flex-1 space-y-2 text-sm">
        <p className="text-base font-medium">{actionRun.effect}</p>
        <p className="flex flex-wrap gap-1.5">
          {Object.entries(TARGET_STATE).map(([state, { word, tone }]) => {
            const n = actionRun.targetsByState[state as keyof typeof TARGET_STATE] ?? 0
            return n === 0 ? undefined : (
              <Badge key={state} tone={tone}>
                {number(n)} {word.toLowerCase()}
              </Badge>
            )
          })}
        </p>
        <p className="flex flex-wrap items-center gap-x-3 text-xs text-ink-3">
          <span>
            {number(done)} of {count(actionRun.targetsTotal, 'message')} {undoing ? 'put back' : 'settled'}
          </span>
          {actionRun.state === 'running' && <Pace progress={progress} noun="messages" />}
          <span>
            planned by {actionRun.createdBy} <When at={actionRun.createdAt} />
          </span>
          <Copy text={actionRun.id} label="action run ID" />
        </p>
      </div>
    </section>
  )
}
