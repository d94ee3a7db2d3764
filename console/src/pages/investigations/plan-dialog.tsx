import type { Action, ActionRunDetail, MailHit } from '@cordon/api'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { TriangleAlert, Undo2 } from 'lucide-react'
import { useState } from 'react'

import { tenantApi } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'
import { confirmLabel, count } from '#lib/words.ts'
import { Button } from '#parts/button.tsx'
import { Dialog, DialogActions } from '#parts/dialog.tsx'
import { Choice } from '#parts/field.tsx'
import { SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

interface Props {
  tenantId: string
  investigationId: string
  hits: MailHit[]
  /** Undefined means all hits of the investigation. */
  hitIds: string[] | undefined
  onClose: () => void
}

/** Choose an action, see exactly what it will do, and only then do it. Planning changes nothing. */
export function PlanDialog({ tenantId, investigationId, hits, hitIds, onClose }: Props) {
  const [actionId, setActionId] = useState<string>()
  const actions = useQuery(queries.actions())
  const action = actions.data?.actions.find((each) => each.id === actionId)
  const plan = useMutation({
    mutationFn: (id: string) =>
      tenantApi(tenantId).planActionRun({ action: id, investigationId, ...(hitIds && { hitIds }) }),
  })
  if (action && plan.data) {
    return <ConfirmPlan {...{ tenantId, action, hits, plan: plan.data, onClose, onBack: plan.reset }} />
  }
  return (
    <Dialog
      onClose={onClose}
      title="Choose action"
      description={`For ${count(hits.length, 'message')}. Planning changes nothing.`}
    >
      {actions.error && <ProblemBanner error={actions.error} onRetry={() => void actions.refetch()} />}
      {actions.isPending && <SkeletonRows rows={3} />}
      <div role="radiogroup" aria-label="Action" className="space-y-2">
        {actions.data?.actions.map((each) => (
          <Choice
            key={each.id}
            name="action"
            title={each.title}
            detail={each.recoverability}
            checked={actionId === each.id}
            onChange={() => setActionId(each.id)}
          />
        ))}
      </div>
      {plan.error && (
        <div className="mt-3">
          <ProblemBanner error={plan.error} />
        </div>
      )}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look="primary"
          disabled={action === undefined || plan.isPending}
          onClick={() => action && plan.mutate(action.id)}
        >
          {plan.isPending ? 'Planning…' : 'Plan action'}
        </Button>
      </DialogActions>
    </Dialog>
  )
}

const SAMPLE = 8

interface ConfirmProps {
  tenantId: string
  action: Action
  hits: MailHit[]
  plan: ActionRunDetail
  onClose: () => void
  onBack: () => void
}

/** Number, effect and sample in one view; the button says the number. */
function ConfirmPlan({ tenantId, action, hits, plan: { actionRun, targets }, onClose, onBack }: ConfirmProps) {
  const navigate = useNavigate()
  const folders = new Map(hits.map((hit) => [hit.id, hit.folderName]))
  const mailboxes = new Set(targets.map((target) => target.userId)).size
  const execute = useMutation({
    mutationFn: () => tenantApi(tenantId).executeActionRun(actionRun.id, actionRun.targetsTotal),
    onSuccess: () =>
      navigate({ to: '/tenants/$tenantId/action-runs/$actionRunId', params: { tenantId, actionRunId: actionRun.id } }),
  })
  const Icon = actionRun.reversible ? Undo2 : TriangleAlert
  return (
    <Dialog
      onClose={onClose}
      title={`Plan: ${action.title}`}
      description={`${count(actionRun.targetsTotal, 'message')} in ${count(mailboxes, 'mailbox', 'mailboxes')}. Nothing has happened yet.`}
    >
      <div className="space-y-3 text-sm">
        <p className="text-base font-medium">{actionRun.effect}</p>
        <p className={`flex gap-2 rounded-md p-3 ${actionRun.reversible ? 'bg-good-soft' : 'bg-warn-soft'}`}>
          <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${actionRun.reversible ? 'text-good' : 'text-warn'}`} />
          <span>{action.recoverability}</span>
        </p>
        <div className="overflow-hidden rounded-md border border-line">
          <table aria-label="Sample of targets" className="w-full table-fixed text-left text-xs">
            <thead className="bg-sunken text-ink-3">
              <tr>
                <th className="px-3 py-1.5 font-medium">Mailbox</th>
                <th className="px-3 py-1.5 font-medium max-sm:hidden">Subject</th>
                <th className="w-28 px-3 py-1.5 font-medium">Folder</th>
              </tr>
            </thead>
            <tbody>
              {targets.slice(0, SAMPLE).map((target) => (
                <tr key={target.id} className="border-t border-line">
                  <td className="truncate px-3 py-1.5" title={target.userPrincipalName}>
                    {target.userPrincipalName}
                  </td>
                  <td className="truncate px-3 py-1.5 max-sm:hidden" title={target.subject}>
                    {target.subject}
                  </td>
                  <td className="truncate px-3 py-1.5">{folders.get(target.hitId)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {actionRun.targetsTotal > SAMPLE && (
            <p className="border-t border-line px-3 py-1.5 text-xs text-ink-3">
              and {count(actionRun.targetsTotal - SAMPLE, 'more message')}
            </p>
          )}
        </div>
        {execute.error && <ProblemBanner error={execute.error} />}
      </div>
      <DialogActions>
        <Button onClick={onBack}>Back</Button>
        <Button
          look={actionRun.reversible ? 'primary' : 'danger'}
          disabled={actionRun.targetsTotal === 0 || execute.isPending || execute.isSuccess}
          onClick={() => execute.mutate()}
        >
          {confirmLabel(action, actionRun.targetsTotal)}
        </Button>
      </DialogActions>
    </Dialog>
  )
}
