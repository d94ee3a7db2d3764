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
  if (!stops) return null
  const places: Place[] = [
    ...(here && !stops.some((stop) => stop.tenantId) ? (['here'] as const) : []),
    ...(everywhere && !stops.some((stop) => !stop.tenantId) ? (['everywhere'] as const) : []),
  ]
  if (places.length === 0) return null
  return (
    <>
      <Button onClick={() => setOpen(true)}>Stop all acting…</Button>
      {isOpen && <StopDialog {...{ tenantId, places }} onClose={() => setOpen(false)} />}
    </>
  )
}

const PLACES = {
  here: { title: 'In this tenant', detail: undefined },
  everywhere: { title: 'In every tenant', detail: 'The whole installation.' },
}
type Place = keyof typeof PLACES

interface Props {
  tenantId: string
  /** Where it is not stopped yet. */
  places: readonly Place[]
  onClose: () => void
}

function StopDialog({ tenantId, places, onClose }: Props) {
  const [reason, setReason] = useState('')
  const [place, setPlace] = useState(places[0])
  const stop = useSafeguardChange(tenantId, async () => {
    const body = { reason: reason.trim() }
    await (place === 'everywhere' ? api.stopActing(body) : tenantApi(tenantId).stopActing(body))
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
        <div role="radiogroup" aria-label="Where" className="space-y-2">
          {places.map((each) => (
            <Choice
              key={each}
              name="where"
              {...PLACES[each]}
              checked={place === each}
              onChange={() => setPlace(each)}
            />
          ))}
        </div>
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
