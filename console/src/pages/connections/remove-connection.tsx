import type { Connection } from '@cordon/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'

import { api } from '#lib/api.ts'
import { Button } from '#parts/button.tsx'
import { Dialog, DialogActions } from '#parts/dialog.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

export function RemoveConnection({ connection }: { connection: Connection }) {
  const [open, setOpen] = useState(false)
  const navigate = useNavigate()
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: () => api.removeConnection(connection.id),
    onSuccess: async () => {
      await navigate({ to: '/connections' })
      // Asked again while this page leaves, it would be answered with 404.
      client.removeQueries({ queryKey: ['connections', connection.id] })
      await client.invalidateQueries()
    },
  })
  return (
    <>
      <Button onClick={() => setOpen(true)}>Remove…</Button>
      {open && (
        <Dialog
          onClose={() => setOpen(false)}
          title={`Remove ${connection.name}`}
          description="Nothing changes in Microsoft 365, and events already collected stay."
        >
          <p className="text-sm">
            Cordon forgets the credential and stops reading {connection.feeds.length} feeds of {connection.tenantName}.
            While no other connection reads them, their time is not covered.
          </p>
          {remove.error && <ProblemBanner error={remove.error} />}
          <DialogActions>
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <Button look="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
              Remove 1 connection
            </Button>
          </DialogActions>
        </Dialog>
      )}
    </>
  )
}
