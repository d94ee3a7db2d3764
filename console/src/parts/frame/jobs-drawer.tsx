import type { ActionRun, Investigation } from '@cordon/api'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ListChecks } from 'lucide-react'
import { useState } from 'react'

import { tenantApi } from '#lib/api.ts'
import { progressOf } from '#lib/progress.ts'
import { queries } from '#lib/queries.ts'
import { useNow } from '#lib/time.ts'
import { count, endedTargets, isActive, isRunActive, number } from '#lib/words.ts'

import { Button } from '#parts/button.tsx'
import { Dialog } from '#parts/dialog.tsx'
import { Empty } from '#parts/panel.tsx'
import { Pace, ProgressBar } from '#parts/progress.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

/** Long work of the tenant: a number that opens a drawer with progress. It runs on the server and survives a reload. */
export function JobsDrawer({ tenantId }: { tenantId: string }) {
  const [open, setOpen] = useState(false)
  const enabled = tenantId !== ''
  const investigations = useQuery({ ...queries.investigations(tenantId), enabled }).data?.investigations ?? []
  const actionRuns = useQuery({ ...queries.actionRuns(tenantId), enabled }).data?.actionRuns ?? []
  const hunting = investigations.filter((investigation) => isActive(investigation.state))
  const acting = actionRuns.filter((run) => isRunActive(run.state))
  const running = hunting.length + acting.length
  const close = () => setOpen(false)
  return (
    <>
      <button
        type="button"
        aria-label={`Running jobs: ${running}`}
        title="Running jobs"
        onClick={() => setOpen(true)}
        className={`inline-flex h-8 items-center gap-1.5 rounded-md px-2 text-sm hover:bg-sunken max-sm:h-10 ${running > 0 ? 'font-medium text-accent' : 'text-ink-2'}`}
      >
        <ListChecks aria-hidden className="size-4" />
        {running}
      </button>
      {open && (
        <Dialog side onClose={() => setOpen(false)} title="Running jobs">
          {running === 0 && (
            <Empty title="Nothing is running">
              Investigations and action runs appear here while they work. They go on when this window is closed.
            </Empty>
          )}
          <ul className="space-y-3">
            {hunting.map((investigation) => (
              <HuntJob key={investigation.id} {...{ tenantId, investigation, close }} />
            ))}
            {acting.map((run) => (
              <ActionJob key={run.id} {...{ tenantId, run, close }} />
            ))}
          </ul>
        </Dialog>
      )}
    </>
  )
}

const card = 'space-y-2 rounded-lg border border-line p-3 text-sm'

function HuntJob(props: { tenantId: string; investigation: Investigation; close: () => void }) {
  const { tenantId, investigation, close } = props
  const now = useNow(1000)
  const { id, name, mailboxesDone, mailboxesTotal, startedAt, hits, state } = investigation
  const progress = progressOf({ done: mailboxesDone, total: mailboxesTotal, startedAt }, now)
  const stop = useMutation({ mutationFn: () => tenantApi(tenantId).steerInvestigation(id, 'stop') })
  return (
    <li className={card}>
      <div className="flex items-center gap-2">
        <Link
          to="/tenants/$tenantId/investigations/$investigationId"
          params={{ tenantId, investigationId: id }}
          onClick={close}
          className="min-w-0 flex-1 truncate font-medium hover:underline"
        >
          {name}
        </Link>
        <Button onClick={() => stop.mutate()} disabled={state === 'stopping' || stop.isPending}>
          {state === 'stopping' ? 'Stopping…' : 'Stop'}
        </Button>
      </div>
      <ProgressBar fraction={progress.fraction} label={`Progress of ${name}`} />
      <p className="text-xs text-ink-3">
        {number(mailboxesDone)} of {count(mailboxesTotal, 'mailbox', 'mailboxes')} · {count(hits, 'hit')} ·{' '}
        <Pace progress={progress} noun="mailboxes" />
      </p>
      {stop.error && <ProblemBanner error={stop.error} />}
    </li>
  )
}

function ActionJob({ tenantId, run, close }: { tenantId: string; run: ActionRun; close: () => void }) {
  const now = useNow(1000)
  const done = endedTargets(run)
  const progress = progressOf({ done, total: run.targetsTotal, startedAt: run.startedAt }, now)
  return (
    <li className={card}>
      <Link
        to="/tenants/$tenantId/action-runs/$actionRunId"
        params={{ tenantId, actionRunId: run.id }}
        onClick={close}
        className="block truncate font-medium hover:underline"
      >
        {run.state === 'reverting' ? 'Undoing: ' : ''}
        {run.effect}
      </Link>
      <ProgressBar fraction={progress.fraction} label={`Progress of ${run.effect}`} />
      <p className="text-xs text-ink-3">
        {number(done)} of {count(run.targetsTotal, 'message')} ·{' '}
        {run.state === 'reverting' ? 'putting back' : <Pace progress={progress} noun="messages" />}
      </p>
    </li>
  )
}
