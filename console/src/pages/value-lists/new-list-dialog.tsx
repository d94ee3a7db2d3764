import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { tenantApi } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'
import { Button } from '#parts/button.tsx'
import { Dialog, DialogActions } from '#parts/dialog.tsx'
import { Field } from '#parts/field.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

/** Makes a list, empty as yet. */
export function NewListDialog({ tenantId, onClose }: { tenantId: string; onClose: () => void }) {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const create = useMutation({
    mutationFn: () => tenantApi(tenantId).createValueList({ name, description }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: queries.valueLists(tenantId).queryKey })
      onClose()
    },
  })
  return (
    <Dialog onClose={onClose} title="New list">
      <form
        className="space-y-3"
        onSubmit={(event) => {
          event.preventDefault()
          create.mutate()
        }}
      >
        <Field
          label="Name"
          required
          pattern="[A-Za-z][\w.\-]{0,63}"
          placeholder="KNOWN_COUNTRIES"
          className="font-mono"
          hint="As rules say it, without the percent signs: letters, digits, _ . and -"
          value={name}
          onChange={({ target }) => setName(target.value)}
        />
        <Field
          label="What is on it"
          maxLength={1000}
          placeholder="Countries where our people work"
          value={description}
          onChange={({ target }) => setDescription(target.value)}
        />
        {create.error && <ProblemBanner error={create.error} />}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={name === '' || create.isPending}>
            Make the list
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
