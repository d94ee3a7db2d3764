import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type SubmitEvent } from 'react'

import { tenantApi } from '#lib/api.ts'
import { usePreferences } from '#lib/preferences.ts'
import { useUser } from '#lib/rights.ts'
import { inputMoment, isoOfInput, spanWords } from '#lib/time.ts'
import { count } from '#lib/words.ts'
import { Button } from '#parts/button.tsx'
import { Field } from '#parts/field.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

interface Props {
  tenantId: string
  connectionId: string
  feed: string
  initial: { from: string; to: string }
}

/** Asks Microsoft for a span again. What is stored already is found to be, so that nothing is twice. */
export function BackFill({ tenantId, connectionId, feed, initial }: Props) {
  const { zone } = usePreferences()
  const { reaches } = useUser()
  const client = useQueryClient()
  const [from, setFrom] = useState(() => inputMoment(initial.from, zone))
  const [to, setTo] = useState(() => inputMoment(initial.to, zone))
  const backFill = useMutation({
    mutationFn: () =>
      tenantApi(tenantId).backFill({ connectionId, feed, from: isoOfInput(from, zone), to: isoOfInput(to, zone) }),
    onSuccess: () => client.invalidateQueries({ queryKey: [tenantId, 'coverage'] }),
  })
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    backFill.mutate()
  }
  if (!reaches('responder')) return null
  return (
    <form onSubmit={submit} className="space-y-2 rounded-md border border-line bg-surface p-3">
      <div className="grid items-end gap-2 sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto]">
        <Field
          label="Back-fill from"
          type="datetime-local"
          required
          max={to}
          value={from}
          onChange={({ target }) => setFrom(target.value)}
        />
        <Field
          label="to"
          type="datetime-local"
          required
          min={from}
          value={to}
          onChange={({ target }) => setTo(target.value)}
        />
        <Button type="submit" disabled={backFill.isPending}>
          {backFill.isPending ? 'Asking…' : 'Back-fill'}
        </Button>
      </div>
      {backFill.error && <ProblemBanner error={backFill.error} />}
      {backFill.data && (
        <output className="block text-xs text-good">
          {count(backFill.data.windows, 'window')} will be read again: {spanWords(backFill.data, zone)}.
        </output>
      )}
      <p className="text-xs text-ink-3">
        Reads the time again beside the newest records, which go first. Nothing is stored twice.
      </p>
    </form>
  )
}
