import type { Action, ActionRun, ActionTarget } from '@cordon/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'

import { tenantApi } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'
import { useUser } from '#lib/rights.ts'
import { confirmLabel, count, TARGET_KIND } from '#lib/words.ts'
import { Button } from '#parts/button.tsx'
import { Dialog, DialogActions } from '#parts/dialog.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

interface PlanForRealProps {
  tenantId: string
  actionRun: ActionRun
  targets: readonly ActionTarget[]
  action: Action
}

/** After a shadow run: the same in earnest, over exactly the targets that it would have changed. */
export function PlanForReal({ tenantId, actionRun, targets, action }: PlanForRealProps) {
  const { investigationId, connectionId, options } = actionRun
  const navigate = useNavigate()
  const { reaches } = useUser()
  const refs = targets.filter(({ state }) => state === 'would-change').map(({ ref }) => ref)
  const plan = useMutation({
    mutationFn: () =>
      tenantApi(tenantId).planActionRun({
        action: action.id,
        ...(investigationId === undefined ? { connectionId } : { investigationId }),
        targets: refs,
        shadow: false,
        ...(options && { options }),
      }),
    onSuccess: ({ actionRun: { id } }) =>
      navigate({ to: '/tenants/$tenantId/action-runs/$actionRunId', params: { tenantId, actionRunId: id } }),
  })
  if (!reaches('analyst') || refs.length === 0) return null
  return (
    <>
      <Button look="primary" disabled={plan.isPending} onClick={() => plan.mutate()}>
        Plan: {confirmLabel(action, refs.length)}
      </Button>
      {plan.error && <ProblemBanner error={plan.error} />}
    </>
  )
}

/** The way back, where there is one: how many targets go back to what they were. */
export function UndoButton({ tenantId, actionRun }: { tenantId: string; actionRun: ActionRun }) {
  const { id, state, shadow, reversible, targetsByState, targetKind } = actionRun
  const { noun } = TARGET_KIND[targetKind]
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
  const done = (targetsByState.verified ?? 0) + (targetsByState.partly ?? 0)
  const hasEnded = state === 'done' || state === 'partly'
  if (!reversible || shadow || done === 0 || !hasEnded || !reaches('responder')) return null
  return (
    <>
      <Button onClick={() => setOpen(true)}>Undo…</Button>
      {open && (
        <Dialog
          onClose={() => setOpen(false)}
          title="Undo this action"
          description={`Each ${noun} goes back to how it was before.`}
        >
          <p className="text-sm">
            {count(done, noun)} will be put back and read again to verify it. Those that the action did not change stay
            as they are.
          </p>
          {undo.error && (
            <div className="mt-3">
              <ProblemBanner error={undo.error} />
            </div>
          )}
          <DialogActions>
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <Button look="primary" disabled={undo.isPending} onClick={() => undo.mutate()}>
              Put {count(done, noun)} back
            </Button>
          </DialogActions>
        </Dialog>
      )}
    </>
  )
}
