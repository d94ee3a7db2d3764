import type { ActionRun } from '@cordon/api'
import { CircleCheck, CircleX, Users } from 'lucide-react'

import { useUser } from '#lib/rights.ts'
import { CopyButton } from '#parts/copy.tsx'
import { When } from '#parts/when.tsx'

/** Who decided about the plan, or who still must: four eyes, where the plan needs them. */
export function ApprovalNote({ actionRun }: { actionRun: ActionRun }) {
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
      <span className="flex flex-wrap items-center gap-x-1">
        {isMine
          ? 'You planned it, so a colleague with the role responder must approve it. Send them the address of this page'
          : `Planned by ${createdBy}; a second pair of eyes must approve it before it runs.`}
        {isMine && <CopyButton text={location.href} label="address of this page" />}
      </span>
    </p>
  )
}
