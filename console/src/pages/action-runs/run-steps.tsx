import type { ActionRun } from '@cordon/api'
import { Check, CircleDashed, LoaderCircle, X } from 'lucide-react'

import { runSteps, type StepState } from '#lib/run-steps.ts'

const LOOKS: Record<StepState, { Icon: typeof Check; className: string }> = {
  done: { Icon: Check, className: 'bg-good-soft text-good' },
  now: { Icon: LoaderCircle, className: 'bg-accent-soft text-accent font-medium' },
  failed: { Icon: X, className: 'bg-bad-soft text-bad' },
  ahead: { Icon: CircleDashed, className: 'text-ink-3' },
}

/** Plan, approval, run, proof, undo: where the run stands. */
export function RunSteps({ actionRun }: { actionRun: ActionRun }) {
  return (
    <ol aria-label="Steps" className="flex flex-wrap gap-x-1 gap-y-1 text-sm">
      {runSteps(actionRun).map(({ title, state }) => {
        const { Icon, className } = LOOKS[state]
        return (
          <li
            key={title}
            aria-current={state === 'now' ? 'step' : undefined}
            className={`inline-flex h-7 items-center gap-1.5 rounded-full px-2.5 ${className}`}
          >
            <Icon aria-hidden className="size-3.5" />
            {title}
          </li>
        )
      })}
    </ol>
  )
}
