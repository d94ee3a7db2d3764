import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { tenantApi } from '#lib/api.ts'
import { fromNow } from '#lib/put-off.ts'
import { queries } from '#lib/queries.ts'
import { count } from '#lib/words.ts'
import { Button } from '#parts/button.tsx'
import { Dialog, DialogActions } from '#parts/dialog.tsx'
import { Field, ListField, Select } from '#parts/field.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

const DAY_MS = 86_400_000

type Props = { tenantId: string; name: string; onClose: () => void }

/** Puts values on a list, all with one note and one end. */
export function AddValuesDialog({ tenantId, name, onClose }: Props) {
  const client = useQueryClient()
  const [values, setValues] = useState<string[]>([])
  const [note, setNote] = useState('')
  const [days, setDays] = useState(0)
  const add = useMutation({
    mutationFn: () => {
      const more = {
        ...(note.trim() !== '' && { note: note.trim() }),
        ...(days > 0 && { expiresAt: fromNow(days * DAY_MS) }),
      }
      return tenantApi(tenantId).changeValueList(name, { add: values.map((value) => ({ value, ...more })) })
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: queries.valueLists(tenantId).queryKey })
      onClose()
    },
  })
  return (
    <Dialog onClose={onClose} title={`Add values to ${name}`}>
      <form
        className="space-y-3"
        onSubmit={(event) => {
          event.preventDefault()
          add.mutate()
        }}
      >
        <ListField
          label="Values"
          className="font-mono text-xs!"
          hint="As in a rule: * and ? are wildcards. One that is there already gets this note and this end."
          texts={values}
          onChange={setValues}
        />
        <Field
          label="Note"
          maxLength={1000}
          placeholder="where they come from"
          value={note}
          onChange={({ target }) => setNote(target.value)}
        />
        <Select label="They count" value={days} onChange={({ target }) => setDays(Number(target.value))}>
          <option value={0}>until they are taken off</option>
          <option value={7}>for a week</option>
          <option value={30}>for 30 days</option>
          <option value={90}>for 90 days</option>
          <option value={365}>for a year</option>
        </Select>
        {add.error && <ProblemBanner error={add.error} />}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={values.length === 0 || add.isPending}>
            {values.length === 0 ? 'Add' : `Add ${count(values.length, 'value')}`}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
