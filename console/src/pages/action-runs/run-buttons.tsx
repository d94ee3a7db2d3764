import type { Action, ActionRun } from '@cordon/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { tenantApi } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'
import { confirmLabel, count } from '#lib/words.ts'
import { Button } from '#parts/button.tsx'
import { Dialog, DialogActions } from '#parts/dialog.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

/** A plan that somebody left can be carried out from its page; the targets stand below. */
export function ExecuteButton({
  tenantId,
  actionRun,
  action,
}: {
  tenantId: string
  actionRun: ActionRun
  action: Action
}) {
  const client = useQueryClient()
  const execute = useMutation({
    mutationFn: () => tenantApi(tenantId).executeActionRun(actionRun.id, actionRun.targetsTotal),
    onSettled: () => client.invalidateQueries({ queryKey: queries.actionRun(tenantId, actionRun.id).queryKey }),
  })
  if (actionRun.state !== 'planned') return null
  return (
    <>
      <Button
        look={actionRun.reversible ? 'primary' : 'danger'}
        disabled={execute.isPending}
        onClick={() => execute.mutate()}
      >
        {confirmLabel(action, actionRun.targetsTotal)}
      </Button>
      {execute.error && <ProblemBanner error={execute.error} />}
    </>
  )
}

/** The way back, where there is one: how many messages go back where they were. */
export function UndoButton({ tenantId, actionRun }: { tenantId: string; actionRun: ActionRun }) {
  const [open, setOpen] = useState(false)
  const client = useQueryClient()
  const undo = useMutation({
    mutationFn: () => tenantApi(tenantId).revertActionRun(actionRun.id),
    onSuccess: () => {
      setOpen(false)
      return client.invalidateQueries({ queryKey: queries.actionRun(tenantId, actionRun.id).queryKey })
    },
  })
  const done = actionRun.targetsByState.verified ?? 0
  if (!actionRun.reversible || done === 0 || (actionRun.state !== 'done' && actionRun.state !== 'partly')) return null
  return (
    <>
      <Button onClick={() => setOpen(true)}>Undo…</Button>
      {open && (
        <Dialog
          onClose={() => setOpen(false)}
          title="Undo this action"
          description="Each message goes back to the folder it was in."
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
