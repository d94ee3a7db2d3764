import type { Destination } from '@cordon/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { tenantApi } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'
import { Button } from '#parts/button.tsx'
import { Dialog, DialogActions } from '#parts/dialog.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

export function RemoveDestination({ tenantId, destination }: { tenantId: string; destination: Destination }) {
  const [open, setOpen] = useState(false)
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: () => tenantApi(tenantId).removeDestination(destination.id),
    onSuccess: () => client.invalidateQueries({ queryKey: queries.destinations(tenantId).queryKey }),
  })
  return (
    <>
      <Button onClick={() => setOpen(true)}>Remove…</Button>
      {open && (
        <Dialog
          onClose={() => setOpen(false)}
          title={`Remove ${destination.name}`}
          description="What was sent stays there, and events stay in Cordon."
        >
          <p className="text-sm">Cordon forgets its secret, how far it got, and what it refused.</p>
          {remove.error && <ProblemBanner error={remove.error} />}
          <DialogActions>
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <Button look="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
              Remove 1 destination
            </Button>
          </DialogActions>
        </Dialog>
      )}
    </>
  )
}
