import type { ActionRun } from '@cordon/api'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'

import { queries } from '#lib/queries.ts'
import { progressOf } from '#lib/progress.ts'
import { useSafeguards } from '#lib/safeguards.ts'
import { MOST_LIVE_TARGETS } from '#lib/stream.ts'
import { duration, useNow } from '#lib/time.ts'
import {
  ACTION_RUN_STATE,
  actionable,
  count,
  endedTargets,
  isRunActive,
  kindsTitle,
  number,
  TARGET_KIND,
  TARGET_STATE,
} from '#lib/words.ts'
import { Badge } from '#parts/badge.tsx'
import { Copy } from '#parts/copy.tsx'
import { Page, PageHeader } from '#parts/panel.tsx'
import { PendingPage } from '#parts/pending-page.tsx'
import { Pace, ProgressRing } from '#parts/progress.tsx'
import { When } from '#parts/when.tsx'

import { ApprovalNote } from './approval-note.tsx'
import { CollectedFiles } from './collected-files.tsx'
import { PlanPanel } from './plan-panel.tsx'
import { PlanForReal, UndoButton } from './result-buttons.tsx'
import { RevealSecrets } from './reveal-secrets.tsx'
import { RunSteps } from './run-steps.tsx'
import { Targets } from './targets.tsx'

const route = getRouteApi('/frame/tenants/$tenantId/action-runs/$actionRunId')
/** The stream tells of changes; this is for the moments in which it is down. */
const WATCH_MS = 2000
const SELDOM_MS = 60_000

/** All acting is stopped: it goes on when that is lifted. */
const HELD = { word: 'Held', tone: 'warn' } as const

/** One action: the plan and who agreed to it, how far it is, and for each target what was done and how that was verified. */
export function ActionRunPage() {
  const { tenantId, actionRunId } = route.useParams()
  const { data, error, refetch } = useQuery({
    ...queries.actionRun(tenantId, actionRunId),
    refetchInterval: ({ state: { data: known } }) =>
      known && isRunActive(known.actionRun.state) && known.targets.length <= MOST_LIVE_TARGETS ? WATCH_MS : SELDOM_MS,
  })
  const actions = useQuery(queries.actions()).data?.actions
  const stops = useSafeguards(tenantId)?.stops ?? []
  if (error || data === undefined) return <PendingPage error={error} onRetry={() => void refetch()} />
  const { actionRun, targets, summary } = data
  const isHeld = stops.length > 0 && isRunActive(actionRun.state) && !actionRun.shadow
  const { word, tone } = isHeld ? HELD : ACTION_RUN_STATE[actionRun.state]
  const action = actions?.find((each) => each.id === actionRun.action)
  const hasBegun = actionRun.startedAt !== undefined
  return (
    <Page>
      <PageHeader
        above={
          actionRun.investigationId === undefined ? (
            <Link to="/tenants/$tenantId/action-runs" params={{ tenantId }}>
              Actions
            </Link>
          ) : (
            <Link
              to="/tenants/$tenantId/investigations/$investigationId"
              params={{ tenantId, investigationId: actionRun.investigationId }}
            >
              Back to the investigation
            </Link>
          )
        }
        title={`${actionRun.shadow ? 'Shadow run: ' : ''}${action?.title ?? actionRun.action}`}
        actions={
          <>
            <Badge tone={tone}>{word}</Badge>
            <UndoButton tenantId={tenantId} actionRun={actionRun} />
            {action && actionRun.shadow && hasBegun && !isRunActive(actionRun.state) && (
              <PlanForReal {...{ tenantId, actionRun, targets, action }} />
            )}
          </>
        }
      />
      <RunSteps actionRun={actionRun} />
      {hasBegun ? (
        <RunSummary tenantId={tenantId} actionRun={actionRun} summary={summary} />
      ) : (
        action && <PlanPanel {...{ tenantId, actionRun, action }} />
      )}
      {hasBegun && actionRun.action === 'collect-file' && <CollectedFiles tenantId={tenantId} actionRun={actionRun} />}
      <RevealSecrets actionRun={actionRun} targets={targets} />
      <Targets kind={actionRun.targetKind} targets={targets} />
    </Page>
  )
}

interface RunSummaryProps {
  tenantId: string
  actionRun: ActionRun
  summary: string | undefined
}

function RunSummary({ tenantId, actionRun, summary }: RunSummaryProps) {
  const now = useNow(1000)
  const { state, targetKind, startedAt, endedAt, effect, createdBy, createdAt, id } = actionRun
  const { noun } = TARGET_KIND[targetKind]
  const total = actionable(actionRun)
  const done = endedTargets(actionRun)
  const progress = progressOf({ done, total, startedAt }, now)
  const undoing = state === 'reverting' || state === 'reverted'
  const hasEnded = !isRunActive(state)
  const tookMs = startedAt && endedAt ? Date.parse(endedAt) - Date.parse(startedAt) : 0
  return (
    <section
      aria-label="Progress"
      className="flex items-center gap-5 rounded-lg border border-line bg-surface p-4 max-sm:items-start max-sm:gap-3"
    >
      <ProgressRing fraction={progress.fraction} label={`${kindsTitle(targetKind)} ${undoing ? 'put back' : 'done'}`} />
      <div className="min-w-0 flex-1 space-y-2 text-sm">
        <p className="text-base font-medium wrap-anywhere" aria-live="polite">
          {hasEnded ? (summary ?? effect) : effect}
        </p>
        <p className="flex flex-wrap gap-1.5">
          {Object.entries(TARGET_STATE).map(([each, { word, tone }]) => {
            const n = actionRun.targetsByState[each as keyof typeof TARGET_STATE] ?? 0
            return n === 0 ? undefined : (
              <Badge key={each} tone={tone}>
                {number(n)} {word.toLowerCase()}
              </Badge>
            )
          })}
        </p>
        <ApprovalNote tenantId={tenantId} actionRun={actionRun} />
        <p className="flex flex-wrap items-center gap-x-3 text-xs text-ink-3">
          <span>
            {number(done)} of {count(total, noun)} {undoing ? 'put back' : 'settled'}
          </span>
          {state === 'running' && <Pace progress={progress} noun={`${noun}s`} />}
          {hasEnded && !undoing && tookMs >= 1000 && <span>in {duration(tookMs)}</span>}
          <span>
            planned by {createdBy} <When at={createdAt} />
          </span>
          <Copy text={id} label="action run ID" />
        </p>
      </div>
    </section>
  )
}
