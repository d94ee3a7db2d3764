import { FILE_PASSWORD, type CollectedFile } from '@cordon/api'
import { useMutation } from '@tanstack/react-query'
import { useState, type SubmitEvent } from 'react'

import { tenantApi } from '#lib/api.ts'
import { saveFile } from '#lib/save-file.ts'
import { Button } from '#parts/button.tsx'
import { Dialog, DialogActions } from '#parts/dialog.tsx'
import { Field } from '#parts/field.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

interface Props {
  tenantId: string
  file: CollectedFile
  onClose: () => void
}

/** Hands out a file that may be dangerous: why, and under which password. */
export function DownloadFile({ tenantId, file: { id, deviceName }, onClose }: Props) {
  const [reason, setReason] = useState('')
  const [password, setPassword] = useState(FILE_PASSWORD)
  const download = useMutation({
    mutationFn: () => tenantApi(tenantId).downloadCollectedFile(id, { reason: reason.trim(), password }),
    onSuccess: (reply) => {
      saveFile(reply)
      onClose()
    },
  })
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    download.mutate()
  }
  return (
    <Dialog
      onClose={onClose}
      title="Download file"
      description={`From ${deviceName}. It may be dangerous: open the ZIP only where nothing can happen.`}
    >
      <form onSubmit={submit} className="space-y-3">
        <Field
          label="What is it for?"
          required
          minLength={5}
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          hint="Your name and this reason are written to the audit log."
        />
        <Field
          label="Password of the ZIP"
          required
          minLength={8}
          maxLength={200}
          autoComplete="off"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          hint="It keeps antivirus and mail gateways from opening the file on its way; it is no secret."
        />
        {download.error && <ProblemBanner error={download.error} />}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            look="primary"
            disabled={reason.trim().length < 5 || password.length < 8 || download.isPending}
          >
            {download.isPending ? 'Packing…' : 'Download'}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
