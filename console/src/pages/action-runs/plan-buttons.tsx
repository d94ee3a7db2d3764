import type { Action, ActionRun } from '@cordon/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState, type SubmitEvent } from 'react'

import { tenantApi } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'
import { useUser } from '#lib/rights.ts'
import { actionable, confirmLabel, count, TARGET_KIND } from '#lib/words.ts'
import { Button } from '#parts/button.tsx'
import { Dialog, DialogActions } from '#parts/dialog.tsx'
import { Field } from '#parts/field.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

const route = getRouteApi('/frame/tenants/$tenantId/action-runs/$actionRunId')

interface Props {
  tenantId: string
  actionRun: ActionRun
}

/** Changes a run and shows it as it then is, also where it was refused because a colleague was faster. */
function useRunChange<T>(tenantId: string, actionRunId: string, change: (given: T) => Promise<unknown>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: queries.actionRun(tenantId, actionRunId).queryKey }),
        client.invalidateQueries({ queryKey: [tenantId, 'action-runs'] }),
      ]),
  })
}

const Refusal = ({ error }: { error: Error | null }) =>
  error && (
    <div className="w-full">
      <ProblemBanner error={error} />
    </div>
  )

/** Carries the plan out. The button says how many; it is only there once everybody who must has agreed. */
export function ExecuteButton({ tenantId, actionRun, action }: Props & { action: Action }) {
  const { id, state, shadow, needsApproval, reversible, targetKind } = actionRun
  const targets = actionable(actionRun)
  const execute = useRunChange(tenantId, id, () => tenantApi(tenantId).executeActionRun(id, targets))
  if (needsApproval && state !== 'approved') return null
  return (
    <>
      <Button
        look={reversible || shadow ? 'primary' : 'danger'}
        disabled={targets === 0 || execute.isPending}
        onClick={() => execute.mutate(undefined)}
      >
        {shadow ? `Shadow run over ${count(targets, TARGET_KIND[targetKind].noun)}` : confirmLabel(action, targets)}
      </Button>
      <Refusal error={execute.error} />
    </>
  )
}

/** Approve or reject; whoever planned it may only take it back. */
export function DecisionButtons({ tenantId, actionRun }: Props) {
  const { id, state, needsApproval, createdBy, targetKind } = actionRun
  const targets = actionable(actionRun)
  const { name } = useUser()
  const { proof } = route.useSearch()
  const [isRejecting, setIsRejecting] = useState(false)
  const approve = useRunChange(tenantId, id, () =>
    tenantApi(tenantId).approveActionRun(id, { confirmTargets: targets, ...(proof !== undefined && { proof }) }),
  )
  const isMine = name.toLowerCase() === createdBy.toLowerCase()
  return (
    <>
      <Button onClick={() => setIsRejecting(true)}>{isMine ? 'Withdraw…' : 'Reject…'}</Button>
      {needsApproval && state === 'planned' && !isMine && (
        <Button look="primary" disabled={approve.isPending} onClick={() => approve.mutate(undefined)}>
          Approve {count(targets, TARGET_KIND[targetKind].noun)}
        </Button>
      )}
      <Refusal error={approve.error} />
      {isRejecting && <RejectDialog {...{ tenantId, actionRun, isMine }} onClose={() => setIsRejecting(false)} />}
    </>
  )
}

function RejectDialog({ tenantId, actionRun, isMine, onClose }: Props & { isMine: boolean; onClose: () => void }) {
  const [note, setNote] = useState('')
  const reject = useRunChange(tenantId, actionRun.id, (why: string) =>
    tenantApi(tenantId).rejectActionRun(actionRun.id, why),
  )
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    reject.mutate(note.trim(), { onSuccess: onClose })
  }
  return (
    <Dialog
      onClose={onClose}
      title={isMine ? 'Withdraw this plan' : 'Reject this plan'}
      description="It can then no longer be carried out. Another action can be planned."
    >
      <form onSubmit={submit}>
        <Field
          label="Why"
          required
          maxLength={1000}
          value={note}
          onChange={(event) => setNote(event.target.value)}
          hint="Kept with the plan and in the audit log."
        />
        <div className="mt-3">
          <Refusal error={reject.error} />
        </div>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="danger" disabled={note.trim() === '' || reject.isPending}>
            {isMine ? 'Withdraw' : 'Reject'}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
