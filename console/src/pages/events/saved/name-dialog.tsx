import { useState, type SubmitEvent } from 'react'

import { Button } from '#parts/button.tsx'
import { Dialog, DialogActions } from '#parts/dialog.tsx'
import { Field } from '#parts/field.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

interface Props {
  title: string
  hint?: string
  name?: string
  button: string
  mutation: { isPending: boolean; error: unknown }
  onName: (name: string) => void
  onClose: () => void
}

/** Asks what a saved search is to be called. */
export function NameDialog({ title, hint, name = '', button, mutation, onName, onClose }: Props) {
  const [typed, setTyped] = useState(name)
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    onName(typed.trim())
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit} className="space-y-3">
        <Field
          label="Name"
          required
          maxLength={100}
          pattern=".*\S.*"
          value={typed}
          onChange={({ target }) => setTyped(target.value)}
          hint={hint}
        />
        {mutation.error ? <ProblemBanner error={mutation.error} /> : null}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={mutation.isPending}>
            {button}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
