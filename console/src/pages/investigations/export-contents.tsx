import { useMutation } from '@tanstack/react-query'
import { useState, type SubmitEvent } from 'react'

import { tenantApi } from '#lib/api.ts'
import { saveFile } from '#lib/save-file.ts'
import { Button } from '#parts/button.tsx'
import { Copy } from '#parts/copy.tsx'
import { Dialog, DialogActions } from '#parts/dialog.tsx'
import { Field } from '#parts/field.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

export type ContentsFormat = 'stix' | 'eml'

const WORDS: Record<ContentsFormat, { title: string; description: string }> = {
  stix: {
    title: 'Export indicators with links and files',
    description: 'One copy of each message is read for the links and files in it.',
  },
  eml: {
    title: 'Export the messages',
    description: 'Every message is read and put into a ZIP with a password, at most 5,000 of them.',
  },
}

interface Props {
  tenantId: string
  investigationId: string
  format: ContentsFormat
  onClose: () => void
}

/** An export that reads messages: why, and at the end the password, which is shown this once. */
export function ExportContents({ tenantId, investigationId, format, onClose }: Props) {
  const [reason, setReason] = useState('')
  const collect = useMutation({
    mutationFn: () => tenantApi(tenantId).exportContents(investigationId, format, { reason: reason.trim() }),
    onSuccess: saveFile,
  })
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    collect.mutate()
  }
  if (collect.data) {
    const { name, password } = collect.data
    return (
      <Dialog onClose={onClose} title="Exported" description={`${name} is in your downloads.`}>
        {password !== undefined && (
          <div className="space-y-2 text-sm">
            <p>
              The ZIP opens with this password. It is shown this once and kept nowhere: copy it before you close this,
              and send it by another way than the file.
            </p>
            <p className="rounded-md bg-sunken p-3">
              <Copy text={password} label="password" />
            </p>
          </div>
        )}
        <DialogActions>
          <Button look="primary" onClick={onClose}>
            Close
          </Button>
        </DialogActions>
      </Dialog>
    )
  }
  return (
    <Dialog onClose={onClose} {...WORDS[format]}>
      <form onSubmit={submit} className="space-y-3">
        <Field
          label="Why are the messages read?"
          required
          minLength={5}
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          hint="Your name and this reason are written to the audit log for each message that is read."
        />
        {collect.error && <ProblemBanner error={collect.error} />}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={reason.trim().length < 5 || collect.isPending}>
            {collect.isPending ? 'Reading messages…' : 'Export'}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
