import type { ActionRun } from '@cordon/api'
import { CircleCheck, CircleX, Users } from 'lucide-react'

import { useUser } from '#lib/rights.ts'
import { When } from '#parts/when.tsx'

import { ApprovalLinkButton } from './approval-link-button.tsx'

/** Who decided about the plan, or who still must: four eyes, where the plan needs them. */
export function ApprovalNote({ tenantId, actionRun }: { tenantId: string; actionRun: ActionRun }) {
  const { state, needsApproval, createdBy, decidedBy, decidedAt, decisionNote } = actionRun
  const { name } = useUser()
  if (decidedBy !== undefined) {
    const isRejected = state === 'rejected'
    const Icon = isRejected ? CircleX : CircleCheck
    return (
      <p className="flex gap-2">
        <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${isRejected ? 'text-bad' : 'text-good'}`} />
        <span>
          {isRejected ? 'Rejected' : 'Approved'} by <span className="font-medium">{decidedBy}</span>{' '}
          {decidedAt && <When at={decidedAt} />}
          {decisionNote && `: “${decisionNote}”`}
        </span>
      </p>
    )
  }
  if (!needsApproval || state !== 'planned') return null
  const isMine = name.toLowerCase() === createdBy.toLowerCase()
  return (
    <p className="flex gap-2">
      <Users aria-hidden className="mt-0.5 size-4 shrink-0 text-accent" />
      <span className="flex min-w-0 flex-1 flex-wrap items-center justify-between gap-2">
        <span className="basis-60 grow">
          {isMine
            ? 'You planned it, so a colleague with the role responder must approve it. Send them a link: it holds as long as the plan is what you see here.'
            : `Planned by ${createdBy}; a second pair of eyes must approve it before it runs.`}
        </span>
        <ApprovalLinkButton tenantId={tenantId} actionRunId={actionRun.id} />
      </span>
    </p>
  )
}
