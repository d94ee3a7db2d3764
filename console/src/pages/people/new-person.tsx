import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type SubmitEvent } from 'react'

import { api } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'
import { Button } from '#parts/button.tsx'
import { Dialog, DialogActions } from '#parts/dialog.tsx'
import { Field } from '#parts/field.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

import { MadeUpPassword } from './made-up-password.tsx'
import { RoleFields, type Roles } from './role-fields.tsx'

export function NewPerson({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [roles, setRoles] = useState<Roles>({ role: 'viewer', tenantRoles: {} })
  const create = useMutation({
    mutationFn: () => api.createUser({ name, ...roles }),
    onSuccess: () => client.invalidateQueries({ queryKey: queries.users().queryKey }),
  })
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    create.mutate()
  }
  if (create.data) {
    return (
      <Dialog onClose={onClose} title={`${create.data.name} may sign in`}>
        <MadeUpPassword password={create.data.password ?? ''} />
        <DialogActions>
          <Button onClick={onClose}>Done</Button>
        </DialogActions>
      </Dialog>
    )
  }
  return (
    <Dialog onClose={onClose} title="Add somebody" description="A password is made up and shown once.">
      <form onSubmit={submit} className="space-y-3">
        <Field label="Name" required maxLength={200} value={name} onChange={({ target }) => setName(target.value)} />
        <RoleFields roles={roles} onChange={setRoles} />
        {create.error && <ProblemBanner error={create.error} />}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={create.isPending}>
            Add
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
