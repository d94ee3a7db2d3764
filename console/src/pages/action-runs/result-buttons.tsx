import type { Action, ActionRun, ActionTarget } from '@cordon/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'

import { tenantApi } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'
import { useUser } from '#lib/rights.ts'
import { confirmLabel, count } from '#lib/words.ts'
import { Button } from '#parts/button.tsx'
import { Dialog, DialogActions } from '#parts/dialog.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

interface PlanForRealProps {
  tenantId: string
  actionRun: ActionRun
  targets: readonly ActionTarget[]
  action: Action
}

/** After a shadow run: the same in earnest, over exactly the messages that it would have changed. */
export function PlanForReal({ tenantId, actionRun, targets, action }: PlanForRealProps) {
  const { investigationId, options } = actionRun
  const navigate = useNavigate()
  const { reaches } = useUser()
  const hitIds = targets.filter(({ state }) => state === 'would-change').map(({ hitId }) => hitId)
  const plan = useMutation({
    mutationFn: () =>
      tenantApi(tenantId).planActionRun({
        action: action.id,
        investigationId,
        hitIds,
        shadow: false,
        ...(options && { options }),
      }),
    onSuccess: ({ actionRun: { id } }) =>
      navigate({ to: '/tenants/$tenantId/action-runs/$actionRunId', params: { tenantId, actionRunId: id } }),
  })
  if (!reaches('analyst') || hitIds.length === 0) return null
  return (
    <>
      <Button look="primary" disabled={plan.isPending} onClick={() => plan.mutate()}>
        Plan: {confirmLabel(action, hitIds.length)}
      </Button>
      {plan.error && <ProblemBanner error={plan.error} />}
    </>
  )
}

/** The way back, where there is one: how many messages go back where they were. */
export function UndoButton({ tenantId, actionRun }: { tenantId: string; actionRun: ActionRun }) {
  const { id, state, shadow, reversible, targetsByState } = actionRun
  const [open, setOpen] = useState(false)
  const client = useQueryClient()
  const { reaches } = useUser()
  const undo = useMutation({
    mutationFn: () => tenantApi(tenantId).revertActionRun(id),
    onSuccess: () => {
      setOpen(false)
      return client.invalidateQueries({ queryKey: queries.actionRun(tenantId, id).queryKey })
    },
  })
  const done = targetsByState.verified ?? 0
  const hasEnded = state === 'done' || state === 'partly'
  if (!reversible || shadow || done === 0 || !hasEnded || !reaches('responder')) return null
  return (
    <>
      <Button onClick={() => setOpen(true)}>Undo…</Button>
      {open && (
        <Dialog
          onClose={() => setOpen(false)}
          title="Undo this action"
          description="Each message goes back to how it was before."
        >
          <p className="text-sm">
            {count(done, 'message')} will be put back and read again to verify it. Messages that the action did not
            change stay as they are.
          </p>
          {undo.error && (
            <div className="mt-3">
              <ProblemBanner error={undo.error} />
            </div>
          )}
          <DialogActions>
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <Button look="primary" disabled={undo.isPending} onClick={() => undo.mutate()}>
              Put {count(done, 'message')} back
            </Button>
          </DialogActions>
        </Dialog>
      )}
    </>
  )
}
