import type { CollectedFile } from '@cordon/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { tenantApi } from '#lib/api.ts'
import { Button } from '#parts/button.tsx'
import { Dialog, DialogActions } from '#parts/dialog.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

export function RemoveFile({ tenantId, file }: { tenantId: string; file: CollectedFile }) {
  const [open, setOpen] = useState(false)
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: () => tenantApi(tenantId).removeCollectedFile(file.id),
    onSuccess: () => client.invalidateQueries({ queryKey: [tenantId, 'collected-files', file.actionRunId] }),
  })
  return (
    <>
      <Button onClick={() => setOpen(true)}>Remove…</Button>
      {open && (
        <Dialog onClose={() => setOpen(false)} title="Remove file" description={file.path}>
          <p className="text-sm">
            The copy that Cordon keeps is gone for good; what the run has proved stays, and so does the file on{' '}
            {file.deviceName}.
          </p>
          {remove.error && <ProblemBanner error={remove.error} />}
          <DialogActions>
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <Button look="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
              Remove 1 file
            </Button>
          </DialogActions>
        </Dialog>
      )}
    </>
  )
}
