import { useState, type SubmitEvent } from 'react'

import { api, tenantApi } from '#lib/api.ts'
import { useMayStop, useSafeguardChange, useSafeguards } from '#lib/safeguards.ts'
import { Button } from '#parts/button.tsx'
import { Dialog, DialogActions } from '#parts/dialog.tsx'
import { Choice, Field } from '#parts/field.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

/** The switch that holds every action at once; lifted in the banner that it causes. */
export function StopButton({ tenantId }: { tenantId: string }) {
  const [isOpen, setOpen] = useState(false)
  const stops = useSafeguards(tenantId)?.stops
  const { here, everywhere } = useMayStop(tenantId)
  const mayStop =
    (here && !stops?.some((stop) => stop.tenantId)) || (everywhere && !stops?.some((stop) => !stop.tenantId))
  if (!stops || !mayStop) return null
  return (
    <>
      <Button onClick={() => setOpen(true)}>Stop all acting…</Button>
      {isOpen && <StopDialog tenantId={tenantId} onClose={() => setOpen(false)} />}
    </>
  )
}

function StopDialog({ tenantId, onClose }: { tenantId: string; onClose: () => void }) {
  const [reason, setReason] = useState('')
  const { everywhere } = useMayStop(tenantId)
  const [isEverywhere, setEverywhere] = useState(false)
  const stop = useSafeguardChange(tenantId, async () => {
    const body = { reason: reason.trim() }
    await (isEverywhere ? api.stopActing(body) : tenantApi(tenantId).stopActing(body))
    onClose()
  })
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    stop.mutate(undefined)
  }
  return (
    <Dialog
      onClose={onClose}
      title="Stop all acting"
      description="Actions that run hold before their next target, and nothing begins until an administrator lifts it. Plans and shadow runs can still be made."
    >
      <form onSubmit={submit} className="space-y-3">
        {everywhere && (
          <div role="radiogroup" aria-label="Where" className="space-y-2">
            <Choice name="where" title="In this tenant" checked={!isEverywhere} onChange={() => setEverywhere(false)} />
            <Choice
              name="where"
              title="In every tenant"
              detail="The whole installation."
              checked={isEverywhere}
              onChange={() => setEverywhere(true)}
            />
          </div>
        )}
        <Field
          label="Why"
          hint="Everybody sees it while it lasts."
          required
          maxLength={1000}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
        {stop.error && <ProblemBanner error={stop.error} />}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="danger" disabled={reason.trim() === '' || stop.isPending}>
            Stop all acting
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
