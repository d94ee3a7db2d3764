import { Verdict, type Alert, type UpdateAlert } from '@cordon/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { tenantApi } from '#lib/api.ts'
import { Button } from '#parts/button.tsx'
import { Dialog, DialogActions } from '#parts/dialog.tsx'
import { TextArea } from '#parts/field.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

import { VERDICTS } from './verdicts.ts'

/** Closes an alert with a reason, or opens it again. */
export function AlertStatus({ tenantId, alert }: { tenantId: string; alert: Alert }) {
  const [open, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const [verdict, setVerdict] = useState<Verdict>()
  const client = useQueryClient()
  const update = useMutation({
    mutationFn: (change: UpdateAlert) => tenantApi(tenantId).updateAlert(alert.id, change),
    onSuccess: () => {
      setOpen(false)
      setReason('')
      return client.invalidateQueries({ queryKey: [tenantId] })
    },
  })
  if (alert.status === 'closed') {
    return (
      <>
        <Button disabled={update.isPending} onClick={() => update.mutate({ status: 'open' })}>
          Reopen
        </Button>
        {update.error && <ProblemBanner error={update.error} />}
      </>
    )
  }
  return (
    <>
      <Button onClick={() => setOpen(true)}>Close…</Button>
      {open && (
        <Dialog onClose={() => setOpen(false)} title="Close this alert" description="The reason stays with the alert.">
          <form
            onSubmit={(event) => {
              event.preventDefault()
              update.mutate({ status: 'closed', reason: reason.trim(), ...(verdict && { verdict }) })
            }}
            className="space-y-3"
          >
            <fieldset>
              <legend className="mb-1 text-sm font-medium">What it turned out to be</legend>
              <div className="flex flex-wrap gap-1.5">
                {Verdict.options.map((each) => (
                  <Button key={each} onClick={() => setVerdict(each)} aria-pressed={verdict === each}>
                    {VERDICTS[each]}
                  </Button>
                ))}
              </div>
            </fieldset>
            <TextArea
              label="Reason"
              rows={3}
              required
              maxLength={1000}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
            {update.error && <ProblemBanner error={update.error} />}
            <DialogActions>
              <Button onClick={() => setOpen(false)}>Cancel</Button>
              <Button
                type="submit"
                look="primary"
                disabled={verdict === undefined || reason.trim() === '' || update.isPending}
              >
                Close alert
              </Button>
            </DialogActions>
          </form>
        </Dialog>
      )}
    </>
  )
}
